//! The product itself: its release binary, run as `tenantry serve --embedded` in a directory that
//! goes with it.

use std::fs::{self, File};
use std::io::{BufRead as _, BufReader};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde::Deserialize;
use serde_json::Value;
use tempfile::TempDir;
use url::Url;

use super::http::Client;

/// The release binary.
pub(crate) struct Binary(PathBuf);

impl Binary {
    /// The one that was named, else the one beside this program.
    pub(crate) fn find(named: Option<PathBuf>) -> Result<Self> {
        let path = match named {
            Some(path) => path,
            None => std::env::current_exe()?.with_file_name("tenantry"),
        };
        if !path.exists() {
            bail!("{} is not there; `make build` makes it", path.display());
        }
        // it is started in a directory of its own
        Ok(Self(std::path::absolute(path)?))
    }

    /// The program that fills schools, which is built beside it.
    pub(crate) fn school_seed(&self) -> PathBuf {
        self.0.with_file_name("school-seed")
    }

    /// Its size in MB (a million bytes).
    pub(crate) fn megabytes(&self) -> Result<f64> {
        Ok(fs::metadata(&self.0)?.len() as f64 / 1e6)
    }
}

/// A directory for servers, one after the other.
pub(crate) struct Home(TempDir);

impl Home {
    /// An empty one.
    pub(crate) fn make() -> Result<Self> {
        let place = tempfile::tempdir()?;
        // As root, PostgreSQL runs as another user, who has to get in.
        fs::set_permissions(place.path(), fs::Permissions::from_mode(0o711))?;
        Ok(Self(place))
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }
}

/// What the server writes into its directory.
#[derive(Deserialize)]
pub(crate) struct Profile {
    url: String,
    token: String,
    /// Tenantry's own database.
    pub(crate) control_database_url: Url,
    /// The database in which the schemas live.
    pub(crate) managed_database_url: Url,
}

/// A running server. Dropping it stops it and its PostgreSQL.
pub(crate) struct Product {
    child: Child,
    log: PathBuf,
    /// Where it is and how to get in.
    pub(crate) profile: Profile,
}

/// How long a stop may take: it stops PostgreSQL, which writes everything out.
const STOP: Duration = Duration::from_secs(60);

impl Product {
    /// Starts it and waits until it listens. It makes no spares, unless it is told to later.
    pub(crate) fn start(binary: &Binary, home: &Home) -> Result<Self> {
        let log = home.path().join("server.log");
        let mut child = Command::new(&binary.0)
            .args(["serve", "--listen", "127.0.0.1:0", "--log-format", "json", "--pool-floor", "0"])
            .arg("--embedded")
            .arg(home.path())
            .current_dir(home.path())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(File::create(&log)?)
            .spawn()
            .context("cannot start the product")?;
        let mut said = String::new();
        if let Some(stdout) = child.stdout.take() {
            BufReader::new(stdout).read_line(&mut said)?;
        }
        if !said.contains("listens on") {
            let log = fs::read_to_string(&log).unwrap_or_default();
            bail!("the product did not start:\n{said}{log}");
        }
        let profile = toml::from_str(&fs::read_to_string(home.path().join("profile.toml"))?)?;
        Ok(Self { child, log, profile })
    }

    /// A client with the first admin's token.
    pub(crate) fn client(&self) -> Result<Client> {
        Client::new(&self.profile.url, &self.profile.token)
    }

    /// What it says of its start: milliseconds of its own, and those of PostgreSQL.
    pub(crate) fn start_times(&self) -> Result<(f64, f64)> {
        let log = fs::read_to_string(&self.log)?;
        log.lines()
            .filter_map(|line| serde_json::from_str::<Value>(line).ok())
            .find_map(|line| {
                let field = |name: &str| line["fields"][name].as_f64();
                Some((field("own_ms")?, field("postgres_ms")?))
            })
            .context("the log does not say how long the start took")
    }

    /// Resident memory in MB (a million bytes), of the server alone, without PostgreSQL.
    pub(crate) fn resident_megabytes(&self) -> Result<f64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kib: f64 = line
            .and_then(|line| line.split_whitespace().next())
            .and_then(|kib| kib.parse().ok())
            .context("no VmRSS")?;
        Ok(kib * 1024.0 / 1e6)
    }
}

impl Drop for Product {
    fn drop(&mut self) {
        // Our own child, not yet waited for: the number is still its own.
        let _ = kill(Pid::from_raw(self.child.id().cast_signed()), Signal::SIGTERM);
        let began = Instant::now();
        while began.elapsed() < STOP {
            if !matches!(self.child.try_wait(), Ok(None)) {
                return;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        eprintln!("the server {} did not stop in time", self.child.id());
    }
}
