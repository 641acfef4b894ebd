//! A server that the binary runs, and its directory. Whatever a test leaves running is ended when
//! these are dropped.

use std::fs::{self, File, Permissions};
use std::io::{BufRead as _, BufReader};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, ExitStatus, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use sqlx::{Connection as _, PgConnection};
use tempfile::TempDir;

use crate::program::{Ended, run, tenantry, text, wait};

/// How long a server may take to its first words, PostgreSQL's start included.
const START: Duration = Duration::from_secs(120);

/// A directory for `serve --embedded`.
pub(crate) struct Home {
    place: TempDir,
}

impl Home {
    pub(crate) fn new() -> Self {
        let place = TempDir::new().unwrap();
        // as root, PostgreSQL is another user, who has to pass
        fs::set_permissions(place.path(), Permissions::from_mode(0o711)).unwrap();
        Self { place }
    }

    /// What `--embedded` gets.
    pub(crate) fn dir(&self) -> PathBuf {
        self.place.path().join("data")
    }

    /// The same as an argument.
    pub(crate) fn argument(&self) -> String {
        self.dir().to_str().unwrap().to_owned()
    }

    /// A key of the profile.
    pub(crate) fn profile(&self, key: &str) -> String {
        let text = fs::read_to_string(self.dir().join("profile.toml")).unwrap();
        let profile: toml::Table = text.parse().unwrap();
        profile[key].as_str().unwrap().to_owned()
    }

    /// The main process of its PostgreSQL, if there is one.
    pub(crate) fn postmaster(&self) -> Option<i32> {
        let file = self.dir().join("postgres/data/postmaster.pid");
        let pid = fs::read_to_string(file).ok()?.lines().next()?.parse().ok()?;
        lives(pid).then_some(pid)
    }

    /// Writes a migration folder and answers with its path.
    pub(crate) fn folder(&self, name: &str, script: &str) -> String {
        let folder = self.place.path().join(name);
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("1_first.sql"), script).unwrap();
        folder.to_str().unwrap().to_owned()
    }

    /// Starts a server here.
    pub(crate) fn serve(&self, more: &[&str]) -> Serving {
        let dir = self.argument();
        Serving::start(&[&["serve", "--embedded", &dir], more].concat())
    }

    /// Runs a command against the server here.
    pub(crate) fn run(&self, arguments: &[&str]) -> Ended {
        run(&[&["--profile", &self.argument()], arguments].concat())
    }

    /// A session in the control database.
    pub(crate) async fn control(&self) -> PgConnection {
        PgConnection::connect(&self.profile("control_database_url")).await.unwrap()
    }

    /// A session in the managed database.
    pub(crate) async fn managed(&self) -> PgConnection {
        PgConnection::connect(&self.profile("managed_database_url")).await.unwrap()
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        if let Some(pid) = self.postmaster() {
            // it may be on its way out
            let _ = kill(Pid::from_raw(pid), Signal::SIGQUIT);
            wait_for_end(pid, Duration::from_secs(30));
        }
    }
}

/// Whether a process is there and not merely waiting to be collected.
pub(crate) fn lives(pid: i32) -> bool {
    let dead = |stat: String| stat.rsplit_once(')').is_some_and(|(_, rest)| rest.starts_with(" Z"));
    kill(Pid::from_raw(pid), None).is_ok()
        && !fs::read_to_string(Path::new("/proc").join(pid.to_string()).join("stat"))
            .is_ok_and(dead)
}

/// Waits until a process has gone; says whether it has.
pub(crate) fn wait_for_end(pid: i32, patience: Duration) -> bool {
    let began = Instant::now();
    while lives(pid) {
        if began.elapsed() > patience {
            return false;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    true
}

/// A `tenantry serve` that was started and may not be up yet.
pub(crate) struct Starting {
    child: Child,
    lines: mpsc::Receiver<String>,
    stderr: File,
}

impl Starting {
    /// Starts one on a port that the system chooses.
    pub(crate) fn new(arguments: &[&str]) -> Self {
        let stderr = tempfile::tempfile().unwrap();
        let mut command = tenantry(&[arguments, &["--listen", "127.0.0.1:0"]].concat());
        command.stdout(Stdio::piped()).stderr(stderr.try_clone().unwrap());
        let mut child = command.spawn().unwrap();
        let stdout = BufReader::new(child.stdout.take().unwrap());
        let (tell, lines) = mpsc::channel();
        // reads on when nobody listens any more, so that the server can always write
        std::thread::spawn(move || {
            for line in stdout.lines().map_while(Result::ok) {
                let _ = tell.send(line);
            }
        });
        Self { child, lines, stderr }
    }

    /// What it has logged.
    pub(crate) fn log(&self) -> String {
        text(self.stderr.try_clone().unwrap())
    }

    /// Waits until it listens.
    pub(crate) fn up(mut self) -> Serving {
        let until = Instant::now() + START;
        let mut token = None;
        loop {
            let left = until.saturating_duration_since(Instant::now());
            let Ok(line) = self.lines.recv_timeout(left) else {
                let _ = self.child.kill();
                let status = self.child.wait();
                panic!("the server did not come up ({status:?}):\n{}", self.log());
            };
            if let Some(secret) = line.strip_prefix("The first admin token, shown this once: ") {
                token = Some(secret.to_owned());
            }
            if let Some(url) = line.strip_prefix("Tenantry listens on ") {
                return Serving { url: url.to_owned(), token, process: self };
            }
        }
    }
}

impl Drop for Starting {
    fn drop(&mut self) {
        if matches!(self.child.try_wait(), Ok(None)) {
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
    }
}

/// A `tenantry serve` that listens.
pub(crate) struct Serving {
    /// Where.
    pub(crate) url: String,
    /// The first admin token, where it was printed.
    pub(crate) token: Option<String>,
    process: Starting,
}

impl Serving {
    pub(crate) fn start(arguments: &[&str]) -> Self {
        Starting::new(arguments).up()
    }

    /// The address without the scheme.
    pub(crate) fn address(&self) -> &str {
        self.url.strip_prefix("http://").unwrap()
    }

    /// What it has logged.
    pub(crate) fn log(&self) -> String {
        self.process.log()
    }

    /// Ends it as `kill -9` does.
    pub(crate) fn kill9(mut self) {
        self.process.child.kill().unwrap();
        self.process.child.wait().unwrap();
    }

    /// Asks it to end, and waits.
    pub(crate) fn terminate(mut self) -> ExitStatus {
        let pid = i32::try_from(self.process.child.id()).unwrap();
        kill(Pid::from_raw(pid), Signal::SIGTERM).unwrap();
        wait(&mut self.process.child)
    }
}

/// Asks again until `what` holds; fails the test when it never does.
pub(crate) async fn eventually(
    what: &str,
    patience: Duration,
    mut holds: impl AsyncFnMut() -> bool,
) {
    let began = Instant::now();
    while !holds().await {
        assert!(began.elapsed() < patience, "{what}: not within {patience:?}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
