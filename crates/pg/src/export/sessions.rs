//! Sessions for exports, which are used again: what a new one has to learn of the system's catalogs takes longer than
//! a small schema does.

use std::ops::{Deref, DerefMut};
use std::time::Duration;

use sqlx::pool::PoolConnection;
use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use sqlx::{ConnectOptions as _, Executor as _, PgConnection, Postgres};
use url::Url;

use super::queries;
use crate::connect::connect_options;
use crate::error::PgError;
use crate::sql::script;

/// Views and foreign tables are not read: whoever owns a name could put one in the place of a table or a
/// sequence, and its functions would run with our rights (CVE-2024-7348). Minor versions before that do not
/// know the setting.
const RESTRICTION: &str = "
  select pg_catalog.set_config(name, 'view, foreign-table', false) from pg_catalog.pg_settings where name = 'restrict_nonsystem_relation_kind'";

/// The settings under which names, dates and numbers are written the same everywhere. Compiling a statement takes
/// longer than these take to run, and each is run once; nor is there anything to gain by planning them in another
/// order than they are written in. Catalogs are read by their indexes: in a fleet that grew since statistics were
/// gathered, to read all of one would look as cheap.
const SETTINGS: &str = "
  set client_encoding = 'UTF8'; set standard_conforming_strings = on; set extra_float_digits = 3;
  set datestyle = 'ISO'; set intervalstyle = 'postgres'; set timezone = 'UTC'; set row_security = off;
  set bytea_output = 'hex'; set xmloption = 'content'; set synchronize_seqscans = off;
  set jit = off; set enable_seqscan = off; set plan_cache_mode = force_generic_plan; set join_collapse_limit = 1; set from_collapse_limit = 1; set lock_timeout = '2s'; set statement_timeout = 0; set idle_in_transaction_session_timeout = 0;
  set search_path = pg_catalog";

/// The most that are open at a time.
const MOST: u32 = 16;

/// A session keeps what it learned of every schema that it looked at, so it does not live long.
const LIFE: Duration = Duration::from_secs(60);

/// Sessions of one database that are lent to exports. Cloning shares them.
#[derive(Clone, Debug)]
pub struct Sessions {
    url: Url,
    pool: PgPool,
}

impl Sessions {
    /// Opens none before it is needed.
    ///
    /// # Errors
    /// When the URL is not one of PostgreSQL's.
    pub fn new(url: &Url) -> Result<Self, PgError> {
        let pool = PgPoolOptions::new()
            .max_connections(MOST)
            .max_lifetime(LIFE)
            .idle_timeout(LIFE)
            .acquire_timeout(Duration::from_secs(10))
            .after_connect(|session, _| {
                Box::pin(async move {
                    set_up(session).await?;
                    keep_plans(session).await
                })
            })
            .connect_lazy_with(options(url)?);
        Ok(Self { url: url.clone(), pool })
    }

    /// Where the database is, with our role and password.
    pub(super) fn url(&self) -> &Url {
        &self.url
    }

    /// One that looks only into the system, outside of a transaction.
    pub(super) async fn lend(&self) -> Result<Lent, PgError> {
        let mut session = self.pool.acquire().await?;
        let keeps_plans = sqlx::query_scalar(
            "select pg_catalog.to_regproc('pg_temp.describe_schema') is not null",
        )
        .fetch_one(&mut *session)
        .await?;
        Ok(Lent { session: Some(session), keeps_plans })
    }

    /// Ends them all.
    pub async fn close(&self) {
        self.pool.close().await;
    }
}

/// A lent session. One that is not given back is ended: nobody knows what it is in the middle of.
#[derive(Debug)]
pub(super) struct Lent {
    session: Option<PoolConnection<Postgres>>,
    keeps_plans: bool,
}

impl Lent {
    /// Ends the transaction and gives the session back.
    pub(super) async fn give_back(mut self) -> Result<(), PgError> {
        self.execute("rollback").await?;
        drop(self.session.take());
        Ok(())
    }

    /// Whether it has the functions of [`queries::functions`].
    pub(super) fn keeps_plans(&self) -> bool {
        self.keeps_plans
    }
}

const GONE: &str = "a lent session is there until it is given back";

impl Deref for Lent {
    type Target = PgConnection;

    fn deref(&self) -> &PgConnection {
        self.session.as_deref().expect(GONE)
    }
}

impl DerefMut for Lent {
    fn deref_mut(&mut self) -> &mut PgConnection {
        self.session.as_deref_mut().expect(GONE)
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        if let Some(session) = self.session.take() {
            drop(session.detach());
        }
    }
}

/// One that nobody else gets, in the same way.
pub(super) async fn connect(url: &Url) -> Result<PgConnection, PgError> {
    let mut session = options(url)?.connect().await?;
    set_up(&mut session).await?;
    Ok(session)
}

fn options(url: &Url) -> Result<PgConnectOptions, PgError> {
    Ok(connect_options(url)?.application_name("tenantry export"))
}

async fn set_up(session: &mut PgConnection) -> Result<(), sqlx::Error> {
    session.execute(SETTINGS).await?;
    session.execute(RESTRICTION).await?;
    Ok(())
}

/// Where our role may not have temporary objects, each query is planned whenever it is asked.
async fn keep_plans(session: &mut PgConnection) -> Result<(), sqlx::Error> {
    match session.execute(script(queries::functions())).await {
        Err(sqlx::Error::Database(refused)) if refused.code().as_deref() == Some("42501") => Ok(()),
        done => done.map(drop),
    }
}
