//! A running server, composed of the floors: PostgreSQL, tables and functions, worker, chores, API.

use crate::output::out;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use sha2::{Digest, Sha256};
use tenantry_api::AppConfig;
use tenantry_domain::access::Role;
use tenantry_domain::token::Token;
use tenantry_ops::Fleet;
use tenantry_ops::housekeeping::{Housekeeping, Rhythm};
use tenantry_ops::kinds;
use tenantry_ops::runner::{Worker, WorkerConfig};
use tenantry_pg::ManagedDatabase;
use tenantry_pg::credentials::RoleDefaults;
use tenantry_pg::database::{CONTROL_ROLE, DatabaseConfig};
use tenantry_pg::embedded::{EmbeddedConfig, Server as Postgres};
use tenantry_pg::install::{
    Gateway, ServerSetup, install_gateway, install_managed, prepare_server,
};
use tenantry_pg::pooler::refuse_pooler;
use tenantry_pg::scram;
use tenantry_pg::sql::Ident;
use tenantry_store::audit::{self, Actor, Entry};
use tenantry_store::tokens::{self, NewToken};
use tenantry_store::{PgError, Store};
use tokio::net::TcpListener;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio_util::sync::CancellationToken;
use url::Url;
use uuid::Uuid;

use crate::config::{Settings, refuse_careless};
use crate::console;
use crate::failure::{Exit, Failure};
use crate::profile::Profile;

/// A server that is up.
pub(crate) struct Server {
    pub(crate) fleet: Fleet,
    pub(crate) profile: Profile,
    address: SocketAddr,
    postgres: Option<Postgres>,
    worker: Worker,
    housekeeping: Housekeeping,
    api: tokio::task::JoinHandle<std::io::Result<()>>,
    stopping: CancellationToken,
    terminate: Signal,
}

/// Both databases, and the URLs by which the control plane reaches them.
struct Databases {
    postgres: Option<Postgres>,
    control_url: Url,
    managed_url: Url,
}

/// How long the first admin token of a server is valid: a year, the longest that there is.
const FIRST_TOKEN: Duration = Duration::from_secs(365 * 24 * 60 * 60);

/// Starts everything. The port is taken first, so that a second server fails before it touches
/// anything.
pub(crate) async fn start(settings: &Settings) -> Result<Server, Failure> {
    // from the beginning: a server that is asked to stop while it starts stops in order when it is up
    let terminate =
        signal(SignalKind::terminate()).map_err(|error| Failure::new(Exit::Failed, error))?;
    let listener = listen(settings.listen()).await?;
    let address = listener.local_addr().map_err(|error| Failure::new(Exit::Failed, error))?;
    let fleet_config = settings.fleet()?;
    let plans = settings.plans()?;
    let schedules = settings.schedules()?;
    let started = Instant::now();
    let metrics = install_metrics()?;
    let databases = match (&settings.embedded, &settings.database_url) {
        (Some(directory), _) => embedded(settings, directory).await?,
        (None, Some(url)) => external(settings, url).await?,
        (None, None) => {
            return Err(Failure::new(Exit::Refused, "which PostgreSQL?").hint(
                "Give --embedded DIRECTORY for a server of its own, or --database-url URL for one \
                 that is there.",
            ));
        }
    };
    for url in [&databases.control_url, &databases.managed_url] {
        refuse_pooler(url).await.map_err(|error| database_failure(&error))?;
    }
    let postgres_ready = started.elapsed();
    let store = Store::new(&databases.control_url, 16).map_err(|e| database_failure(&e))?;
    let config = DatabaseConfig { url: databases.managed_url.clone(), max_connections: 16 };
    let database = ManagedDatabase::new(&config).map_err(|e| database_failure(&e))?;
    let defaults = RoleDefaults { connection_limit: settings.connection_limit.map(i32::from) };
    database.set_role_defaults(defaults).await.map_err(|e| database_failure(&e))?;
    let mut fleet = Fleet::new(store, database, fleet_config);
    if let Some(backups) = settings.backup.open(settings.embedded.as_deref()).await? {
        fleet = fleet.with_backups(backups);
    }
    tenantry_ops::plans::install(&fleet, &plans).await.map_err(|e| database_failure(&e))?;
    tenantry_ops::schedules::install(&fleet, &schedules).await.map_err(|e| database_failure(&e))?;
    let profile = first_profile(settings, &fleet, &databases, address).await?;

    let stopping = CancellationToken::new();
    let worker = Worker::start(fleet.clone(), kinds::registry(), worker_config(settings));
    let housekeeping = Housekeeping::start(&fleet, &Rhythm::default());
    let app = AppConfig {
        fleet: fleet.clone(),
        registry: kinds::registry(),
        metrics,
        stopping: stopping.clone(),
        console: console::built_in(),
    };
    let api = tokio::spawn(tenantry_api::serve(listener, app));
    tracing::info!(
        postgres_ms = postgres_ready.as_millis() as u64,
        own_ms = (started.elapsed() - postgres_ready).as_millis() as u64,
        "Listening on http://{address}"
    );
    Ok(Server {
        fleet,
        profile,
        address,
        postgres: databases.postgres,
        worker,
        housekeeping,
        api,
        stopping,
        terminate,
    })
}

