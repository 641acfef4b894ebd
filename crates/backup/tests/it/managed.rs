//! A managed database with two institutions, and archives that are landed in it as the control plane does.

use std::io::Cursor;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use sqlx::{Executor as _, PgConnection};
use tenantry_backup::archive::ArchiveReader;
use tenantry_backup::restore::{Limits, RestoreError, Restored, restore_archive};
use tenantry_backup::write::{Contents, contents, write_archive};
use tenantry_domain::template::Spares;
use tenantry_pg::copies::{Landing, NewCopy, SchemaCopy};
use tenantry_pg::database::DatabaseConfig;
use tenantry_pg::export::{Export, Sessions};
use tenantry_pg::install::{ServerSetup, install_managed, prepare_server};
use tenantry_pg::schema::{Marker, NewSchema};
use tenantry_pg::sql::{Ident, script};
use tenantry_pg::{Fence, ManagedDatabase};
use tenantry_testkit::{Cluster, TestDatabase};
use url::Url;
use uuid::Uuid;

const PASSWORD: &str = "of-the-tests";
pub(crate) const WEEK: Duration = Duration::from_secs(7 * 24 * 3600);

/// An institution `oak` whose schema was made by a script, and another one beside it.
pub(crate) struct Managed {
    pub(crate) database: ManagedDatabase,
    pub(crate) test: TestDatabase,
    /// As the control plane logs in.
    pub(crate) url: Url,
    pub(crate) oak: Marker,
}

impl Managed {
    pub(crate) async fn new(text: &str) -> Self {
        let cluster = Cluster::shared().await;
        let test = cluster.create_database().await;
        let setup = ServerSetup {
            admin_url: cluster.url("postgres").parse().unwrap(),
            control_password: Some(PASSWORD.into()),
            control_database: ident("tenantry_test_control"),
            managed_database: ident(test.name()),
        };
        prepare_server(&setup).await.unwrap();
        install_managed(test.url()).await.unwrap();
        let mut url = test.url().clone();
        url.set_username("tenantry_control").unwrap();
        url.set_password(Some(PASSWORD)).unwrap();
        let config = DatabaseConfig { url: url.clone(), max_connections: 4 };
        let database = ManagedDatabase::new(&config).unwrap();
        let none = "create table pupil (id int primary key, name text); insert into pupil values (1, 'Else')";
        for (name, script) in [("empty", "select 1"), ("other", none)] {
            let publish =
                database.publish_template(name, script, "1", (Spares::Plain, None), Uuid::new_v4());
            publish.await.unwrap();
        }
        let oak = make(&database, "oak", "empty").await;
        make(&database, "other", "other").await;
        let managed = Self { database, test, url, oak };
        managed.as_owner(text).await;
        managed
    }

    /// Runs statements in the institution's schema as its owner.
    pub(crate) async fn as_owner(&self, text: &str) {
        let mut admin = self.test.connect().await;
        admin.execute("set role tenantry_schema_owner; set search_path = inst_oak").await.unwrap();
        admin.execute(script(text)).await.unwrap();
    }

    pub(crate) async fn admin(&self) -> PgConnection {
        self.test.connect().await
    }

    pub(crate) async fn contents(&self, schema: &str) -> Contents {
        let mut export =
            Export::begin(&Sessions::new(&self.url).unwrap(), &ident(schema)).await.unwrap();
        contents(&mut export).await.unwrap()
    }

    /// A schema has that form and those rows; rights are another matter.
    pub(crate) async fn same(&self, schema: &str, wanted: &Contents) {
        let found = self.contents(schema).await;
        assert_eq!((&found.form, &found.tables), (&wanted.form, &wanted.tables));
    }

    pub(crate) async fn archived(&self) -> Vec<u8> {
        let mut export =
            Export::begin(&Sessions::new(&self.url).unwrap(), &ident("inst_oak")).await.unwrap();
        write_archive(&mut export, Vec::new(), &mut |_| {}).await.unwrap().0
    }

    pub(crate) async fn landing(&self) -> Landing {
        let new = NewCopy {
            id: Uuid::new_v4(),
            schema: self.oak.id,
            institution: "oak",
            name: None,
            kind: "restored",
            backup: None,
            expires_in: Some(WEEK),
            outside: &[],
        };
        self.database.begin_copy(new, fence()).await.unwrap()
    }

    pub(crate) async fn restore(
        &self,
        landing: &Landing,
        archive: &[u8],
        only: Option<&[String]>,
    ) -> Result<Restored, RestoreError> {
        let archive = ArchiveReader::begin(Cursor::new(archive))?;
        let schema = ident(&landing.schema_name);
        restore_archive(archive, &landing.url, &schema, only, Limits::default(), |_| {}).await
    }

    pub(crate) async fn finish(&self, landing: &Landing) -> SchemaCopy {
        self.database.finish_copy(landing.copy, self.oak.id, fence()).await.unwrap()
    }
}

pub(crate) fn ident(name: &str) -> Ident {
    Ident::new(name).unwrap()
}

/// The claim of another operation, later than all before.
pub(crate) fn fence() -> Fence {
    static LAST: AtomicI64 = AtomicI64::new(0);
    Fence { operation: Uuid::new_v4(), generation: LAST.fetch_add(1, Ordering::Relaxed) + 1 }
}

async fn make(database: &ManagedDatabase, institution: &str, template: &str) -> Marker {
    let new = NewSchema { id: Uuid::new_v4(), institution, template, version: 1, parameters: None };
    database.make_schema(new, fence()).await.unwrap()
}

pub(crate) async fn ask(session: &mut PgConnection, text: &str) -> String {
    let row = sqlx::raw_sql(script(text)).fetch_one(session).await.unwrap();
    sqlx::Row::try_get_unchecked(&row, 0).unwrap()
}
