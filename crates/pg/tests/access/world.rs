//! A managed database with two institutions, and sessions of their applications.

use sqlx::{Connection as _, Executor as _, PgConnection};
use tenantry_domain::template::Spares;
use tenantry_pg::database::DatabaseConfig;
use tenantry_pg::install::{ServerSetup, install_managed, prepare_server};
use tenantry_pg::schema::{Marker, NewSchema};
use tenantry_pg::sql::{Ident, script};
use tenantry_pg::{Fence, ManagedDatabase, scram};
use tenantry_testkit::{Cluster, TestDatabase};
use url::Url;
use uuid::Uuid;

/// All tests of the cluster set the same one, because the roles are one for all.
pub(crate) const PASSWORD: &str = "of-the-tests";

const SCRIPT: &str = "
    create table pupil (id bigint generated always as identity primary key, name text not null);
    create table mark (id serial primary key, pupil_id bigint references pupil, mark int);
    create view best as select * from mark where mark > 90;
    create function pupils() returns bigint language sql stable as 'select count(*) from pupil';
    insert into pupil (name) values ('Ada');";

/// Two institutions of one database.
pub(crate) struct World {
    pub(crate) database: ManagedDatabase,
    pub(crate) test: TestDatabase,
    /// Whose application we are.
    pub(crate) ours: Marker,
    pub(crate) theirs: Marker,
}

impl World {
    pub(crate) async fn new() -> Self {
        let cluster = Cluster::shared().await;
        let test = cluster.create_database().await;
        let setup = ServerSetup {
            admin_url: cluster.url("postgres").parse().unwrap(),
            control_password: Some(PASSWORD.into()),
            control_database: Ident::new("tenantry_test_control").unwrap(),
            managed_database: Ident::new(test.name()).unwrap(),
        };
        prepare_server(&setup).await.unwrap();
        install_managed(test.url()).await.unwrap();
        let url = as_role(test.url(), "tenantry_control", PASSWORD);
        let config = DatabaseConfig { url, max_connections: 4 };
        let database = ManagedDatabase::new(&config).unwrap();
        database
            .publish_template("default", SCRIPT, "1", (Spares::Plain, None), Uuid::new_v4())
            .await
            .unwrap();
        let ours = make(&database).await;
        let theirs = make(&database).await;
        Self { database, test, ours, theirs }
    }

    /// Sets a password and answers with the URL to log in with.
    pub(crate) async fn credentials(&self, marker: &Marker, read_only: bool) -> Url {
        let password = scram::random_password();
        let verifier = scram::verifier(&password);
        let role = self.database.set_password(marker.id, read_only, &verifier, true).await.unwrap();
        as_role(self.test.url(), &role, &password)
    }

    /// A session of our application.
    pub(crate) async fn application(&self) -> PgConnection {
        connect(&self.credentials(&self.ours, false).await).await.unwrap()
    }
}

/// A name that no other test of the cluster uses: roles belong to the whole server.
pub(crate) fn name() -> String {
    format!("a{}", &Uuid::new_v4().simple().to_string()[..12])
}

pub(crate) fn fence() -> Fence {
    Fence { operation: Uuid::new_v4(), generation: 1 }
}

pub(crate) async fn make(database: &ManagedDatabase) -> Marker {
    let name = name();
    let new = NewSchema {
        id: Uuid::new_v4(),
        institution: &name,
        template: "default",
        version: 1,
        parameters: None,
    };
    database.make_schema(new, fence()).await.unwrap()
}

/// A URL as another role.
pub(crate) fn as_role(url: &Url, role: &str, password: &str) -> Url {
    let mut url = url.clone();
    url.set_username(role).unwrap();
    url.set_password(Some(password)).unwrap();
    url
}

pub(crate) async fn connect(url: &Url) -> Result<PgConnection, sqlx::Error> {
    PgConnection::connect(url.as_str()).await
}

/// Runs statements as they stand and says whether the server took them.
pub(crate) async fn run(session: &mut PgConnection, text: &str) -> Result<(), sqlx::Error> {
    session.execute(script(text)).await.map(|_| ())
}

/// The single value that a statement answers with, as text, asked without a prepared statement.
pub(crate) async fn ask(session: &mut PgConnection, text: &str) -> Result<String, sqlx::Error> {
    let row = sqlx::raw_sql(script(text)).fetch_one(session).await?;
    sqlx::Row::try_get_unchecked(&row, 0)
}

/// The server's code of an error.
pub(crate) fn state(error: &sqlx::Error) -> String {
    error.as_database_error().and_then(|e| e.code()).unwrap_or_default().into_owned()
}
