//! The embedded server against real PostgreSQL programs: what it keeps, what it survives, what it
//! refuses.

#![expect(clippy::unwrap_used, reason = "a test panics when something is not there")]

use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::{Pid, geteuid};
use sqlx::{Connection as _, Executor as _, PgConnection};
use tenantry_pg::embedded::{EmbeddedConfig, EmbeddedError, Server};

/// A directory that the server's user can get to, and that takes its server with it.
struct Place(tempfile::TempDir);

impl Place {
    fn new() -> Self {
        let place = tempfile::tempdir().unwrap();
        fs::set_permissions(place.path(), fs::Permissions::from_mode(0o755)).unwrap();
        Self(place)
    }

    fn dir(&self) -> PathBuf {
        self.0.path().join("postgres")
    }

    fn config(&self) -> EmbeddedConfig {
        let settings =
            [("fsync", "off"), ("shared_buffers", "16MB"), ("max_locks_per_transaction", "64")];
        let settings = settings.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
        EmbeddedConfig { dir: self.dir(), settings, ..EmbeddedConfig::default() }
    }

    async fn start(&self) -> Server {
        Server::start(self.config()).await.unwrap()
    }

    async fn refusal(&self) -> EmbeddedError {
        Server::start(self.config()).await.expect_err("the start must be refused")
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        // A test that failed half-way leaves its server; nobody else would stop it.
        let file = self.dir().join("data/postmaster.pid");
        let text = fs::read_to_string(file).unwrap_or_default();
        if let Some(pid) = text.lines().next().and_then(|pid| pid.parse().ok()) {
            let _ = kill(Pid::from_raw(pid), Signal::SIGQUIT);
            std::thread::sleep(Duration::from_millis(300));
        }
    }
}

async fn connect(server: &Server) -> PgConnection {
    PgConnection::connect(server.url("postgres").as_str()).await.unwrap()
}

async fn kept_rows(server: &Server) -> i64 {
    let mut connection = connect(server).await;
    sqlx::query_scalar("select count(*) from kept").fetch_one(&mut connection).await.unwrap()
}

async fn write_rows(server: &Server) {
    let mut connection = connect(server).await;
    connection.execute("create table kept as select generate_series(1, 100)").await.unwrap();
}

fn alive(pid: i32) -> bool {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    stat.rsplit_once(')').is_some_and(|(_, rest)| !rest.trim_start().starts_with('Z'))
}

#[tokio::test]
async fn data_and_port_outlive_a_restart() {
    let place = Place::new();
    let server = place.start().await;
    assert!(!server.adopted());
    assert!(server.version() >= 150_000);
    write_rows(&server).await;
    let (port, pid) = (server.port(), server.pid());
    server.stop().await.unwrap();
    assert!(!alive(pid));
    assert!(!Path::new(&format!("/proc/{pid}")).exists(), "a zombie was left");

    let server = place.start().await;
    assert_eq!(server.port(), port);
    assert_eq!(kept_rows(&server).await, 100);
    server.stop().await.unwrap();
}

#[tokio::test]
async fn what_it_listens_to_and_who_may_read_what() {
    let place = Place::new();
    let server = place.start().await;
    let mut connection = connect(&server).await;
    for (name, wanted) in [
        ("listen_addresses", "127.0.0.1"),
        ("unix_socket_directories", ""),
        ("password_encryption", "scram-sha-256"),
        ("server_encoding", "UTF8"),
        ("TimeZone", "UTC"),
        ("fsync", "off"),
        ("max_locks_per_transaction", "64"),
        ("cluster_name", "tenantry"),
    ] {
        let value: String = sqlx::query_scalar("select current_setting($1)")
            .bind(name)
            .fetch_one(&mut connection)
            .await
            .unwrap();
        assert_eq!(value, wanted, "{name}");
    }
    for file in ["superuser.secret", "tenantry.conf", "port"] {
        let metadata = fs::metadata(place.dir().join(file)).unwrap();
        assert_eq!(metadata.mode() & 0o777, 0o600, "{file}");
    }
    let mut wrong = server.url("postgres");
    wrong.set_password(Some("wrong")).unwrap();
    assert!(PgConnection::connect(wrong.as_str()).await.is_err(), "any password would do");
    assert!(!server.url("postgres").password().unwrap().is_empty());
    server.stop().await.unwrap();
}

