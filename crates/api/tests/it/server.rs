//! A whole server for one test: both databases, worker, chores and HTTP on a port of its own. At its
//! end nothing may be queued or under way, and no schema may be there that the lists do not have.

use std::time::Duration;

use metrics_exporter_prometheus::PrometheusBuilder;
use reqwest::Method;
use serde_json::{Value, json};
use sqlx::{Connection as _, Executor as _, PgConnection};
use tempfile::TempDir;
use tenantry_api::AppConfig;
use tenantry_api::console::Console;
use tenantry_domain::access::Role;
use tenantry_domain::pool::PoolSettings;
use tenantry_domain::template::{Layout, SourceFile, Spares, TemplateScript};
use tenantry_domain::token::Token;
use tenantry_ops::backups::Backups;
use tenantry_ops::housekeeping::{Housekeeping, Rhythm};
use tenantry_ops::kinds::registry;
use tenantry_ops::runner::{Worker, WorkerConfig};
use tenantry_ops::{Fleet, FleetConfig};
use tenantry_pg::ManagedDatabase;
use tenantry_pg::database::DatabaseConfig;
use tenantry_pg::ddl;
use tenantry_pg::install::{ServerSetup, install_managed, prepare_server};
use tenantry_pg::sql::Ident;
use tenantry_store::Store;
use tenantry_store::templates::{self, NewTemplate};
use tenantry_store::tokens::{self, NewToken};
use tenantry_testkit::{Cluster, PrivateServer, TestDatabase};
use tokio::net::TcpListener;
use tokio::sync::Mutex;
use tokio_util::sync::CancellationToken;
use url::Url;
use uuid::Uuid;

use crate::call::{Answer, Call};

/// The template `default`: the smallest institution that has a foreign key.
pub(crate) const PUPILS: &str = "create table pupils (
  id bigint primary key, name text not null);";
pub(crate) const MARKS: &str = "create table marks (
  id bigint primary key,
  pupil bigint not null references pupils, mark integer not null);";

/// Long enough for the slowest machine; nothing is measured by it.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// Where a server's two databases are, for a superuser.
pub(crate) struct Databases {
    pub(crate) control: Url,
    pub(crate) managed: Url,
    /// Dropped with the server.
    pub(crate) own: Vec<TestDatabase>,
}

impl Databases {
    /// Two of one's own in the cluster that all tests share.
    pub(crate) async fn shared() -> Self {
        let cluster = Cluster::shared().await;
        let control = cluster.template("api control", build_control).await;
        let managed = cluster.template("api managed", build_managed).await;
        let (control, managed) =
            tokio::join!(cluster.clone_database(&control), cluster.clone_database(&managed));
        // rights on a database are not copied with it
        install_managed(managed.url()).await.unwrap();
        Self {
            control: control.url().clone(),
            managed: managed.url().clone(),
            own: vec![control, managed],
        }
    }

    /// Two on a server that the test may kill.
    pub(crate) async fn private(server: &PrivateServer) -> Self {
        let (control, managed) = ("control", "managed");
        prepare(&server.url("postgres"), control, managed).await;
        let (control, managed) = (server.url(control), server.url(managed));
        fill_control(&control).await;
        fill_managed(&managed).await;
        Self { control, managed, own: vec![] }
    }
}

/// All tests of the cluster set the same one, because the role is one for all.
const PASSWORD: &str = "of-the-tests";

/// The URL as the control plane logs in.
fn as_control_role(url: &Url) -> Url {
    let mut url = url.clone();
    url.set_username(tenantry_pg::database::CONTROL_ROLE).unwrap();
    url.set_password(Some(PASSWORD)).unwrap();
    url
}

/// How a server is set up.
pub(crate) struct Setup {
    /// None: what is asked for stays queued.
    pub(crate) worker: Option<WorkerConfig>,
    /// Sessions of each of the two pools.
    pub(crate) sessions: u32,
    /// No pool is filled by itself: a spare would be made at some moment of the test, or not.
    pub(crate) pool: PoolSettings,
    /// What is served at `/`.
    pub(crate) console: Console,
}

impl Default for Setup {
    fn default() -> Self {
        Self {
            worker: Some(quick_worker()),
            sessions: 8,
            pool: PoolSettings { floor: 0, ..PoolSettings::default() },
            console: Console::default(),
        }
    }
}

/// Nobody measures and judges unasked: a test would find operations that it did not ask for.
fn unwatched() -> FleetConfig {
    let mut config = FleetConfig::default();
    config.usage.look_every = Duration::from_secs(60 * 60);
    config.quota.watch_every = Duration::from_secs(60 * 60);
    config
}

