//! Fills an empty schema with statements and rows that came from elsewhere, in one transaction: all of it is
//! there or nothing. What comes may have been made by anybody, so whoever calls this logs in as a role that
//! owns the schema and may do nothing else ([`crate::copies`]).

use sqlx::{Connection as _, Executor as _, PgConnection};
use url::Url;

use crate::connect::connect_options;
use crate::ddl;
use crate::error::{PgError, Situation};
use crate::nodelay::send_at_once;
use crate::sql::{Ident, script};

/// A schema that is being filled.
#[derive(Debug)]
pub struct Import {
    session: PgConnection,
    schema: Ident,
}

/// Bodies of functions are not looked into, as what they name may come later; nothing in the archive is
/// kept waiting by a time limit that is meant for applications.
const SETTINGS: &str = "
  set client_encoding = 'UTF8'; set standard_conforming_strings = on; set check_function_bodies = off;
  set xmloption = 'content'; set row_security = off; set client_min_messages = 'warning';
  set lock_timeout = '2s'; set statement_timeout = 0; set idle_in_transaction_session_timeout = 0";

impl Import {
    /// Logs in and opens the transaction. Names without a schema mean the one that is filled.
    ///
    /// # Errors
    /// `NotFound` when there is no such schema, `Refused` when something is in it, or the login fails.
    pub async fn begin(url: &Url, schema: &Ident) -> Result<Self, PgError> {
        let options = connect_options(url)?.application_name("tenantry import");
        let mut session = PgConnection::connect_with(&options).await?;
        send_at_once();
        session.execute(SETTINGS).await?;
        session.execute("begin").await?;
        let empty: Option<bool> = sqlx::query_scalar(
            "select not exists (select from pg_depend
                                where refclassid = 'pg_namespace'::regclass and refobjid = n.oid)
             from pg_namespace n where nspname = $1",
        )
        .bind(schema.raw())
        .fetch_optional(&mut session)
        .await?;
        match empty {
            None => {
                let missing = format!("there is no schema {schema}");
                return Err(PgError::new(Situation::NotFound, missing));
            }
            Some(false) => {
                let full = format!("the schema {schema} is not empty");
                return Err(PgError::new(Situation::Refused, full));
            }
            Some(true) => {}
        }
        session.execute(ddl!("set local search_path = {}", schema).into_sql()).await?;
        Ok(Self { session, schema: schema.clone() })
    }

    /// Runs a statement. The server takes one, and refuses a text in which there are more.
    ///
    /// # Errors
    /// What the server says; then everything is undone.
    pub async fn run(&mut self, statement: &str) -> Result<(), PgError> {
        sqlx::query(script(statement)).persistent(false).execute(&mut self.session).await?;
        Ok(())
    }

    /// Makes functions that look names up in a schema of the old name look them up in this one.
    ///
    /// # Errors
    /// What the server says.
    pub async fn repin(&mut self, old: &str) -> Result<(), PgError> {
        let (old, new): (String, String) =
            sqlx::query_as("select quote_ident($1), quote_ident($2)")
                .bind(old)
                .bind(self.schema.raw())
                .fetch_one(&mut self.session)
                .await?;
        let paths: Vec<(String, String)> = sqlx::query_as(
            "select p.oid::pg_catalog.regprocedure::pg_catalog.text, pg_catalog.substr(s, 13)
             from pg_catalog.pg_namespace n
             join pg_catalog.pg_depend d on d.refclassid = 'pg_catalog.pg_namespace'::pg_catalog.regclass
               and d.refobjid = n.oid and d.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass
             join pg_catalog.pg_proc p on p.oid = d.objid
             cross join pg_catalog.unnest(p.proconfig) s
             where n.nspname = $1 and pg_catalog.starts_with(s, 'search_path=')",
        )
        .bind(self.schema.raw())
        .fetch_all(&mut self.session)
        .await?;
        for (function, path) in paths {
            let parts: Vec<&str> = path
                .split(", ")
                .map(|name| if name == old { new.as_str() } else { name })
                .collect();
            let pinned = parts.join(", ");
            if pinned != path {
                self.run(&format!("alter routine {function} set search_path to {pinned}")).await?;
            }
        }
        Ok(())
    }

    /// Takes rows of a table as `COPY … FROM stdin` does, from whatever gives the next piece of them.
    ///
    /// # Errors
    /// What the server says, or what giving the next piece ran into.
    pub async fn rows<E: From<PgError>>(
        &mut self,
        table: &Ident,
        columns: &[Ident],
        mut next: impl FnMut() -> Result<Option<Vec<u8>>, E>,
    ) -> Result<u64, E> {
        let mut copy = ddl!("copy {}.{}", self.schema, table).to_string();
        if !columns.is_empty() {
            let names: Vec<String> = columns.iter().map(Ident::to_string).collect();
            copy.push_str(&format!(" ({})", names.join(", ")));
        }
        copy.push_str(" from stdin");
        let copying = self.session.copy_in_raw(&copy).await;
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

    /// Keeps what was made.
    ///
    /// # Errors
    /// When the server does not; then there is nothing.
    pub async fn commit(mut self) -> Result<(), PgError> {
        self.session.execute("commit").await?;
        Ok(self.session.close().await?)
    }
}
