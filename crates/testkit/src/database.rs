//! A database for one test.

use sqlx::{Connection as _, PgConnection};
use tenantry_pg::ddl;
use tenantry_pg::sql::Ident;
use url::Url;
use uuid::Uuid;

/// The beginning of the name of every test's database.
pub(crate) const PREFIX: &str = "t_";

/// A database that is dropped, with whoever is still connected, when this value is.
#[derive(Debug)]
pub struct TestDatabase {
    name: Ident,
    url: Url,
    admin: Url,
}

impl TestDatabase {
    pub(crate) async fn create(admin: &Url, template: &str) -> Self {
        let name = ident(&format!("{PREFIX}{}", Uuid::new_v4().simple()));
        let mut connection = connect(admin).await;
        sqlx::raw_sql(ddl!("create database {} template {}", name, ident(template)).into_sql())
            .execute(&mut connection)
            .await
            .unwrap_or_else(|why| panic!("cannot copy the database {template}: {why}"));
        close(connection).await;
        let mut url = admin.clone();
        url.set_path(name.raw());
        Self { name, url, admin: admin.clone() }
    }

    /// Its name.
    pub fn name(&self) -> &str {
        self.name.raw()
    }

    /// The superuser's URL for it.
    pub fn url(&self) -> &Url {
        &self.url
    }

    /// A new connection to it as superuser.
    pub async fn connect(&self) -> PgConnection {
        connect(&self.url).await
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        // A runtime of its own, because the test's may be gone or be the one that we stand in.
        let (admin, name) = (self.admin.clone(), self.name.clone());
        let work = move || {
            let runtime =
                tokio::runtime::Builder::new_current_thread().enable_all().build().ok()?;
            runtime.block_on(async {
                let mut connection = PgConnection::connect(admin.as_str()).await.ok()?;
                let drop = ddl!("drop database if exists {} with (force)", name).into_sql();
                sqlx::raw_sql(drop).execute(&mut connection).await.ok()
            })
        };
        // Not waited for: PostgreSQL drops a database only when every session that is logging in got
        // through, and one of those may be driven by the very thread that stands here. What is not
        // dropped when the process ends goes with the cluster.
        std::thread::spawn(work);
    }
}

pub(crate) fn ident(name: &str) -> Ident {
    Ident::new(name).unwrap_or_else(|why| panic!("{why}"))
}

pub(crate) async fn connect(url: &Url) -> PgConnection {
    PgConnection::connect(url.as_str())
        .await
        .unwrap_or_else(|why| panic!("cannot connect to the test cluster: {why}"))
}

pub(crate) async fn close(connection: PgConnection) {
    // The server sees the end of it either way.
    let _ = connection.close().await;
}