#[tokio::test]
async fn a_server_left_by_a_dead_owner_is_adopted() {
    let place = Place::new();
    let server = place.start().await;
    write_rows(&server).await;
    let (pid, port) = (server.pid(), server.port());
    drop(server);
    assert!(alive(pid), "dropping must not stop it");

    let attached = Server::attach(&place.dir()).await.unwrap().unwrap();
    assert_eq!(attached.pid(), pid);
    drop(attached);
    let server = place.start().await;
    assert!(server.adopted());
    assert_eq!((server.pid(), server.port()), (pid, port));
    assert_eq!(kept_rows(&server).await, 100);
    server.stop().await.unwrap();
    assert!(!alive(pid));
    assert!(Server::attach(&place.dir()).await.unwrap().is_none());
}

#[tokio::test]
async fn a_second_owner_is_refused() {
    let place = Place::new();
    let server = place.start().await;
    let refusal = place.refusal().await;
    assert!(matches!(refusal, EmbeddedError::AlreadyInUse { .. }), "{refusal}");
    assert!(refusal.to_string().contains(&*place.dir().to_string_lossy()), "{refusal}");
    server.stop().await.unwrap();
}

#[tokio::test]
async fn a_killed_server_recovers() {
    let place = Place::new();
    let server = place.start().await;
    write_rows(&server).await;
    let mut busy = connect(&server).await;
    let sleeper = tokio::spawn(async move { busy.execute("select pg_sleep(60)").await });
    tokio::time::sleep(Duration::from_millis(200)).await;
    kill(Pid::from_raw(server.pid()), Signal::SIGKILL).unwrap();
    drop(server);
    // At once, while its backends may still hold the shared memory.
    let server = place.start().await;
    assert!(!server.adopted());
    assert_eq!(kept_rows(&server).await, 100);
    assert!(sleeper.await.unwrap().is_err());
    server.stop().await.unwrap();
}

#[tokio::test]
async fn a_pid_file_that_names_a_stranger_is_no_obstacle() {
    let place = Place::new();
    let server = place.start().await;
    let file = place.dir().join("data/postmaster.pid");
    let text = fs::read_to_string(&file).unwrap();
    let pid = server.pid();
    server.stop().await.unwrap();
    // As after a reboot, when the number belongs to somebody else: here, to a process of the
    // server's own user would be worst, and ourselves is what can be had.
    let stranger = std::process::id().to_string();
    fs::write(&file, text.replacen(&pid.to_string(), &stranger, 1)).unwrap();
    let server = place.start().await;
    assert!(!server.adopted());
    server.stop().await.unwrap();
}

#[tokio::test]
async fn a_foreign_directory_is_refused_and_left_alone() {
    let place = Place::new();
    fs::create_dir(place.dir()).unwrap();
    fs::write(place.dir().join("thesis.tex"), "years of work").unwrap();
    let refusal = place.refusal().await;
    assert!(matches!(refusal, EmbeddedError::ForeignDirectory { .. }), "{refusal}");
    assert!(refusal.to_string().contains("thesis.tex"), "{refusal}");
    assert_eq!(fs::read_dir(place.dir()).unwrap().count(), 1);
    assert!(matches!(Server::attach(&place.dir()).await, Ok(None)));
}

