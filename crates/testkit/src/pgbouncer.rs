//! A PgBouncer for one test, in front of a server that is there, in transaction mode and with a single
//! server session for each login: whatever one client leaves in a session the next one meets.

use std::fmt::Write as _;
use std::fs;
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::CommandExt as _;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use nix::unistd::{User, geteuid};
use sqlx::{Connection as _, PgConnection};
use tempfile::TempDir;
use url::Url;

/// A pooler that ends with this value.
#[derive(Debug)]
pub struct PgBouncer {
    child: Child,
    port: u16,
    place: TempDir,
}

impl PgBouncer {
    /// Starts one for these logins, each a URL of the server with role and password.
    ///
    /// # Panics
    /// When there is no `pgbouncer`, or it does not answer.
    pub async fn start(logins: &[&Url]) -> Self {
        Self::start_with(logins, "").await
    }

    /// One that cleans a session before the next client has it.
    ///
    /// # Panics
    /// When there is no `pgbouncer`, or it does not answer.
    pub async fn start_resetting(logins: &[&Url]) -> Self {
        Self::start_with(logins, "server_reset_query_always = 1\n").await
    }

    async fn start_with(logins: &[&Url], more: &str) -> Self {
        let place = tempfile::tempdir().expect("a temporary directory can be made");
        // PgBouncer refuses to run as root, so as root it is another user
        fs::set_permissions(place.path(), fs::Permissions::from_mode(0o755))
            .expect("our own directory can be opened");
        let port = free_port();
        let file = |name: &str, text: &str| {
            let path = place.path().join(name);
            fs::write(&path, text).expect("our own directory can be written");
            path
        };
        let mut users = String::new();
        for login in logins {
            let password = login.password().unwrap_or_default();
            let _ = writeln!(users, "\"{}\" \"{password}\"", login.username());
        }
        let users = file("users", &users);
        let server = logins.first().expect("a login");
        let settings = format!(
            "[databases]\n* = host={} port={}\n[pgbouncer]\nlisten_addr = 127.0.0.1\n\
             listen_port = {port}\nunix_socket_dir =\nauth_type = scram-sha-256\nauth_file = {}\n\
             pool_mode = transaction\ndefault_pool_size = 1\n\
             ignore_startup_parameters = extra_float_digits\nquery_wait_timeout = 5\n{more}",
            server.host_str().unwrap_or_default(),
            server.port().unwrap_or(5432),
            users.display(),
        );
        let settings = file("settings", &settings);
        let log = fs::File::create(place.path().join("log")).expect("a log can be made");
        let mut command = Command::new(program());
        command.arg(settings).current_dir("/").stdin(Stdio::null()).stdout(Stdio::null());
        command.stderr(log);
        if geteuid().is_root() {
            let account =
                ["postgres", "nobody"].iter().find_map(|name| User::from_name(name).ok()?);
            let account = account.expect("a user that is not root");
            command.uid(account.uid.as_raw()).gid(account.gid.as_raw());
        }
        let child = command.spawn().unwrap_or_else(|why| {
            panic!("cannot start pgbouncer ({why}); `scripts/setup tests` installs it")
        });
        let pooler = Self { child, port, place };
        pooler.wait(server).await;
        pooler
    }

    /// The URL of a login that goes through the pooler instead.
    pub fn through(&self, login: &Url) -> Url {
        let mut url = login.clone();
        url.set_port(Some(self.port)).expect("a URL with a host takes a port");
        url
    }

    async fn wait(&self, login: &Url) {
        let url = self.through(login);
        let mut last = String::new();
        for _ in 0..100 {
            match PgConnection::connect(url.as_str()).await {
                Ok(session) => return drop(session.close().await),
                Err(why) => last = why.to_string(),
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        let log = fs::read_to_string(self.place.path().join("log")).unwrap_or_default();
        panic!("pgbouncer does not answer: {last}\n{log}");
    }
}

impl Drop for PgBouncer {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Debian puts it where only root looks.
fn program() -> PathBuf {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        .chain([PathBuf::from("/usr/sbin")])
        .map(|directory| directory.join("pgbouncer"))
        .find(|file| file.is_file())
        .unwrap_or_else(|| PathBuf::from("pgbouncer"))
}

fn free_port() -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port is free");
    listener.local_addr().expect("it is bound").port()
}
