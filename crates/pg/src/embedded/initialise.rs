//! Makes the cluster with initdb, so that it is either whole or not there, whenever we are
//! killed. Knows nothing of running servers.

use std::fs::{self, File};
use std::io::{ErrorKind, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;
use std::process::{Output, Stdio};
use std::time::Duration;

use nix::fcntl::OFlag;
use rand::RngExt as _;

use super::account::Account;
use super::binaries::Binaries;
use super::error::EmbeddedError;
use super::home::Home;
use super::settings;

/// The name of the superuser.
pub(super) const SUPERUSER: &str = "postgres";

/// Fills a new or unfinished home. initdb works beside the final place, which is taken by one
/// rename; only then does the marker say that the home is ready. `lock` is handed to initdb as
/// well, so that one that outlives us keeps the next starter away until it has ended.
pub(super) async fn initialise(
    home: &Home,
    account: &Account,
    binaries: &Binaries,
    lock: &File,
    volatile: bool,
) -> Result<(), EmbeddedError> {
    account.write_file(&home.marker(), &Home::unfinished_mark())?;
    for leftover in [home.unfinished_data(), home.data()] {
        remove(&leftover).await?;
    }
    account.write_file(&home.secret_file(), &format!("{}\n", password()))?;
    account.make_dir(&home.unfinished_data())?;
    let mut output = initdb(home, account, binaries, lock, volatile, "C.UTF-8").await?;
    if !output.status.success() && said(&output).contains("locale") {
        output = initdb(home, account, binaries, lock, volatile, "C").await?;
    }
    if !output.status.success() {
        let dir = home.dir().to_owned();
        return Err(EmbeddedError::InitFailed { dir, output: said(&output) });
    }
    include_settings(&home.unfinished_data().join("postgresql.conf"))?;
    let (from, to) = (home.unfinished_data(), home.data());
    fs::rename(&from, &to).map_err(EmbeddedError::io("rename", &from))?;
    // Writing the marker also makes the rename durable: both are entries of the same directory.
    account.write_file(&home.marker(), &Home::ready_mark(binaries.major))
}

async fn initdb(
    home: &Home,
    account: &Account,
    binaries: &Binaries,
    lock: &File,
    volatile: bool,
    locale: &str,
) -> Result<Output, EmbeddedError> {
    let program = binaries.dir.join("initdb");
    let lock = lock.try_clone().map_err(EmbeddedError::io("share the lock of", home.dir()))?;
    let mut command = account.command(&program, home.dir());
    command.arg("--pgdata").arg(home.unfinished_data()).arg("--pwfile").arg(home.secret_file());
    command.args(["--username", SUPERUSER, "--auth", "scram-sha-256", "--encoding", "UTF8"]);
    command.args(["--locale", locale, "--no-instructions"]);
    if volatile {
        command.arg("--no-sync");
    }
    command.stdin(Stdio::from(lock));
    let mut command = tokio::process::Command::from(command);
    command.kill_on_drop(true).output().await.map_err(EmbeddedError::io("run", &program))
}

fn said(output: &Output) -> String {
    let text = [output.stdout.as_slice(), output.stderr.as_slice()].concat();
    String::from_utf8_lossy(&text).into_owned()
}

fn include_settings(conf: &Path) -> Result<(), EmbeddedError> {
    let append = || {
        let flags = OFlag::O_NOFOLLOW.bits();
        let mut file = File::options().append(true).custom_flags(flags).open(conf)?;
        file.write_all(settings::INCLUDE.as_bytes())?;
        file.sync_all()
    };
    append().map_err(EmbeddedError::io("write", conf))
}

/// Removes what an earlier attempt left. Processes of an initdb that was killed may still write
/// for a moment.
async fn remove(dir: &Path) -> Result<(), EmbeddedError> {
    let mut attempts_left = 20;
    loop {
        match fs::remove_dir_all(dir) {
            Err(error) if error.kind() == ErrorKind::DirectoryNotEmpty && attempts_left > 0 => {
                attempts_left -= 1;
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
            Err(error) if error.kind() != ErrorKind::NotFound => {
                return Err(EmbeddedError::io("remove", dir)(error));
            }
            _ => return Ok(()),
        }
    }
}

fn password() -> String {
    rand::rng().sample_iter(rand::distr::Alphanumeric).take(32).map(char::from).collect()
}