/// A worker that notices everything soon.
pub(crate) fn quick_worker() -> WorkerConfig {
    WorkerConfig {
        beat: Duration::from_millis(100),
        poll: Duration::from_millis(100),
        ..WorkerConfig::default()
    }
}

/// A server that is up. Every test ends with [`finish`](Self::finish).
pub(crate) struct TestServer {
    pub(crate) url: String,
    pub(crate) fleet: Fleet,
    pub(crate) databases: Databases,
    pub(crate) client: reqwest::Client,
    tokens: [String; 3],
    worker: Mutex<Option<Worker>>,
    housekeeping: Option<Housekeeping>,
    api: Option<tokio::task::JoinHandle<std::io::Result<()>>>,
    stopping: CancellationToken,
    /// Where its backups are, until it is dropped.
    _folder: TempDir,
}

impl TestServer {
    /// One that works.
    pub(crate) async fn start() -> Self {
        Self::with(Databases::shared().await, Setup::default()).await
    }

    /// One whose operations stay queued until [`put_to_work`](Self::put_to_work).
    pub(crate) async fn idle() -> Self {
        let setup = Setup { worker: None, ..Setup::default() };
        Self::with(Databases::shared().await, setup).await
    }

    pub(crate) async fn with(databases: Databases, setup: Setup) -> Self {
        let store = Store::new(&as_control_role(&databases.control), setup.sessions).unwrap();
        let url = as_control_role(&databases.managed);
        let config = DatabaseConfig { url, max_connections: setup.sessions };
        let settings = FleetConfig { pool: setup.pool, ..unwatched() };
        let fleet = Fleet::new(store, ManagedDatabase::new(&config).unwrap(), settings);
        let folder = tempfile::tempdir().unwrap();
        let fleet = fleet.with_backups(Backups::within(folder.path()).await.unwrap());
        let rhythm = Rhythm {
            events: Duration::from_millis(50),
            mirror: Duration::from_millis(200),
            ..Rhythm::default()
        };
        let mut issued = Vec::new();
        for role in Role::ALL {
            issued.push(issue(&fleet, role.as_str(), role).await);
        }
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let stopping = CancellationToken::new();
        let app = app(&fleet, &stopping, setup.console);
        let server = Self {
            url,
            housekeeping: Some(Housekeeping::start(&fleet, &rhythm)),
            fleet,
            databases,
            client: client(),
            tokens: issued.try_into().unwrap(),
            worker: Mutex::new(None),
            api: Some(tokio::spawn(tenantry_api::serve(listener, app))),
            _folder: folder,
            stopping,
        };
        if let Some(worker) = setup.worker {
            server.put_to_work(worker).await;
        }
        server
    }

    /// Starts a worker, instead of the one that there may be.
    pub(crate) async fn put_to_work(&self, config: WorkerConfig) {
        self.rest().await;
        let worker = Worker::start(self.fleet.clone(), registry(), config);
        *self.worker.lock().await = Some(worker);
    }

    /// Stops the worker.
    pub(crate) async fn rest(&self) {
        if let Some(worker) = self.worker.lock().await.take() {
            worker.stop().await;
        }
    }

    /// What is served, without the port.
    pub(crate) fn router(&self) -> axum::Router {
        tenantry_api::router(app(&self.fleet, &self.stopping, Console::default()))
    }

    /// The token of a role.
    pub(crate) fn token(&self, role: Role) -> &str {
        &self.tokens[role as usize]
    }

    /// A request without a token.
    pub(crate) fn call(&self, method: Method, path: &str) -> Call {
        Call::new(self.client.request(method, format!("{}{path}", self.url)))
    }

    /// A request with the token of a role; the path is below `/api/admin`.
    pub(crate) fn call_as(&self, role: Role, method: Method, path: &str) -> Call {
        self.call(method, &format!("/api/admin{path}")).token(self.token(role))
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.call_as(Role::Viewer, Method::GET, path).send().await
    }

    pub(crate) fn post(&self, path: &str, body: Value) -> Call {
        self.call_as(Role::Operator, Method::POST, path).json(body)
    }

    pub(crate) fn patch(&self, path: &str, body: Value) -> Call {
        self.call_as(Role::Operator, Method::PATCH, path).json(body)
    }

    pub(crate) fn delete(&self, path: &str, body: Value) -> Call {
        self.call_as(Role::Operator, Method::DELETE, path).json(body)
    }

