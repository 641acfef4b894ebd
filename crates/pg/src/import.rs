//! Makes a schema from statements and rows that came from elsewhere, in one transaction: it is there as a
//! whole or not at all.

use sqlx::{Connection as _, Executor as _, PgConnection};
use url::Url;

use crate::database::connect_options;
use crate::ddl;
use crate::error::PgError;
use crate::sql::{Ident, script};

/// A schema that is being made.
#[derive(Debug)]
pub struct Import {
    session: PgConnection,
}

/// Bodies of functions are not looked into, as what they name may come later; nothing in the archive is
/// kept waiting by a time limit that is meant for applications.
const SETTINGS: &str = "
  set client_encoding = 'UTF8'; set standard_conforming_strings = on; set check_function_bodies = off;
  set xmloption = 'content'; set row_security = off; set client_min_messages = 'warning';
  set lock_timeout = '2s'; set statement_timeout = 0; set idle_in_transaction_session_timeout = 0";

impl Import {
    /// Makes the schema, empty, for the role that is to own everything in it; none for the one that is
    /// logged in.
    ///
    /// # Errors
    /// When there is one of that name, or the role may not make one.
    pub async fn begin(url: &Url, schema: &Ident, owner: Option<&Ident>) -> Result<Self, PgError> {
        let options = connect_options(url)?.application_name("tenantry import");
        let mut session = PgConnection::connect_with(&options).await?;
        session.execute(SETTINGS).await?;
        session.execute("begin").await?;
        if let Some(owner) = owner {
            session.execute(ddl!("set local role {}", owner).into_sql()).await?;
        }
        session.execute(ddl!("create schema {}", schema).into_sql()).await?;
        session.execute(ddl!("set local search_path = {}", schema).into_sql()).await?;
        Ok(Self { session })
    }

    /// Runs an entry's statements.
    ///
    /// # Errors
    /// What the server says; then the whole schema is undone.
    pub async fn run(&mut self, statements: &str) -> Result<(), PgError> {
        self.session.execute(script(statements)).await?;
        Ok(())
    }

    /// Takes rows as `COPY … FROM stdin` does, from whatever gives the next piece of them.
    ///
    /// # Errors
    /// What the server says, or what giving the next piece ran into.
    pub async fn rows<E: From<PgError>>(
        &mut self,
        copy: &str,
        mut next: impl FnMut() -> Result<Option<Vec<u8>>, E>,
    ) -> Result<u64, E> {
        let copying = self.session.copy_in_raw(copy).await;
        let mut copying = copying.map_err(PgError::from)?;
        loop {
            match next() {
                Ok(Some(piece)) => {
                    copying.send(piece).await.map_err(PgError::from)?;
                }
                Ok(None) => return Ok(copying.finish().await.map_err(PgError::from)?),
                Err(error) => {
                    // the transaction is undone with the session; what the server says of that is no news
                    let _ = copying.abort("the rows cannot be read").await;
                    return Err(error);
                }
            }
        }
    }

    /// Keeps the schema.
    ///
    /// # Errors
    /// When the server does not; then there is none.
    pub async fn commit(mut self) -> Result<(), PgError> {
        self.session.execute("commit").await?;
        Ok(self.session.close().await?)
    }
}
