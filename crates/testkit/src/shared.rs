//! Where the shared cluster is kept and how test processes agree on it. It is started by whoever
//! comes first and outlives them all, until [`stop_all`].

use std::ffi::OsString;
use std::fs::{self, DirBuilder, File};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::io::ErrorKind;
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use nix::fcntl::OFlag;
use nix::sys::signal::{Signal, kill};
use nix::unistd::{Pid, geteuid};
use tenantry_pg::embedded::{EmbeddedConfig, EmbeddedError, Server, binaries};

/// Picks other server programs, for runs over several versions of PostgreSQL.
const BINARIES: &str = "TENANTRY_TEST_PG_BIN";

/// Speed over safety: what a test run loses in a power cut it makes again.
const SETTINGS: [(&str, &str); 6] = [
    ("fsync", "off"),
    ("synchronous_commit", "off"),
    ("max_connections", "400"),
    ("max_locks_per_transaction", "256"),
    ("shared_buffers", "128MB"),
    ("cluster_name", "tenantry test"),
];

/// The programs that were asked for by the environment.
pub(crate) fn chosen_binaries() -> Option<PathBuf> {
    std::env::var_os(BINARIES).filter(|dir| !dir.is_empty()).map(PathBuf::from)
}

/// Pairs as the embedded server takes them.
pub(crate) fn settings(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

/// Starts the shared server, or finds it running, and lets go of it. A directory in a state that
/// cannot be started is made anew: nothing in it is worth keeping.
pub(crate) async fn ensure() -> Server {
    let chosen = chosen_binaries();
    let programs = binaries::choose(chosen.as_deref(), None).unwrap_or_else(|why| panic!("{why}"));
    let base = base();
    let _lock = lock(&base).await;
    let mut hasher = DefaultHasher::new();
    SETTINGS.hash(&mut hasher);
    let name = format!("-{}-{:08x}", programs.major, hasher.finish() as u32);
    let place = with_suffix(&base, &name);
    make_private(&place);
    let dir = place.join("postgres");
    let config = EmbeddedConfig {
        dir: dir.clone(),
        binaries: Some(programs.dir),
        settings: settings(&SETTINGS),
        port: None,
    };
    match Server::start(config.clone()).await {
        Ok(server) => server,
        Err(
            why @ (EmbeddedError::NotTraversable { .. }
            | EmbeddedError::NoAccount
            | EmbeddedError::AlreadyInUse { .. }
            | EmbeddedError::InvalidSetting { .. }),
        ) => panic!("{why}"),
        Err(why) => {
            eprintln!("the shared test cluster is made anew, because: {why}");
            wipe(&dir).await;
            Server::start(config).await.unwrap_or_else(|why| panic!("{why}"))
        }
    }
}

/// Stops every shared cluster of this workspace and removes its directory; says how many.
pub async fn stop_all() -> usize {
    let base = base();
    let _lock = lock(&base).await;
    let prefix = format!("{}-", base.file_name().expect("a name was joined").to_string_lossy());
    let around = base.parent().expect("a name was joined");
    let mut stopped = 0;
    for entry in fs::read_dir(around).expect("the temporary directory can be read").flatten() {
        if !entry.file_name().to_string_lossy().starts_with(&prefix) {
            continue;
        }
        make_private(&entry.path());
        let dir = entry.path().join("postgres");
        match Server::attach(&dir).await {
            Ok(Some(server)) => server.stop().await.unwrap_or_else(|why| eprintln!("{why}")),
            Ok(None) => {}
            Err(why) => eprintln!("{why}"),
        }
        wipe(&dir).await;
        remove(&entry.path());
        stopped += 1;
    }
    stopped
}

/// The beginning of the paths of this user's clusters for this workspace. In the temporary
/// directory, because as root the server's user may not be able to enter the workspace.
fn base() -> PathBuf {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2);
    let mut hasher = DefaultHasher::new();
    workspace.hash(&mut hasher);
    let name = format!("tenantry-test-{}-{:08x}", geteuid(), hasher.finish() as u32);
    let around = std::env::temp_dir();
    around.canonicalize().unwrap_or(around).join(name)
}

fn with_suffix(base: &Path, suffix: &str) -> PathBuf {
    let mut path = OsString::from(base);
    path.push(suffix);
    PathBuf::from(path)
}

/// Held while the cluster is started or stopped. Beside the directories, so that it outlives
/// them, and never removed, so that all always mean the same file.
async fn lock(base: &Path) -> File {
    let path = with_suffix(base, ".lock");
    let take = move || {
        let file = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .mode(0o600)
            .custom_flags(OFlag::O_NOFOLLOW.bits())
            .open(&path)?;
        file.lock()?;
        Ok::<_, std::io::Error>(file)
    };
    let taken = tokio::task::spawn_blocking(take).await.expect("locking does not panic");
    taken.unwrap_or_else(|why| panic!("cannot lock the shared test cluster: {why}"))
}

/// Makes a directory of ours, or checks that the one there is: the temporary directory is
/// everybody's, and its names can be guessed.
fn make_private(place: &Path) {
    let mode = if geteuid().is_root() { 0o711 } else { 0o700 };
    match DirBuilder::new().mode(mode).create(place) {
        Err(why) if why.kind() != ErrorKind::AlreadyExists => {
            panic!("cannot make {}: {why}", place.display())
        }
        _ => {}
    }
    let found = fs::symlink_metadata(place).expect("it is there");
    let ours = found.is_dir() && found.uid() == geteuid().as_raw();
    assert!(ours, "{} is not our own directory; remove it", place.display());
}

/// Removes a server's directory, and ends what still runs from it.
async fn wipe(dir: &Path) {
    let data = dir.join("data");
    let text = fs::read_to_string(data.join("postmaster.pid")).unwrap_or_default();
    if let Some(pid) = text.lines().next().and_then(|pid| pid.parse::<i32>().ok()) {
        let cwd = PathBuf::from(format!("/proc/{pid}/cwd"));
        for _ in 0..100 {
            if fs::read_link(&cwd).ok().as_ref() != Some(&data) {
                break;
            }
            // It may be gone already.
            let _ = kill(Pid::from_raw(pid), Signal::SIGQUIT);
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
    remove(dir);
}

fn remove(dir: &Path) {
    // Backends of a dead postmaster may still write for a moment.
    for _ in 0..20 {
        match fs::remove_dir_all(dir) {
            Err(why) if why.kind() != ErrorKind::NotFound => {
                std::thread::sleep(Duration::from_millis(50));
            }
            _ => return,
        }
    }
    eprintln!("cannot remove {}", dir.display());
}
