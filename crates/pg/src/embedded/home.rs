//! The directory of an embedded server: what is where in it, whether it is ours, how far its
//! making got, and the lock that keeps two owners apart. Knows nothing of processes.

use std::fs::{self, DirBuilder, File, TryLockError};
use std::io::{ErrorKind, Read as _, Seek as _, SeekFrom};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use nix::fcntl::OFlag;

use super::error::EmbeddedError;

const MARKER: &str = "tenantry-postgres";
const LOCK: &str = "lock";
const UNFINISHED: &str = "unfinished";

/// How long a lock is asked for before it counts as held. It is not, but may seem so, while some
/// thread of a previous owner is between fork and exec.
const LOCK_PATIENCE: Duration = Duration::from_millis(300);

/// How far a directory has got.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Progress {
    /// There is nothing in it.
    New,
    /// We began to fill it and did not finish.
    Unfinished,
    /// It holds a cluster of this major version.
    Ready(u32),
}

/// An embedded server's directory, by its real path.
#[derive(Clone, Debug)]
pub(super) struct Home {
    dir: PathBuf,
}

impl Home {
    /// Makes the directory if need be, and says how far it has got. Refuses one that holds
    /// something else, before anything in it is touched.
    pub(super) fn open(dir: &Path, for_others: bool) -> Result<(Self, Progress), EmbeddedError> {
        let mode = if for_others { 0o711 } else { 0o700 };
        match DirBuilder::new().mode(mode).create(dir) {
            Err(error) if error.kind() == ErrorKind::NotFound => {
                return Err(EmbeddedError::NoParent { dir: dir.to_owned() });
            }
            Err(error) if error.kind() != ErrorKind::AlreadyExists => {
                return Err(EmbeddedError::io("make", dir)(error));
            }
            _ => {}
        }
        let dir = dir.canonicalize().map_err(EmbeddedError::io("look at", dir))?;
        let home = Self { dir };
        let progress = home.progress()?;
        if progress == Progress::New && for_others {
            // The directory stays root's, so that the server's user cannot swap what is in it;
            // that user only has to get through.
            let metadata = fs::metadata(home.dir()).map_err(home.io("look at"))?;
            let open = fs::Permissions::from_mode(metadata.permissions().mode() | 0o111);
            fs::set_permissions(home.dir(), open).map_err(home.io("open"))?;
        }
        Ok((home, progress))
    }

    /// The same for a directory that must be there and ready; none when it is not.
    pub(super) fn existing(dir: &Path) -> Option<Self> {
        let home = Self { dir: dir.canonicalize().ok()? };
        matches!(home.progress(), Ok(Progress::Ready(_))).then_some(home)
    }

    /// How far it has got. To be asked again once the lock is held.
    pub(super) fn progress(&self) -> Result<Progress, EmbeddedError> {
        if let Some(text) = read(&self.dir.join(MARKER)) {
            return Ok(match text.trim().strip_prefix("ready ").map(str::parse) {
                Some(Ok(major)) => Progress::Ready(major),
                _ => Progress::Unfinished,
            });
        }
        let entries = fs::read_dir(&self.dir).map_err(self.io("read"))?;
        for entry in entries {
            let name = entry.map_err(self.io("read"))?.file_name();
            // A lock or an unrenamed marker is all that we leave before the marker stands.
            if name != LOCK && Path::new(&name) != Path::new(MARKER).with_extension("new") {
                let found = name.to_string_lossy().into_owned();
                return Err(EmbeddedError::ForeignDirectory { dir: self.dir.clone(), found });
            }
        }
        Ok(Progress::New)
    }