#[tokio::test]
async fn a_half_made_cluster_is_made_again() {
    let place = Place::new();
    fs::create_dir(place.dir()).unwrap();
    fs::write(place.dir().join("tenantry-postgres"), "unfinished\n").unwrap();
    fs::write(place.dir().join("superuser.secret"), "old").unwrap();
    fs::create_dir_all(place.dir().join("data.unfinished/base")).unwrap();
    fs::write(place.dir().join("data.unfinished/PG_VERSION"), "15\n").unwrap();
    let server = place.start().await;
    assert!(!place.dir().join("data.unfinished").exists());
    server.stop().await.unwrap();
}

#[tokio::test]
async fn a_start_given_up_at_any_moment_is_made_up_for() {
    for moment in [20, 120, 400, 800] {
        let place = Place::new();
        let patience = Duration::from_millis(moment);
        // Dropping the start kills its initdb, as our own death would not.
        let _ = tokio::time::timeout(patience, Server::start(place.config())).await;
        let server = place.start().await;
        write_rows(&server).await;
        server.stop().await.unwrap();
    }
}

#[tokio::test]
async fn a_ready_directory_without_data_is_never_filled_anew() {
    let place = Place::new();
    fs::create_dir(place.dir()).unwrap();
    fs::write(place.dir().join("tenantry-postgres"), "ready 15\n").unwrap();
    let refusal = place.refusal().await;
    assert!(matches!(refusal, EmbeddedError::Damaged { .. }), "{refusal}");
}

#[tokio::test]
async fn data_of_another_version_is_refused() {
    let place = Place::new();
    place.start().await.stop().await.unwrap();
    let file = place.dir().join("data/PG_VERSION");
    let version = fs::read_to_string(&file).unwrap();
    fs::write(&file, "99\n").unwrap();
    let refusal = place.refusal().await;
    assert!(matches!(refusal, EmbeddedError::VersionMismatch { data: 99, .. }), "{refusal}");
    fs::write(&file, version).unwrap();
    place.start().await.stop().await.unwrap();
}

#[tokio::test]
async fn a_shut_directory_on_the_way_is_named() {
    if !geteuid().is_root() {
        return;
    }
    let place = Place::new();
    fs::set_permissions(place.0.path(), fs::Permissions::from_mode(0o700)).unwrap();
    let refusal = place.refusal().await;
    let EmbeddedError::NotTraversable { blocked, .. } = &refusal else { panic!("{refusal}") };
    assert_eq!(*blocked, place.0.path().canonicalize().unwrap());
    assert!(refusal.to_string().contains("--dir /var/lib/tenantry/demo"), "{refusal}");
    assert!(!place.dir().exists());
}

#[tokio::test]
async fn a_missing_parent_is_named() {
    let place = Place::new();
    let config = EmbeddedConfig { dir: place.dir().join("deeper"), ..place.config() };
    let refusal = Server::start(config).await.unwrap_err();
    assert!(matches!(refusal, EmbeddedError::NoParent { .. }), "{refusal}");
    assert!(!place.dir().exists());
}

#[tokio::test]
async fn a_taken_port_is_given_up_unless_it_was_asked_for() {
    let place = Place::new();
    let server = place.start().await;
    let port = server.port();
    server.stop().await.unwrap();
    let squatter = TcpListener::bind(("127.0.0.1", port)).unwrap();
    let refusal =
        Server::start(EmbeddedConfig { port: Some(port), ..place.config() }).await.unwrap_err();
    assert!(matches!(refusal, EmbeddedError::PortTaken { .. }), "{refusal}");
    let server = place.start().await;
    assert_ne!(server.port(), port);
    drop(squatter);
    server.stop().await.unwrap();
}

#[tokio::test]
async fn a_start_that_fails_shows_the_log() {
    let place = Place::new();
    let mut config = place.config();
    config.settings.push(("work_mem".to_owned(), "a lot".to_owned()));
    let refusal = Server::start(config).await.unwrap_err();
    assert!(matches!(refusal, EmbeddedError::StartFailed { .. }), "{refusal}");
    assert!(refusal.to_string().contains("work_mem"), "{refusal}");
    place.start().await.stop().await.unwrap();
}
