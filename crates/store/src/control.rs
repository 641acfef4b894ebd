//! The control database: its pool, its transactions, its tables.

use std::sync::Arc;

use sqlx::postgres::{PgConnection, PgPool};
use sqlx::{Connection, Executor, Postgres, Transaction};
use tenantry_pg::PgError;
use tenantry_pg::connect::{connect_options, pool};
use tenantry_pg::install::{TableFile, apply_tables, retry_on_lock};
use url::Url;

use crate::totals::Totals;

const TABLES: &[TableFile] = &[
    TableFile { version: 1, name: "0001_base", text: include_str!("../tables/0001_base.sql") },
    TableFile {
        version: 2,
        name: "0002_backups",
        text: include_str!("../tables/0002_backups.sql"),
    },
    TableFile {
        version: 3,
        name: "0003_schedules",
        text: include_str!("../tables/0003_schedules.sql"),
    },
    TableFile {
        version: 4,
        name: "0004_sessions",
        text: include_str!("../tables/0004_sessions.sql"),
    },
    TableFile { version: 5, name: "0005_rows", text: include_str!("../tables/0005_rows.sql") },
    TableFile { version: 6, name: "0006_lists", text: include_str!("../tables/0006_lists.sql") },
    TableFile {
        version: 7,
        name: "0007_fleet_usage",
        text: include_str!("../tables/0007_fleet_usage.sql"),
    },
];

/// The control database. Cloning shares the pool.
#[derive(Clone, Debug)]
pub struct Store {
    pool: PgPool,
    totals: Arc<Totals>,
}

/// A transaction in the control database; dropped without [`commit`](Tx::commit), it is rolled
/// back.
pub struct Tx {
    inner: Transaction<'static, Postgres>,
}

impl Store {
    /// Makes the pool; sessions are opened when they are needed.
    ///
    /// # Errors
    /// When the URL is not one of PostgreSQL's.
    pub fn new(url: &Url, max_connections: u32) -> Result<Self, PgError> {
        let options = connect_options(url)?.application_name("tenantry control");
        Ok(Self { pool: pool(options, max_connections), totals: Arc::default() })
    }

    /// Applies the tables that are missing; they belong to `tenantry_control`, of which the
    /// URL's role is a member. Several servers may do so at once.
    ///
    /// # Errors
    /// `Refused` when the tables are newer than this binary, or not the ones that it knows.
    pub async fn install(url: &Url) -> Result<Vec<&'static str>, PgError> {
        retry_on_lock(async || {
            let mut connection = PgConnection::connect_with(&connect_options(url)?).await?;
            let mut tx = connection.begin().await?;
            tx.execute("set local role tenantry_control").await?;
            tx.execute("select pg_advisory_xact_lock(hashtext('tenantry install'))").await?;
            let made = apply_tables(&mut tx, TABLES).await?;
            tx.commit().await?;
            connection.close().await?;
            Ok(made)
        })
        .await
    }

    /// Begins a transaction.
    ///
    /// # Errors
    /// When no session is to be had.
    pub async fn begin(&self) -> Result<Tx, PgError> {
        Ok(Tx { inner: self.pool.begin().await? })
    }

    /// Waits until the server answers a query.
    ///
    /// # Errors
    /// When it does not.
    pub async fn ping(&self) -> Result<(), PgError> {
        sqlx::query("select 1").execute(&self.pool).await?;
        Ok(())
    }

    /// How many sessions are open and how many of those are idle.
    pub fn sessions(&self) -> (u32, usize) {
        (self.pool.size(), self.pool.num_idle())
    }

    /// Ends all sessions of the pool.
    pub async fn close(&self) {
        self.pool.close().await;
    }

    pub(crate) fn totals(&self) -> &Totals {
        &self.totals
    }

    pub(crate) fn pool(&self) -> &PgPool {
        &self.pool
    }
}

impl Tx {
    /// Makes everything that was done in it visible, at once.
    ///
    /// # Errors
    /// When the server did not confirm it; it may or may not have happened.
    pub async fn commit(self) -> Result<(), PgError> {
        Ok(self.inner.commit().await?)
    }

    pub(crate) fn connection(&mut self) -> &mut PgConnection {
        &mut self.inner
    }
}
