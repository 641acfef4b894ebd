//! Where PostgreSQL's server programs are on this machine. Knows nothing of data directories.

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::error::EmbeddedError;

/// The oldest major version that Tenantry supports.
pub const OLDEST: u32 = 15;

/// Names a directory with `initdb` and `postgres`, before any other place is looked at.
pub const VARIABLE: &str = "TENANTRY_PG_BIN";

/// The programs without which there is no server; a client package has neither.
const NEEDED: [&str; 2] = ["initdb", "postgres"];

/// A directory with server programs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Binaries {
    /// The directory.
    pub dir: PathBuf,
    /// Their major version, such as 15.
    pub major: u32,
}

/// The directory of the server programs to use.
///
/// # Errors
/// When no usable ones are found; the message says where we looked and how to get them.
pub fn find() -> Result<PathBuf, EmbeddedError> {
    choose(None, None).map(|binaries| binaries.dir)
}

/// As [`find`], but `explicit` comes first, and where the choice is ours the programs of major
/// version `data` are preferred: those that a data directory needs.
///
/// # Errors
/// As [`find`]; what was named explicitly or by the environment is never passed over silently.
pub fn choose(explicit: Option<&Path>, data: Option<u32>) -> Result<Binaries, EmbeddedError> {
    if let Some(dir) = explicit {
        return named(dir, "the configuration");
    }
    if let Some(dir) = std::env::var_os(VARIABLE).filter(|dir| !dir.is_empty()) {
        return named(Path::new(&dir), VARIABLE);
    }
    let mut looked_at = Vec::new();
    let mut found = Vec::new();
    for dir in installed(&mut looked_at) {
        match examine(&dir) {
            Ok(binaries) if data.is_none_or(|major| major == binaries.major) => {
                return Ok(binaries);
            }
            Ok(binaries) => found.push(binaries),
            Err(reason) => looked_at.push(reason),
        }
    }
    found.into_iter().next().ok_or(EmbeddedError::BinariesMissing { looked_at })
}

fn named(dir: &Path, named_by: &'static str) -> Result<Binaries, EmbeddedError> {
    examine(dir).map_err(|reason| EmbeddedError::BinariesUnusable { named_by, reason })
}

/// Every directory that may hold server programs, best first. Places where there is nothing are
/// noted in `looked_at`.
fn installed(looked_at: &mut Vec<String>) -> Vec<PathBuf> {
    let mut dirs = Vec::new();
    let mut note = |found: Vec<PathBuf>, place: &str| {
        if found.is_empty() {
            looked_at.push(format!("{place}: nothing there"));
        }
        dirs.extend(found);
    };
    note(versions(Path::new("/usr/lib/postgresql"), ""), "/usr/lib/postgresql/*/bin");
    note(versions(Path::new("/usr"), "pgsql-"), "/usr/pgsql-*/bin");
    let brew = Path::new("/opt/homebrew/opt");
    note(versions(brew, "postgresql@"), "/opt/homebrew/opt/postgresql@*/bin");
    note(by_pg_config().into_iter().collect(), "pg_config --bindir (on PATH)");
    let own = std::env::current_dir().unwrap_or_default().join("target/postgres");
    note(versions(&own, ""), &format!("{}/*/bin", own.display()));
    dirs
}

/// `<parent>/<prefix><version>/bin`, highest version first.
fn versions(parent: &Path, prefix: &str) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(parent) else { return Vec::new() };
    let mut found: Vec<(u32, PathBuf)> = entries
        .flatten()
        .filter_map(|entry| {
            let name = entry.file_name();
            let version = name.to_str()?.strip_prefix(prefix)?;
            let major = version.split('.').next()?.parse().ok()?;
            Some((major, entry.path().join("bin")))
        })
        .collect();
    found.sort_by_key(|(major, _)| std::cmp::Reverse(*major));
    found.into_iter().map(|(_, dir)| dir).collect()
}

fn by_pg_config() -> Option<PathBuf> {
    let output = Command::new("pg_config").arg("--bindir").output().ok()?;
    let dir = String::from_utf8(output.stdout).ok()?;
    (output.status.success() && !dir.trim().is_empty()).then(|| PathBuf::from(dir.trim()))
}

/// The programs in `dir`, or what is wrong with them.
fn examine(dir: &Path) -> Result<Binaries, String> {
    let shown = dir.display();
    let dir = dir.canonicalize().map_err(|error| format!("{shown}: {error}"))?;
    for name in NEEDED {
        let runs = dir
            .join(name)
            .metadata()
            .is_ok_and(|file| file.is_file() && file.permissions().mode() & 0o111 != 0);
        if !runs {
            return Err(format!("{shown}: has no program `{name}`"));
        }
    }
    let output = Command::new(dir.join("postgres"))
        .arg("--version")
        .output()
        .map_err(|error| format!("{shown}: `postgres --version` does not run: {error}"))?;
    let text = String::from_utf8_lossy(&output.stdout);
    match major(&text) {
        Some(major) if major >= OLDEST => Ok(Binaries { dir, major }),
        Some(major) => Err(format!("{shown}: version {major} is older than {OLDEST}")),
        None => {
            let said = String::from_utf8_lossy(&output.stderr);
            Err(format!("{shown}: `postgres --version` says `{}{}`", text.trim(), said.trim()))
        }
    }
}

/// The major version in `postgres (PostgreSQL) 15.13 (Debian 15.13-0)` or `… 19devel`.
fn major(version: &str) -> Option<u32> {
    let number = version.split("(PostgreSQL)").nth(1)?.trim_start();
    let digits = number.split(|c: char| !c.is_ascii_digit()).next()?;
    digits.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_major_version_is_read() {
        assert_eq!(major("postgres (PostgreSQL) 15.13 (Debian 15.13-0+deb12u1)\n"), Some(15));
        assert_eq!(major("postgres (PostgreSQL) 19devel\n"), Some(19));
        assert_eq!(major("psql 15"), None);
    }

    #[test]
    fn a_directory_without_a_server_is_refused_by_name() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("psql"), "").unwrap();
        let error = choose(Some(dir.path()), None).unwrap_err().to_string();
        assert!(error.contains("has no program `initdb`"), "{error}");
        assert!(error.contains("the configuration"), "{error}");
    }
}