impl Server {
    /// Where it listens.
    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Runs until Ctrl-C, SIGTERM or the end of the API, then stops.
    pub(crate) async fn run_to_the_end(mut self) -> Result<(), Failure> {
        let ended = tokio::select! {
            _ = tokio::signal::ctrl_c() => Ok(()),
            _ = self.terminate.recv() => Ok(()),
            ended = &mut self.api => match ended {
                Ok(served) => served.map_err(|error| Failure::new(Exit::Failed, error)),
                Err(error) => Err(Failure::new(Exit::Failed, error)),
            },
        };
        self.stop().await?;
        ended
    }

    /// Stops in order: no new requests, no new operations, then the database.
    pub(crate) async fn stop(mut self) -> Result<(), Failure> {
        tracing::info!("Stopping");
        self.stopping.cancel();
        if !self.api.is_finished() {
            let _ = (&mut self.api).await;
        }
        self.worker.stop().await;
        self.housekeeping.stop().await;
        self.fleet.store.close().await;
        self.fleet.database.close().await;
        if let Some(postgres) = self.postgres {
            postgres.stop().await.map_err(|error| Failure::new(Exit::Failed, error))?;
        }
        tracing::info!("Stopped");
        Ok(())
    }
}

async fn listen(address: &str) -> Result<TcpListener, Failure> {
    TcpListener::bind(address).await.map_err(|error| {
        if error.kind() == std::io::ErrorKind::AddrInUse {
            let message = format!("{address} is taken: another server listens there");
            Failure::new(Exit::Failed, message).hint(
                "If that is a tenantry of yours, use it or stop it; else choose another address \
                 with --listen 127.0.0.1:PORT.",
            )
        } else {
            Failure::new(Exit::Refused, format!("cannot listen on {address}: {error}"))
        }
    })
}

fn install_metrics() -> Result<PrometheusHandle, Failure> {
    const SECONDS: &[f64] =
        &[0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 60.0];
    PrometheusBuilder::new()
        .set_buckets_for_metric(Matcher::Suffix("_seconds".into()), SECONDS)
        .and_then(PrometheusBuilder::install_recorder)
        .map_err(|error| Failure::new(Exit::Failed, error))
}

fn worker_config(settings: &Settings) -> WorkerConfig {
    let default = WorkerConfig::default();
    WorkerConfig {
        places: settings.places.map_or(default.places, |places| usize::from(places.get())),
        backup_places: settings
            .backup
            .places
            .map_or(default.backup_places, |places| usize::from(places.get())),
        ..default
    }
}

/// A PostgreSQL of our own, in `directory/postgres`.
async fn embedded(settings: &Settings, directory: &Path) -> Result<Databases, Failure> {
    let directory = make_directory(directory)?;
    let config = EmbeddedConfig { dir: directory.join("postgres"), ..EmbeddedConfig::default() };
    let postgres =
        Postgres::start(config).await.map_err(|error| Failure::new(Exit::Failed, error))?;
    if postgres.adopted() {
        tracing::info!("Found the embedded PostgreSQL still running, and took it over");
    }
    // Applications may hold this password: it stays what it was.
    let password = Profile::read(&directory)?
        .and_then(|profile| profile.managed_database_url.parse::<Url>().ok())
        .and_then(|url| url.password().map(str::to_owned))
        .unwrap_or_else(random_password);
    let admin = postgres.url("postgres");
    let (control_url, managed_url) = install(settings, &admin, Some(password)).await?;
    Ok(Databases { control_url, managed_url, postgres: Some(postgres) })
}

/// A PostgreSQL that is there. An administrator's URL serves to install; the server then works as
/// `tenantry_control`. That role's password is derived from the administrator's, so that several
/// servers with one URL come to the same one and nothing has to be kept.
async fn external(settings: &Settings, url: &Url) -> Result<Databases, Failure> {
    refuse_careless(url)?;
    let derived = url.password().filter(|_| url.username() != CONTROL_ROLE).map(|password| {
        let digest = Sha256::digest(format!("tenantry_control\0{password}"));
        digest.iter().map(|byte| format!("{byte:02x}")).collect::<String>()
    });
    let (control_url, managed_url) = install(settings, url, derived).await?;
    Ok(Databases { control_url, managed_url, postgres: None })
}

