//! A PostgreSQL with Tenantry's databases in it, for benchmarks that call the crates directly. Set up
//! as the server sets it up, and as durable: fsync is on.

use anyhow::Result;
use sqlx::{Connection as _, Executor as _, PgConnection};
use tenantry_ops::{Fleet, FleetConfig};
use tenantry_pg::ManagedDatabase;
use tenantry_pg::database::{CONTROL_ROLE, DatabaseConfig};
use tenantry_pg::install::{ServerSetup, install_managed, prepare_server};
use tenantry_pg::sql::{Ident, script};
use tenantry_store::Store;
use tenantry_testkit::PrivateServer;
use url::Url;

/// As the product has them, see `tenantry_pg::embedded`.
const SETTINGS: [(&str, &str); 3] =
    [("fsync", "on"), ("shared_buffers", "128MB"), ("max_locks_per_transaction", "512")];

const CONTROL: &str = "tenantry_control";
const MANAGED: &str = "tenantry_managed";
const PASSWORD: &str = "only-for-a-benchmark";

/// The server; it is gone, with its data, when this value is dropped.
pub(crate) struct Postgres {
    server: PrivateServer,
}

impl Postgres {
    /// Makes, starts and fills one.
    pub(crate) async fn start(extra: &[(&str, &str)]) -> Result<Self> {
        let server = PrivateServer::start_with(&[&SETTINGS, extra].concat()).await;
        let setup = ServerSetup {
            admin_url: server.url("postgres"),
            control_password: Some(PASSWORD.into()),
            control_database: Ident::new(CONTROL)?,
            managed_database: Ident::new(MANAGED)?,
        };
        prepare_server(&setup).await?;
        Store::install(&server.url(CONTROL)).await?;
        install_managed(&server.url(MANAGED)).await?;
        Ok(Self { server })
    }

    /// The control database, as the control plane's role.
    pub(crate) fn control_url(&self) -> Url {
        self.as_control_role(CONTROL)
    }

    /// The managed database, as the control plane's role.
    pub(crate) fn managed_url(&self) -> Url {
        self.as_control_role(MANAGED)
    }

    fn as_control_role(&self, database: &str) -> Url {
        let mut url = self.server.url(database);
        // a URL with a host always takes a user
        let _ = url.set_username(CONTROL_ROLE);
        let _ = url.set_password(Some(PASSWORD));
        url
    }

    /// A session of the superuser in the control database.
    pub(crate) async fn admin(&self) -> Result<PgConnection> {
        Ok(PgConnection::connect(self.server.url(CONTROL).as_str()).await?)
    }

    /// The managed database, as the superuser.
    pub(crate) fn managed_admin_url(&self) -> Url {
        self.server.url(MANAGED)
    }

    /// A session of the superuser in the managed database.
    pub(crate) async fn managed_admin(&self) -> Result<PgConnection> {
        Ok(PgConnection::connect(self.server.url(MANAGED).as_str()).await?)
    }

    /// Statistics of the managed database's catalogs, as autovacuum gathers them. A whole database of 80,000 tables would take
    /// longer than making them.
    pub(crate) async fn analyze_catalogs(&self) -> Result<()> {
        let mut admin = self.managed_admin().await?;
        let statements: Vec<String> = sqlx::query_scalar(
            "select 'vacuum analyze ' || oid::regclass from pg_class
             where relnamespace = 'pg_catalog'::regnamespace and relkind = 'r'",
        )
        .fetch_all(&mut admin)
        .await?;
        for statement in statements {
            admin.execute(script(statement)).await?;
        }
        Ok(())
    }

    /// Both databases as the operations use them.
    pub(crate) fn fleet(&self) -> Result<Fleet> {
        fleet(&self.control_url(), &self.managed_url())
    }
}

/// Both databases as the operations use them, with pools of the server's size.
pub(crate) fn fleet(control: &Url, managed: &Url) -> Result<Fleet> {
    let store = Store::new(control, 16)?;
    let config = DatabaseConfig { url: managed.clone(), max_connections: 16 };
    Ok(Fleet::new(store, ManagedDatabase::new(&config)?, FleetConfig::default()))
}