    /// Makes an institution and waits until it is active.
    pub(crate) async fn create(&self, name: &str) -> Value {
        let call = self.post("/schemas", json!({ "name": name })).waiting();
        succeeded(call.send().await);
        self.schema(name).await
    }

    /// Does an action (or `drop`) as admin and waits for its end.
    pub(crate) async fn act(&self, name: &str, action: &str) -> Answer {
        let path = format!("/schemas/{name}");
        let call = match action {
            "drop" => {
                self.call_as(Role::Admin, Method::DELETE, &path).json(json!({ "confirm": name }))
            }
            "purge" => self
                .call_as(Role::Admin, Method::PATCH, &path)
                .json(json!({ "action": "purge", "confirm": name })),
            action => {
                self.call_as(Role::Admin, Method::PATCH, &path).json(json!({ "action": action }))
            }
        };
        call.waiting().send().await
    }

    /// The schema as it is shown.
    pub(crate) async fn schema(&self, name: &str) -> Value {
        self.get(&format!("/schemas/{name}")).await.is(200)
    }

    /// Waits for the end of an operation.
    pub(crate) async fn ended(&self, id: &Value) -> Value {
        let path = format!("/operations/{}", id.as_str().unwrap());
        let look = async || {
            let operation = self.get(&path).await.is(200);
            (!operation["finishedAt"].is_null()).then_some(operation)
        };
        until(look).await
    }

    /// A token of a role and name, made without the API.
    pub(crate) async fn issue(&self, name: &str, role: Role) -> String {
        issue(&self.fleet, name, role).await
    }

    /// A superuser's session in the control database.
    pub(crate) async fn control(&self) -> PgConnection {
        PgConnection::connect(self.databases.control.as_str()).await.unwrap()
    }

    /// A superuser's session in the managed database.
    pub(crate) async fn managed(&self) -> PgConnection {
        PgConnection::connect(self.databases.managed.as_str()).await.unwrap()
    }

    /// Stops everything and looks at what is left: nothing that is queued or under way, no schema
    /// without a marker, no marker that the lists do not know or know in another state.
    pub(crate) async fn finish(mut self) {
        self.rest().await;
        self.housekeeping.take().unwrap().stop().await;
        self.stopping.cancel();
        self.api.take().unwrap().await.unwrap().unwrap();
        let (mut control, mut managed) = (self.control().await, self.managed().await);
        let pending: Vec<(Uuid, String, String)> = sqlx::query_as(
            "select id, kind, state from operation where state in ('queued', 'running', 'waiting')",
        )
        .fetch_all(&mut control)
        .await
        .unwrap();
        assert!(pending.is_empty(), "operations are not over: {pending:?}");
        let strangers: Vec<String> = sqlx::query_scalar(
            "select nspname::text from pg_namespace n
             where nspname !~ '^pg_' and nspname not in ('public', 'information_schema', 'tenantry')
               and not exists (select from tenantry.schema_marker m
                               where m.schema_oid = n.oid and m.schema_name = n.nspname)",
        )
        .fetch_all(&mut managed)
        .await
        .unwrap();
        assert!(strangers.is_empty(), "schemas without a marker: {strangers:?}");
        let markers: Vec<(Uuid, String, String)> =
            sqlx::query_as("select id, state, role_name from tenantry.schema_marker")
                .fetch_all(&mut managed)
                .await
                .unwrap();
        for (id, state, _) in &markers {
            let listed: Option<String> =
                sqlx::query_scalar("select state from tenant_schema where id = $1")
                    .bind(id)
                    .fetch_optional(&mut control)
                    .await
                    .unwrap();
            assert_eq!(listed.as_ref(), Some(state), "the lists and the marker of {id} differ");
        }
        control.close().await.unwrap();
        managed.close().await.unwrap();
        self.fleet.store.close().await;
        self.fleet.database.close().await;
        let own = &self.databases.own;
        if !own.is_empty() {
            drop_databases(own, markers.into_iter().map(|(_, _, role)| role)).await;
        }
    }
}

impl Drop for TestServer {
    fn drop(&mut self) {
        let finished = self.api.is_none();
        assert!(finished || std::thread::panicking(), "a test must end with `finish`");
    }
}

fn app(fleet: &Fleet, stopping: &CancellationToken, console: Console) -> AppConfig {
    AppConfig {
        fleet: fleet.clone(),
        registry: registry(),
        metrics: PrometheusBuilder::new().build_recorder().handle(),
        stopping: stopping.clone(),
        console,
    }
}