/// Roles, databases, tables and functions, where they are missing. Answers with the URLs of the
/// control database and the managed one for `tenantry_control`, which gets the password.
pub(crate) async fn install(
    settings: &Settings,
    admin: &Url,
    control_password: Option<String>,
) -> Result<(Url, Url), Failure> {
    let name = |given: &Option<String>, default: &str| {
        Ident::new(given.as_deref().unwrap_or(default))
            .map_err(|error| Failure::new(Exit::Refused, error))
    };
    let control = name(&settings.control_database, "tenantry_control")?;
    let managed = name(&settings.managed_database, "tenantry_managed")?;
    let as_control_role = |database: &Ident| {
        let mut url = with_database(admin, database);
        if admin.username() != CONTROL_ROLE {
            // a URL with a host always takes both
            let _ = url.set_username(CONTROL_ROLE);
            let _ = url.set_password(control_password.as_deref());
        }
        url
    };
    let (control_url, managed_url) = (as_control_role(&control), as_control_role(&managed));
    let (control_as_admin, managed_as_admin) =
        (with_database(admin, &control), with_database(admin, &managed));
    let setup = ServerSetup {
        admin_url: admin.clone(),
        control_password,
        control_database: control,
        managed_database: managed,
    };
    prepare_server(&setup).await.map_err(|error| database_failure(&error))?;
    Store::install(&control_as_admin).await.map_err(|error| database_failure(&error))?;
    let done =
        install_managed(&managed_as_admin).await.map_err(|error| database_failure(&error))?;
    if !done.residents.is_empty() {
        eprintln!(
            "tenantry: the managed database is closed to other logins now; those of the application \
             that lives in it keep the right to connect, by name: {}",
            done.residents.join(", ")
        );
    }
    Ok((control_url, managed_url))
}

/// The gateway for one pool for all institutions, in the managed database.
pub(crate) async fn gateway(
    settings: &Settings,
    admin: &Url,
    password: Option<&str>,
) -> Result<Gateway, Failure> {
    let name = settings.managed_database.as_deref().unwrap_or("tenantry_managed");
    let managed = Ident::new(name).map_err(|error| Failure::new(Exit::Refused, error))?;
    let verifier = password.map(scram::verifier);
    install_gateway(&with_database(admin, &managed), verifier.as_deref())
        .await
        .map_err(|error| database_failure(&error))
}

fn with_database(url: &Url, database: &Ident) -> Url {
    let mut url = url.clone();
    url.set_path(database.raw());
    url
}

pub(crate) fn database_failure(error: &PgError) -> Failure {
    let exit = if error.is_transient() { Exit::Unreachable } else { Exit::Failed };
    let failure = Failure::new(exit, error);
    match error.hint() {
        Some(hint) => failure.hint(hint),
        None => failure,
    }
}

/// Makes D itself.
fn make_directory(directory: &Path) -> Result<PathBuf, Failure> {
    let fail = |error: std::io::Error| {
        Failure::new(Exit::Failed, format!("cannot use {}: {error}", directory.display()))
    };
    std::fs::create_dir_all(directory).map_err(fail)?;
    directory.canonicalize().map_err(fail)
}

/// Sees to a valid admin token, and writes the profile where there is a directory for it.
async fn first_profile(
    settings: &Settings,
    fleet: &Fleet,
    databases: &Databases,
    address: SocketAddr,
) -> Result<Profile, Failure> {
    let known = match &settings.embedded {
        Some(directory) => Profile::read(directory)?,
        None => None,
    };
    let still_valid = match known.as_ref().and_then(|profile| Token::parse(&profile.token)) {
        Some(token) => tokens::use_valid(&fleet.store, &token.hash())
            .await
            .map_err(|error| database_failure(&error))?
            .map(|_| token),
        None => None,
    };
    let kept = settings.embedded.is_some();
    let token = match still_valid {
        Some(token) => Some(token),
        None if kept => Some(issue_first_token(fleet).await?),
        None if has_admin(fleet).await? => None,
        None => {
            let token = issue_first_token(fleet).await?;
            out!("The first admin token, shown this once: {}", token.reveal());
            Some(token)
        }
    };
    let profile = Profile {
        url: format!("http://{address}"),
        token: token.map(|token| token.reveal().to_owned()).unwrap_or_default(),
        control_database_url: databases.control_url.to_string(),
        managed_database_url: databases.managed_url.to_string(),
    };
    if let Some(directory) = &settings.embedded {
        profile.write(directory)?;
    }
    Ok(profile)
}

async fn has_admin(fleet: &Fleet) -> Result<bool, Failure> {
    tokens::has_admin(&fleet.store).await.map_err(|error| database_failure(&error))
}

async fn issue_first_token(fleet: &Fleet) -> Result<Token, Failure> {
    let token = Token::generate();
    let hash = token.hash();
    let id = Uuid::now_v7();
    let new = NewToken {
        id,
        name: "first admin",
        role: Role::Admin,
        hash: &hash,
        prefix: token.prefix(),
        created_by: "tenantry",
        valid_for: FIRST_TOKEN,
    };
    let store = async || -> Result<(), PgError> {
        let mut tx = fleet.store.begin().await?;
        tokens::insert(&mut tx, &new).await?;
        let entry = Entry {
            action: "create_token",
            schema_id: None,
            schema_name: None,
            operation_id: None,
            outcome: "succeeded",
            detail: serde_json::json!({ "token": id, "name": new.name, "role": "admin" }),
        };
        audit::insert(&mut tx, &Actor::system(), &entry).await?;
        tx.commit().await
    };
    store().await.map_err(|error| database_failure(&error))?;
    Ok(token)
}

fn random_password() -> String {
    use rand::RngExt;
    let mut rng = rand::rng();
    (0..32).map(|_| rng.sample(rand::distr::Alphanumeric) as char).collect()
}
