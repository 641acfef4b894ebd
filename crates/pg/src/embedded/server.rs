//! An embedded server from start to stop, told as a story; the parts are in the files beside.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::time::Instant;
use url::Url;

use super::account::Account;
use super::answer::{Facts, PATIENCE, Silence, answer, login, server_url, with_database};
use super::binaries::{self, Binaries};
use super::error::EmbeddedError;
use super::home::{Home, Progress};
use super::initialise::initialise;
use super::postmaster::{Life, PidFile, Postmaster, life};
use super::{port, settings};

/// How long backends of a killed postmaster may keep its memory, and with it the next one away.
const ORPHAN_PATIENCE: Duration = Duration::from_secs(30);

/// Where an embedded server is kept and how it is run.
#[derive(Clone, Debug, Default)]
pub struct EmbeddedConfig {
    /// Its directory. Made when it is not there; the one around it must be.
    pub dir: PathBuf,
    /// The directory of `initdb` and `postgres`; looked for when not given ([`binaries::find`]).
    pub binaries: Option<PathBuf>,
    /// More settings in the manner of `postgresql.conf`; they win over our own choices.
    pub settings: Vec<(String, String)>,
    /// The port to listen on; one is chosen and kept when not given. A server that is running
    /// already stays where it is.
    pub port: Option<u16>,
}

/// A running embedded server that is ours. Dropping it lets go of the directory and leaves the
/// server running; [`Server::stop`] stops it.
#[derive(Debug)]
pub struct Server {
    home: Home,
    postmaster: Postmaster,
    url: Url,
    port: u16,
    version: u32,
    adopted: bool,
    /// Held for as long as this value lives.
    _lock: File,
}

impl Server {
    /// Starts the server kept in the directory, or adopts it when it is running; makes it first
    /// when the directory is new. Returns when it answers queries.
    ///
    /// # Errors
    /// See [`EmbeddedError`]; each says what to do about it.
    pub async fn start(config: EmbeddedConfig) -> Result<Self, EmbeddedError> {
        settings::check(&config.settings)?;
        let account = Account::choose(&config.dir.join("data"))?;
        let parent = parent(&config.dir)?;
        account.check_reach(&parent)?;
        if !config.dir.join("data").exists() {
            // Before anything is made.
            account.check_reach(&binaries::choose(config.binaries.as_deref(), None)?.dir)?;
        }
        let (home, _) = Home::open(&config.dir, account.is_other())?;
        account.check_reach(home.dir())?;
        let lock = home.lock().await?;
        // Somebody else may have made it while we waited for the lock.
        let progress = home.progress()?;
        if matches!(progress, Progress::Ready(_)) {
            check_data(&home)?;
            if let Some((postmaster, port, facts)) = adopt(&home).await? {
                return Self::assemble(home, lock, postmaster, port, facts, true);
            }
        }
        let binaries = prepare(&home, &account, &config, progress, &lock).await?;
        let (running, adopted) = launch(&home, &account, &binaries, config.port).await?;
        let (postmaster, port, facts) = running;
        Self::assemble(home, lock, postmaster, port, facts, adopted)
    }

    /// Adopts the server kept in the directory if it is running; starts nothing.
    ///
    /// # Errors
    /// When somebody else holds the directory, or the server does not let us in.
    pub async fn attach(dir: &Path) -> Result<Option<Self>, EmbeddedError> {
        let Some(home) = Home::existing(dir) else { return Ok(None) };
        let lock = home.lock().await?;
        match adopt(&home).await? {
            Some((postmaster, port, facts)) => {
                Self::assemble(home, lock, postmaster, port, facts, true).map(Some)
            }
            None => Ok(None),
        }
    }

    fn assemble(
        home: Home,
        lock: File,
        postmaster: Postmaster,
        port: u16,
        facts: Facts,
        adopted: bool,
    ) -> Result<Self, EmbeddedError> {
        let url = server_url(port, &home.secret()?);
        let dir = home.dir().display();
        tracing::info!(%dir, port, pid = postmaster.pid(), adopted, "embedded PostgreSQL is up");
        Ok(Self { home, postmaster, url, port, version: facts.version, adopted, _lock: lock })
    }

