//! A whole server for one test: one that may be killed.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tempfile::TempDir;
use tenantry_pg::embedded::{EmbeddedConfig, Server};
use url::Url;

use crate::shared::{chosen_binaries, settings};

/// Small, and not waiting for the disk: a killed process loses nothing that it had handed to the
/// operating system.
const SETTINGS: [(&str, &str); 4] = [
    ("fsync", "off"),
    ("shared_buffers", "32MB"),
    ("max_locks_per_transaction", "256"),
    ("cluster_name", "tenantry private test"),
];

/// A server of one's own. It is gone, with its data, when this value is dropped.
#[derive(Debug)]
pub struct PrivateServer {
    config: EmbeddedConfig,
    server: Option<Server>,
    pid: i32,
    url: Url,
    // Last, so that the directory goes when the server has gone.
    place: TempDir,
}

impl PrivateServer {
    /// Makes and starts one.
    pub async fn start() -> Self {
        Self::start_with(&[]).await
    }

    /// The same with more settings.
    pub async fn start_with(extra: &[(&str, &str)]) -> Self {
        Self::start_in(&std::env::temp_dir(), extra).await
    }

    /// The same with its directory in this one.
    pub async fn start_in(around: &Path, extra: &[(&str, &str)]) -> Self {
        let place = tempfile::tempdir_in(around).expect("a temporary directory can be made");
        // As root, the server is another user.
        fs::set_permissions(place.path(), fs::Permissions::from_mode(0o711))
            .expect("our own directory can be opened");
        let config = EmbeddedConfig {
            dir: place.path().join("postgres"),
            binaries: chosen_binaries(),
            settings: settings(&[&SETTINGS, extra].concat()),
            port: None,
        };
        let server = up(&config).await;
        let (pid, url) = (server.pid(), server.url("postgres"));
        Self { config, server: Some(server), pid, url, place }
    }

    /// The superuser's URL for one of its databases, whether or not it is running. It changes
    /// only when a restart finds the port taken.
    pub fn url(&self, database: &str) -> Url {
        let mut url = self.url.clone();
        url.set_path(database);
        url
    }

    /// Its directory.
    pub fn dir(&self) -> &Path {
        &self.config.dir
    }

    /// Whether it is running as far as we know.
    pub fn is_up(&self) -> bool {
        self.server.is_some()
    }

    /// Kills it as `kill -9` of all its processes does; it recovers at the next [`PrivateServer::restart`].
    pub async fn kill9(&mut self) {
        self.server = None;
        // A session outlives its postmaster for a moment, in which it may still commit.
        let children = format!("/proc/{0}/task/{0}/children", self.pid);
        let children = std::fs::read_to_string(children).unwrap_or_default();
        let children = children.split_whitespace().filter_map(|pid| pid.parse().ok());
        for pid in std::iter::once(self.pid).chain(children) {
            // It may be dead already.
            let _ = kill(Pid::from_raw(pid), Signal::SIGKILL);
        }
        assert!(self.wait_for_end(10), "the postmaster survived a kill");
    }

    /// Stops it in good order.
    pub async fn stop(&mut self) {
        if let Some(server) = self.server.take() {
            server.stop().await.unwrap_or_else(|why| panic!("{why}"));
        }
    }

    /// Starts it again, stopping it first when it is running.
    pub async fn restart(&mut self) {
        self.stop().await;
        let server = up(&self.config).await;
        (self.pid, self.url) = (server.pid(), server.url("postgres"));
        self.server = Some(server);
    }

    fn wait_for_end(&self, seconds: u32) -> bool {
        for _ in 0..seconds * 100 {
            // Our child is collected by the thread that the server left behind.
            if kill(Pid::from_raw(self.pid), None).is_err() {
                return true;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        false
    }
}

async fn up(config: &EmbeddedConfig) -> Server {
    Server::start(config.clone()).await.unwrap_or_else(|why| panic!("{why}"))
}

impl Drop for PrivateServer {
    fn drop(&mut self) {
        if self.server.take().is_some() {
            let _ = kill(Pid::from_raw(self.pid), Signal::SIGQUIT);
            if !self.wait_for_end(10) {
                eprintln!("the server in {} is still running", self.place.path().display());
            }
        }
    }
}