    /// Takes the lock, for as long as the file is kept open.
    pub(super) async fn lock(&self) -> Result<File, EmbeddedError> {
        let path = self.dir.join(LOCK);
        let file = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .mode(0o600)
            .custom_flags(OFlag::O_NOFOLLOW.bits())
            .open(&path)
            .map_err(EmbeddedError::io("open", &path))?;
        let asked = Instant::now();
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(file),
                Err(TryLockError::WouldBlock) if asked.elapsed() < LOCK_PATIENCE => {
                    tokio::time::sleep(Duration::from_millis(10)).await;
                }
                Err(TryLockError::WouldBlock) => {
                    return Err(EmbeddedError::AlreadyInUse { dir: self.dir.clone() });
                }
                Err(TryLockError::Error(error)) => {
                    return Err(EmbeddedError::io("lock", &path)(error));
                }
            }
        }
    }

    pub(super) fn dir(&self) -> &Path {
        &self.dir
    }

    /// The cluster.
    pub(super) fn data(&self) -> PathBuf {
        self.dir.join("data")
    }

    /// The cluster while initdb makes it; renamed when it is whole.
    pub(super) fn unfinished_data(&self) -> PathBuf {
        self.dir.join("data.unfinished")
    }

    /// Where the server's log is.
    pub(super) fn log(&self) -> PathBuf {
        self.dir.join("log")
    }

    /// What the server says before its own log is open, and when it cannot open it.
    pub(super) fn start_log(&self) -> PathBuf {
        self.dir.join("log/start.log")
    }

    /// Our settings.
    pub(super) fn settings(&self) -> PathBuf {
        self.dir.join("tenantry.conf")
    }

    /// Where the port is remembered.
    pub(super) fn port_file(&self) -> PathBuf {
        self.dir.join("port")
    }

    /// Where the superuser's password is.
    pub(super) fn secret_file(&self) -> PathBuf {
        self.dir.join("superuser.secret")
    }

    pub(super) fn marker(&self) -> PathBuf {
        self.dir.join(MARKER)
    }

    /// What the marker says while initdb runs.
    pub(super) fn unfinished_mark() -> String {
        format!("{UNFINISHED}\n")
    }

    /// What the marker says from then on.
    pub(super) fn ready_mark(major: u32) -> String {
        format!("ready {major}\n")
    }

    /// The superuser's password, written when the cluster was made.
    pub(super) fn secret(&self) -> Result<String, EmbeddedError> {
        let path = self.secret_file();
        let text = fs::read_to_string(&path).map_err(EmbeddedError::io("read", &path))?;
        Ok(text.trim().to_owned())
    }

    /// The port of the last start.
    pub(super) fn port(&self) -> Option<u16> {
        read(&self.port_file())?.trim().parse().ok()
    }

    fn io(&self, doing: &'static str) -> impl FnOnce(std::io::Error) -> EmbeddedError {
        EmbeddedError::io(doing, &self.dir)
    }

    /// The start log, opened for appending, and its length so far. It begins anew when it has
    /// become long. Links are not followed: the directory is the server's user's.
    pub(super) fn open_start_log(&self) -> Result<(File, u64), EmbeddedError> {
        const LONG: u64 = 1 << 20;
        let path = self.start_log();
        let open = || {
            let file = File::options()
                .create(true)
                .append(true)
                .mode(0o600)
                .custom_flags(OFlag::O_NOFOLLOW.bits())
                .open(&path)?;
            if file.metadata()?.len() > LONG {
                file.set_len(0)?;
            }
            let length = file.metadata()?.len();
            Ok((file, length))
        };
        open().map_err(EmbeddedError::io("open", &path))
    }

    /// What was said since the start log had `from` bytes, with the newest server log behind it
    /// when the server got as far as to open one.
    pub(super) fn log_since(&self, from: u64) -> String {
        let mut text = tail(&self.start_log(), from).unwrap_or_default();
        if text.contains("logging collector")
            && let Some(newest) = self.server_logs().pop()
        {
            text.push_str(&tail(&newest, 0).unwrap_or_default());
        }
        let lines: Vec<&str> = text.lines().collect();
        lines[lines.len().saturating_sub(20)..].join("\n")
    }

    /// Removes all but the newest server logs: the server rotates them by size and keeps all.
    pub(super) fn prune_logs(&self) {
        const KEPT: usize = 10;
        let logs = self.server_logs();
        for old in &logs[..logs.len().saturating_sub(KEPT)] {
            if let Err(error) = fs::remove_file(old) {
                tracing::warn!(%error, path = %old.display(), "cannot remove an old log");
            }
        }
    }

    /// The logs that the server wrote, oldest first; their names are times.
    fn server_logs(&self) -> Vec<PathBuf> {
        let Ok(entries) = fs::read_dir(self.log()) else { return Vec::new() };
        let mut logs: Vec<PathBuf> = entries
            .flatten()
            .filter(|entry| entry.file_name().to_string_lossy().starts_with("server-"))
            .map(|entry| entry.path())
            .collect();
        logs.sort();
        logs
    }
}

fn read(path: &Path) -> Option<String> {
    fs::read_to_string(path).ok()
}

/// The end of a file, from byte `from` on but no more than a page or two.
fn tail(path: &Path, from: u64) -> Option<String> {
    const AT_MOST: u64 = 8192;
    let mut file =
        File::options().read(true).custom_flags(OFlag::O_NOFOLLOW.bits()).open(path).ok()?;
    let length = file.metadata().ok()?.len();
    file.seek(SeekFrom::Start(from.max(length.saturating_sub(AT_MOST)))).ok()?;
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes).ok()?;
    Some(String::from_utf8_lossy(&bytes).into_owned())
}