    /// A URL with the superuser's name and password for one of its databases.
    pub fn url(&self, database: &str) -> Url {
        with_database(self.url.clone(), database)
    }

    /// The port on 127.0.0.1 where it listens.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The number of its main process.
    pub fn pid(&self) -> i32 {
        self.postmaster.pid()
    }

    /// Whether it was running already when we came.
    pub fn adopted(&self) -> bool {
        self.adopted
    }

    /// Its version as PostgreSQL counts: 150013 is 15.13.
    pub fn version(&self) -> u32 {
        self.version
    }

    /// Stops it: fast, and when that takes longer than 30 s, at once.
    ///
    /// # Errors
    /// When it survives both.
    pub async fn stop(self) -> Result<(), EmbeddedError> {
        self.postmaster.stop(&self.home.data()).await
    }
}

/// The real path of the directory around `dir`.
fn parent(dir: &Path) -> Result<PathBuf, EmbeddedError> {
    let absolute = std::path::absolute(dir).map_err(EmbeddedError::io("look at", dir))?;
    let parent = absolute.parent().and_then(|parent| parent.canonicalize().ok());
    parent.ok_or_else(|| EmbeddedError::NoParent { dir: dir.to_owned() })
}

/// Checks that a directory that calls itself ready has a cluster in it; says its major version.
fn check_data(home: &Home) -> Result<u32, EmbeddedError> {
    let path = home.data().join("PG_VERSION");
    let text = fs::read_to_string(&path).unwrap_or_default();
    text.trim().parse().map_err(|_| EmbeddedError::Damaged {
        dir: home.dir().to_owned(),
        what: "data/PG_VERSION is missing or unreadable".to_owned(),
    })
}

/// Brings the home to where the server can be started, and finds the programs for it.
async fn prepare(
    home: &Home,
    account: &Account,
    config: &EmbeddedConfig,
    progress: Progress,
    lock: &File,
) -> Result<Binaries, EmbeddedError> {
    let explicit = config.binaries.as_deref();
    let binaries = match progress {
        Progress::Ready(_) => {
            let data = check_data(home)?;
            let binaries = binaries::choose(explicit, Some(data))?;
            if binaries.major != data {
                let (dir, programs) = (home.dir().to_owned(), binaries.major);
                let binaries = binaries.dir;
                return Err(EmbeddedError::VersionMismatch { dir, data, binaries, programs });
            }
            binaries
        }
        Progress::New | Progress::Unfinished => binaries::choose(explicit, None)?,
    };
    account.check_reach(&binaries.dir)?;
    if !matches!(progress, Progress::Ready(_)) {
        let volatile = settings::is_volatile(&config.settings);
        initialise(home, account, &binaries, lock, volatile).await?;
    }
    account.make_dir(&home.log())?;
    home.prune_logs();
    account.write_file(&home.settings(), &settings::text(&config.settings, false))?;
    if accepts_syncfs(home, account, &binaries).await {
        account.write_file(&home.settings(), &settings::text(&config.settings, true))?;
    }
    Ok(binaries)
}

/// Asks the server's program; only on Linux does it know the method.
async fn accepts_syncfs(home: &Home, account: &Account, binaries: &Binaries) -> bool {
    let name = "recovery_init_sync_method";
    let mut command = account.command(&binaries.dir.join("postgres"), home.dir());
    command.arg("-D").arg(home.data()).args(["-C", name, "-c", &format!("{name}=syncfs")]);
    let output = tokio::process::Command::from(command).output().await;
    output.is_ok_and(|output| output.status.success() && output.stdout.starts_with(b"syncfs"))
}

/// A server that answers: its main process, its port, and what it says of itself.
type Running = (Postmaster, u16, Facts);