fn client() -> reqwest::Client {
    // already there from another test
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder().no_proxy().timeout(PATIENCE).build().unwrap()
}

async fn issue(fleet: &Fleet, name: &str, role: Role) -> String {
    let token = Token::generate();
    let new = NewToken {
        id: Uuid::now_v7(),
        name,
        role,
        hash: &token.hash(),
        prefix: token.prefix(),
        created_by: "the test",
        valid_for: Duration::from_secs(24 * 60 * 60),
    };
    let mut tx = fleet.store.begin().await.unwrap();
    tokens::insert(&mut tx, &new).await.unwrap();
    tx.commit().await.unwrap();
    token.reveal().to_owned()
}

async fn build_control(url: Url) {
    prepare_cluster().await;
    let name = Ident::new(url.path().trim_start_matches('/')).unwrap();
    let mut admin = PgConnection::connect(url.as_str()).await.unwrap();
    let give = ddl!("alter database {} owner to tenantry_control", name);
    admin.execute(give.into_sql()).await.unwrap();
    admin.close().await.unwrap();
    fill_control(&url).await;
}

async fn build_managed(url: Url) {
    prepare_cluster().await;
    fill_managed(&url).await;
}

/// The roles; two databases are named only because there have to be two.
async fn prepare_cluster() {
    let admin = Cluster::shared().await.url("postgres").parse().unwrap();
    prepare(&admin, "postgres", "template1").await;
}

async fn prepare(admin: &Url, control: &str, managed: &str) {
    prepare_server(&ServerSetup {
        admin_url: admin.clone(),
        control_password: Some(PASSWORD.into()),
        control_database: Ident::new(control).unwrap(),
        managed_database: Ident::new(managed).unwrap(),
    })
    .await
    .unwrap();
}

async fn fill_control(url: &Url) {
    Store::install(url).await.unwrap();
    let store = Store::new(&as_control_role(url), 1).unwrap();
    let script = default_template();
    let new = NewTemplate {
        name: "default",
        version: 1,
        layout: "plain",
        checksum: &script.checksum(),
        script: &script.sql(),
        migrations: &json!([]),
        relations: 6,
        proof_ms: 1.0,
        spares: Spares::Plain,
        spares_reason: None,
        created_by: "the test",
        seed: None,
    };
    let mut tx = store.begin().await.unwrap();
    templates::insert(&mut tx, &new).await.unwrap();
    tx.commit().await.unwrap();
    store.close().await;
}

async fn fill_managed(url: &Url) {
    install_managed(url).await.unwrap();
    let config = DatabaseConfig { url: as_control_role(url), max_connections: 1 };
    let database = ManagedDatabase::new(&config).unwrap();
    let script = default_template();
    let (sql, checksum) = (script.sql(), script.checksum());
    let plain = (Spares::Plain, None);
    let published = database.publish_template("default", &sql, &checksum, plain, Uuid::new_v4());
    assert_eq!(published.await.unwrap(), 1);
    database.close().await;
}

fn default_template() -> TemplateScript {
    let file = |path: &str, text: &str| SourceFile { path: path.into(), text: text.into() };
    let files = vec![file("1_pupils.sql", PUPILS), file("2_marks.sql", MARKS)];
    TemplateScript::read(Some(Layout::Plain), files).unwrap()
}

/// Databases first: roles belong to the whole cluster, and would outlive them.
async fn drop_databases(databases: &[TestDatabase], roles: impl Iterator<Item = String>) {
    let mut admin = PgConnection::connect(&Cluster::shared().await.url("postgres")).await.unwrap();
    for database in databases {
        let name = Ident::new(database.name()).unwrap();
        admin.execute(ddl!("drop database {} with (force)", name).into_sql()).await.unwrap();
    }
    for role in roles {
        let role = Ident::new(role).unwrap();
        admin.execute(ddl!("drop role if exists {}", role).into_sql()).await.unwrap();
    }
}

/// The operation of an answer, which must have succeeded.
pub(crate) fn succeeded(answer: Answer) -> Value {
    let operation = answer.is(200);
    assert_eq!(operation["state"], "succeeded", "{operation:#}");
    operation
}

/// Looks again and again until there is something.
pub(crate) async fn until<T>(look: impl AsyncFn() -> Option<T>) -> T {
    let deadline = tokio::time::Instant::now() + PATIENCE;
    loop {
        if let Some(found) = look().await {
            return found;
        }
        assert!(tokio::time::Instant::now() < deadline, "it did not come");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
