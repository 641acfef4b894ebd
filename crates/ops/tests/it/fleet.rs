//! A fleet for one test: a control database and a managed one, cloned from ready-made ones.

use std::path::Path;
use std::time::Duration;

use sqlx::{Connection, Executor};
use tempfile::TempDir;
use tenantry_domain::operation::OperationState;
use tenantry_domain::pool::PoolSettings;
use tenantry_domain::schema::SchemaAction;
use tenantry_domain::slug::Slug;
use tenantry_domain::template::{SourceFile, TemplateScript};
use tenantry_ops::backups::Backups;
use tenantry_ops::import::{self, Imported, Options};
use tenantry_ops::kinds::registry;
use tenantry_ops::pool;
use tenantry_ops::runner::{Faults, Worker, WorkerConfig};
use tenantry_ops::submit::{self, CreateRequest, Requester};
use tenantry_ops::{Fleet, FleetConfig};
use tenantry_pg::database::DatabaseConfig;
use tenantry_pg::install::{ServerSetup, install_managed, prepare_server};
use tenantry_pg::sql::Ident;
use tenantry_pg::{ManagedDatabase, ddl};
use tenantry_store::Store;
use tenantry_store::operations::{self, Operation};
use tenantry_store::pools;
use tenantry_store::schemas::{self, TenantSchema};
use tenantry_testkit::{Cluster, PrivateServer, TestDatabase};
use url::Url;
use uuid::Uuid;

/// A template that is small, but has a bit of everything that dropping must cope with.
pub(crate) const SCRIPT: &str = "
create type mood as enum ('good', 'bad');
create table pupil (id bigint generated always as identity primary key, name text not null, mood mood);
create table mark (id serial primary key, pupil_id bigint not null references pupil, mark int);
create table attendance (day date not null, pupil_id bigint not null) partition by range (day);
create table attendance_2026 partition of attendance for values from ('2026-01-01') to ('2027-01-01');
create view best as select * from mark where mark > 90;
create materialized view totals as select pupil_id, sum(mark) from mark group by 1;
create function pupil_count() returns bigint language sql stable as 'select count(*) from pupil';
create index on pupil (lower(name)) where mood = 'good';
insert into pupil (name) values ('Ada');
";

/// Both databases of a test and what works on them.
pub(crate) struct TestFleet {
    pub(crate) fleet: Fleet,
    pub(crate) control: TestDatabase,
    pub(crate) managed: TestDatabase,
    /// An institution's name that no other test of this cluster uses: roles are shared by all.
    pub(crate) name: String,
    /// Where its backups are, and what opens them.
    folder: TempDir,
}

/// Leases in tests are short, so that a takeover does not take half a minute.
pub(crate) fn quick(faults: Faults) -> WorkerConfig {
    WorkerConfig {
        places: 4,
        backup_places: 2,
        lease: Duration::from_secs(5),
        beat: Duration::from_millis(200),
        poll: Duration::from_millis(50),
        faults,
    }
}

impl TestFleet {
    /// A fleet with the template `default`, published.
    pub(crate) async fn new() -> Self {
        let (control, managed) = databases().await;
        Self::of(control, managed).await
    }

    /// A fleet with databases of its own that is to keep its backups where another one does. It has the other's name.
    pub(crate) async fn beside(other: &Self) -> Self {
        let fresh = Self::new().await;
        let fleet = with_backups(fresh.fleet.clone(), other.folder()).await;
        Self { fleet, name: other.name.clone(), ..fresh }
    }

    async fn of(control: TestDatabase, managed: TestDatabase) -> Self {
        let fleet = open(&as_control_role(control.url()), &as_control_role(managed.url()));
        let folder = tempfile::tempdir().unwrap();
        let fleet = with_backups(fleet, folder.path()).await;
        let name = format!("t{}", &Uuid::new_v4().simple().to_string()[..12]);
        Self { fleet, control, managed, name, folder }
    }

    /// Where its backups are.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// A fleet whose managed database is there already, with what somebody else made in it.
    pub(crate) async fn on(managed: TestDatabase) -> Self {
        let cluster = Cluster::shared().await;
        let control =
            cluster.template("ops control", async |url: Url| make_control(&url).await).await;
        let control = cluster.clone_database(&control).await;
        install_managed(managed.url()).await.unwrap();
        Self::of(control, managed).await
    }

    pub(crate) fn worker(&self) -> Worker {
        self.faulty_worker(Faults::none())
    }