/// Takes over the server if it is running. None when it is not, or ends while we look.
async fn adopt(home: &Home) -> Result<Option<Running>, EmbeddedError> {
    let data = home.data();
    let began = Instant::now();
    loop {
        let Some(file) = PidFile::read(&data) else { return Ok(None) };
        let found = Postmaster::found(file.pid);
        let port = match (life(file.pid, &data), file.port) {
            (Life::Gone, _) => return Ok(None),
            (Life::NotOurs, _) => {
                // PostgreSQL would take any living process for its postmaster and refuse to
                // start; that this one is not has been seen.
                let path = data.join("postmaster.pid");
                fs::remove_file(&path).map_err(EmbeddedError::io("remove", &path))?;
                return Ok(None);
            }
            (Life::Unknown, None) => return Ok(None),
            (Life::Unknown, Some(port)) => {
                // Only a login tells whose it is.
                let url = with_database(server_url(port, &home.secret()?), "postgres");
                let facts = login(&url).await.ok().filter(|facts| facts.data == data);
                return Ok(facts.map(|facts| (found, port, facts)));
            }
            (Life::Ours, Some(port)) if !file.stopping => port,
            // It stops, or has not yet said where it listens.
            (Life::Ours, _) if began.elapsed() < PATIENCE => {
                found.wait(&data, Duration::from_millis(50)).await;
                continue;
            }
            (Life::Ours, _) => return Err(start_failed(home, 0, "hangs in its start or stop")),
        };
        return match answer(home, &found, port).await {
            Ok(facts) => Ok(Some((found, port, facts))),
            Err(Silence::Ended) => continue,
            Err(Silence::Refused(source)) => Err(refused(home, source)),
            Err(Silence::TooLong) => Err(start_failed(home, 0, "runs but does not answer")),
        };
    }
}

/// Starts the server, on its own port if that is free; says whether it took over one instead, that an earlier
/// start had begun and that had not yet said so when we looked.
async fn launch(
    home: &Home,
    account: &Account,
    binaries: &Binaries,
    wanted: Option<u16>,
) -> Result<(Running, bool), EmbeddedError> {
    let began = Instant::now();
    let mut avoided = None;
    loop {
        let kept = home.port().filter(|port| Some(*port) != avoided && port::is_free(*port));
        let port = match wanted {
            Some(port) if port::is_free(port) => port,
            Some(port) => return Err(EmbeddedError::PortTaken { port }),
            None => kept
                .or_else(port::any_free)
                .ok_or_else(|| start_failed(home, u64::MAX, "found no free port"))?,
        };
        account.write_file(&home.port_file(), &format!("{port}\n"))?;
        let (_, from) = home.open_start_log()?;
        let postmaster = Postmaster::spawn(home, account, binaries, port)?;
        let reason = match answer(home, &postmaster, port).await {
            Ok(facts) => return Ok(((postmaster, port, facts), false)),
            Err(Silence::Refused(source)) => return Err(refused(home, source)),
            Err(Silence::TooLong) => "does not answer (it was left running)",
            Err(Silence::Ended) => {
                let log = home.log_since(from);
                let patient = began.elapsed() < ORPHAN_PATIENCE;
                if patient && log.contains("lock file \"postmaster.pid\"") {
                    if let Some(running) = adopt(home).await? {
                        return Ok((running, true));
                    }
                    tokio::time::sleep(Duration::from_millis(200)).await;
                    continue;
                }
                if patient && log.contains("pre-existing shared memory block") {
                    tokio::time::sleep(Duration::from_millis(200)).await;
                    continue;
                }
                // Taken since we looked.
                if patient && wanted.is_none() && log.contains("could not create any TCP/IP") {
                    avoided = Some(port);
                    continue;
                }
                "ended during its start"
            }
        };
        return Err(start_failed(home, from, reason));
    }
}

fn refused(home: &Home, source: sqlx::Error) -> EmbeddedError {
    EmbeddedError::LoginRefused { dir: home.dir().to_owned(), source }
}

fn start_failed(home: &Home, log_from: u64, reason: &str) -> EmbeddedError {
    let (dir, reason) = (home.dir().to_owned(), reason.to_owned());
    EmbeddedError::StartFailed { dir, reason, log: home.log_since(log_from) }
}