    pub(crate) fn faulty_worker(&self, faults: Faults) -> Worker {
        Worker::start(self.fleet.clone(), registry(), quick(faults))
    }

    /// Asks for the test's institution.
    pub(crate) async fn create(&self) -> Uuid {
        self.create_named(&self.name).await
    }

    pub(crate) async fn create_named(&self, name: &str) -> Uuid {
        let request = CreateRequest::of(Slug::parse(name).unwrap(), "default");
        submit::create_schema(&self.fleet, &Requester::system(), request).await.unwrap().operation
    }

    /// Asks for so many institutions from a sheet.
    pub(crate) async fn import(&self, many: usize) -> Uuid {
        let names = (0..many).map(|n| format!("{}_{n}\n", self.name));
        let sheet = format!("name\n{}", names.collect::<String>());
        let rows = tenantry_domain::sheet::read(sheet.as_bytes()).unwrap();
        let options = Options { template: "default".into(), update: false, skip_invalid: false };
        match import::import(&self.fleet, &Requester::system(), &rows, &options).await.unwrap() {
            Imported::Accepted(accepted) => accepted.operation,
            Imported::Refused(rows) => panic!("{rows:#?}"),
        }
    }

    /// Asks for the pool of the template `default` to be filled until so many are ready.
    pub(crate) async fn refill(&self, wanted: i32) -> Uuid {
        let head = pools::heads(&self.fleet.store).await.unwrap().remove(0);
        let settings = PoolSettings { floor: 0, ceiling: wanted, rate: 100.0 };
        let accepted = pool::refill(&self.fleet, &head, settings).await.unwrap();
        accepted.expect("none is pending").operation
    }

    /// Asks for the next version of the template `default`.
    pub(crate) async fn publish(&self, script: &TemplateScript) -> Uuid {
        let who = Requester::system();
        submit::create_template(&self.fleet, &who, "default", script).await.unwrap().operation
    }

    /// Version and number of the spares that can be claimed.
    pub(crate) async fn spares(&self) -> Vec<(i32, i64)> {
        let counts = self.fleet.database.spares(Some("default")).await.unwrap();
        counts.into_iter().map(|count| (count.version, count.ready)).collect()
    }

    pub(crate) async fn change(&self, action: SchemaAction) -> Uuid {
        submit::change_schema(&self.fleet, &Requester::system(), &self.name, action)
            .await
            .unwrap()
            .operation
    }

    /// Waits for an operation to end, however it ends.
    pub(crate) async fn ended(&self, id: Uuid) -> Operation {
        let waiting = async {
            loop {
                let operation = self.operation(id).await;
                if operation.state.is_final() {
                    return operation;
                }
                tokio::time::sleep(Duration::from_millis(30)).await;
            }
        };
        // far above what any of them takes: it only keeps a broken test from hanging
        tokio::time::timeout(Duration::from_secs(120), waiting).await.expect("the operation ends")
    }

    /// Waits for an operation that is to succeed.
    pub(crate) async fn succeeded(&self, id: Uuid) -> Operation {
        let operation = self.ended(id).await;
        assert_eq!(operation.state, OperationState::Succeeded, "{operation:#?}");
        operation
    }

    pub(crate) async fn operation(&self, id: Uuid) -> Operation {
        operations::by_id(&self.fleet.store, id).await.unwrap().expect("the operation is there")
    }

    pub(crate) async fn schema(&self) -> TenantSchema {
        schemas::by_name(&self.fleet.store, &self.name)
            .await
            .unwrap()
            .expect("the schema is listed")
    }
}

/// With backups in a folder.
pub(crate) async fn with_backups(fleet: Fleet, folder: &Path) -> Fleet {
    fleet.with_backups(Backups::within(folder).await.unwrap())
}

const PASSWORD: &str = "of-the-tests";

/// The URL as the control plane logs in: a superuser's sessions it could not end.
pub(crate) fn as_control_role(url: &Url) -> Url {
    let mut url = url.clone();
    url.set_username("tenantry_control").unwrap();
    url.set_password(Some(PASSWORD)).unwrap();
    url
}

/// Logs in as the institution's own role, as its application does.
pub(crate) async fn application(fleet: &TestFleet) -> Result<sqlx::PgConnection, sqlx::Error> {
    let role = fleet.schema().await.role_name.expect("a role");
    let mut admin = fleet.managed.connect().await;
    let name = Ident::new(role.clone()).unwrap();
    admin.execute(ddl!("alter role {} password 'of-the-test'", name).into_sql()).await.unwrap();
    let mut url = fleet.managed.url().clone();
    url.set_username(&role).unwrap();
    url.set_password(Some("of-the-test")).unwrap();
    sqlx::PgConnection::connect(url.as_str()).await
}

/// Opens the fleet of two databases.
pub(crate) fn open(control: &Url, managed: &Url) -> Fleet {
    let store = Store::new(control, 8).unwrap();
    let config = DatabaseConfig { url: managed.clone(), max_connections: 8 };
    Fleet::new(store, ManagedDatabase::new(&config).unwrap(), FleetConfig::default())
}

async fn databases() -> (TestDatabase, TestDatabase) {
    let cluster = Cluster::shared().await;
    let control = cluster.template("ops control", async |url: Url| make_control(&url).await).await;
    let managed = cluster.template("ops managed", async |url: Url| make_managed(&url).await).await;
    let control = cluster.clone_database(&control).await;
    let managed = cluster.clone_database(&managed).await;
    // a clone has its own rights on the database itself
    install_managed(managed.url()).await.unwrap();
    (control, managed)
}

async fn make_control(url: &Url) {
    make_roles(url).await;
    let mut admin = sqlx::PgConnection::connect(url.as_str()).await.unwrap();
    let name = Ident::new(url.path().trim_start_matches('/')).unwrap();
    let role = Ident::new("tenantry_control").unwrap();
    admin.execute(ddl!("alter database {} owner to {}", name, role).into_sql()).await.unwrap();
    admin.close().await.unwrap();
    fill_control(url).await;
}

async fn fill_control(url: &Url) {
    Store::install(url).await.unwrap();
    let mut admin = sqlx::PgConnection::connect(url.as_str()).await.unwrap();
    let script = script();
    sqlx::query(
        "insert into template (name, version, layout, checksum, script, migrations, relations,
                               proof_ms, created_by)
         values ('default', 1, 'plain', $1, $2, '[]', 0, 0, 'test')",
    )
    .bind(script.checksum())
    .bind(script.sql())
    .execute(&mut admin)
    .await
    .unwrap();
    admin.close().await.unwrap();
}

/// Both databases, `control` and `managed`, on a server of the test's own.
pub(crate) async fn fill_private(server: &PrivateServer) {
    let setup = ServerSetup {
        admin_url: server.url("postgres"),
        control_password: Some(PASSWORD.into()),
        control_database: Ident::new("control").unwrap(),
        managed_database: Ident::new("managed").unwrap(),
    };
    prepare_server(&setup).await.unwrap();
    fill_control(&server.url("control")).await;
    fill_managed(&server.url("managed")).await;
}

async fn make_managed(url: &Url) {
    make_roles(url).await;
    fill_managed(url).await;
}

async fn fill_managed(url: &Url) {
    install_managed(url).await.unwrap();
    let mut admin = sqlx::PgConnection::connect(url.as_str()).await.unwrap();
    let script = script();
    sqlx::query(
        "insert into tenantry.template (name, version, script, checksum, operation)
         values ('default', 1, $1, $2, gen_random_uuid())",
    )
    .bind(script.sql())
    .bind(script.checksum())
    .execute(&mut admin)
    .await
    .unwrap();
    admin.close().await.unwrap();
}

/// The script of the template, read as the product reads it.
pub(crate) fn script() -> TemplateScript {
    let file = SourceFile { path: "1_base.sql".into(), text: SCRIPT.into() };
    TemplateScript::read(None, vec![file]).unwrap()
}

/// The next version of the template: small, so that spares of it are soon made.
pub(crate) fn next_script() -> TemplateScript {
    let file =
        SourceFile { path: "1_base.sql".into(), text: "create table pupil (id int);".into() };
    TemplateScript::read(None, vec![file]).unwrap()
}

/// Roles belong to the server; the databases that are named here exist already.
async fn make_roles(url: &Url) {
    let setup = ServerSetup {
        admin_url: Cluster::shared().await.url("postgres").parse().unwrap(),
        control_password: Some(PASSWORD.into()),
        control_database: Ident::new(url.path().trim_start_matches('/')).unwrap(),
        managed_database: Ident::new("postgres").unwrap(),
    };
    prepare_server(&setup).await.unwrap();
}
