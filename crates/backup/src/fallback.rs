//! A schema that the exporter refuses, archived by PostgreSQL's own `pg_dump`: slower, and never without saying so.
//! Knows the program and its output, and nothing of what is in the archive.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::Stdio;

use serde::{Deserialize, Serialize};
use tenantry_pg::PgError;
use tenantry_pg::export::server_version;
use tenantry_pg::sql::Ident;
use tokio::io::AsyncReadExt as _;
use tokio::process::Command;
use url::Url;

use crate::manifest::Engine;

/// An archive that `pg_dump` wrote.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dumped {
    /// Always [`Engine::PgDump`].
    pub engine: Engine,
    /// The program's version, as it says it.
    pub version: String,
    /// Bytes of the archive.
    pub bytes: u64,
}

/// Why there is no archive.
#[derive(Debug, thiserror::Error)]
pub enum FallbackError {
    /// The program cannot be run.
    #[error("{} cannot be run: {error}", program.display())]
    Program {
        /// Its path.
        program: PathBuf,
        /// What the operating system said.
        error: io::Error,
    },
    /// It does not say which version it is.
    #[error("{} does not say which version it is; it said `{said}`", program.display())]
    NoVersion {
        /// Its path.
        program: PathBuf,
        /// What it said instead.
        said: String,
    },
    /// It is older than the server, and would leave out what it does not know.
    #[error("{} is of version {version} and the server of {server}: use a pg_dump of {server} or newer", program.display())]
    OlderThanServer {
        /// Its path.
        program: PathBuf,
        /// Its version.
        version: String,
        /// The server's major version.
        server: i32,
    },
    /// It would run what owners of tables put in their place with the rights of whoever makes backups.
    #[error(
        "{} is of version {version}, which lets those who own tables run code with our rights (CVE-2024-7348): \
         use {wanted} or newer",
        program.display()
    )]
    Unsafe {
        /// Its path.
        program: PathBuf,
        /// Its version.
        version: String,
        /// The first version of the same major without that.
        wanted: &'static str,
    },
    /// It ended with an error.
    #[error("pg_dump failed: {0}")]
    Failed(String),
    /// The managed database.
    #[error("{0}")]
    Database(PgError),
    /// The place that the archive was written to.
    #[error("the archive cannot be written: {0}")]
    Output(io::Error),
}

/// The first minor versions that close CVE-2024-7348; from 17 on all do.
const FLOORS: [(i32, i32, &str); 2] = [(15, 8, "15.8"), (16, 4, "16.4")];

/// How much of what the program complains about is kept, in bytes.
const COMPLAINT: u64 = 16 * 1024;

/// Writes a schema by the `pg_dump` at a path, in its custom format and not compressed in itself.
///
/// # Errors
/// See [`FallbackError`]; what was written until then is not an archive.
pub async fn dump<W: Write>(
    program: &Path,
    database: &Url,
    schema: &Ident,
    mut out: W,
) -> Result<(W, Dumped), FallbackError> {
    let version = checked(program, database).await?;
    let mut command = Command::new(program);
    command
        .args(["--format=custom", "--compress=0", "--strict-names", "--no-password"])
        .args(["--lock-wait-timeout=2s", "--encoding=UTF8"])
        .arg(format!("--schema={schema}"))
        .envs(connection(database))
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    let cannot_run = |error| FallbackError::Program { program: program.to_owned(), error };
    let mut child = command.spawn().map_err(cannot_run)?;
    let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
    let complaint = tokio::spawn(async move {
        let mut said = Vec::new();
        if let Some(stderr) = stderr {
            let mut kept = stderr.take(COMPLAINT);
            let _ = kept.read_to_end(&mut said).await;
            // the rest is read too, or the program would wait for it
            let _ = tokio::io::copy(&mut kept.into_inner(), &mut tokio::io::sink()).await;
        }
        String::from_utf8_lossy(&said).trim().to_owned()
    });
    let mut bytes = 0;
    if let Some(mut stdout) = stdout {
        let mut buffer = vec![0; 128 * 1024];
        loop {
            let length = stdout.read(&mut buffer).await.map_err(FallbackError::Output)?;
            if length == 0 {
                break;
            }
            out.write_all(&buffer[..length]).map_err(FallbackError::Output)?;
            bytes += length as u64;
        }
    }
    let status = child.wait().await.map_err(cannot_run)?;
    let said = complaint.await.unwrap_or_default();
    if !status.success() {
        return Err(FallbackError::Failed(if said.is_empty() { status.to_string() } else { said }));
    }
    out.flush().map_err(FallbackError::Output)?;
    Ok((out, Dumped { engine: Engine::PgDump, version, bytes }))
}

/// The program's version, if it may be used for that server.
async fn checked(program: &Path, database: &Url) -> Result<String, FallbackError> {
    let output = Command::new(program).arg("--version").stdin(Stdio::null()).output().await;
    let output =
        output.map_err(|error| FallbackError::Program { program: program.to_owned(), error })?;
    let said = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    let Some((version, major, minor)) = read_version(&said) else {
        return Err(FallbackError::NoVersion { program: program.to_owned(), said });
    };
    let server = server_version(database).await.map_err(FallbackError::Database)? / 10_000;
    if major < server {
        return Err(FallbackError::OlderThanServer {
            program: program.to_owned(),
            version,
            server,
        });
    }
    match FLOORS.iter().find(|(of, floor, _)| *of == major && minor < *floor) {
        Some((_, _, wanted)) => {
            Err(FallbackError::Unsafe { program: program.to_owned(), version, wanted })
        }
        None => Ok(version),
    }
}

/// `pg_dump (PostgreSQL) 15.18 (Debian …)`; what is being developed has no minor version.
fn read_version(said: &str) -> Option<(String, i32, i32)> {
    let version = said.strip_prefix("pg_dump (PostgreSQL) ")?.split(' ').next()?;
    let (major, minor) = version.split_once('.').unwrap_or((version, "0"));
    let major = major.trim_end_matches(|c: char| !c.is_ascii_digit());
    Some((version.to_owned(), major.parse().ok()?, minor.parse().ok()?))
}

/// How the program gets to the database: by its environment, as others can see its arguments.
fn connection(database: &Url) -> Vec<(&'static str, String)> {
    let mut all = vec![("PGAPPNAME", "tenantry export".to_owned())];
    let text =
        |raw: &str| percent_encoding::percent_decode_str(raw).decode_utf8_lossy().into_owned();
    if let Some(host) = database.host_str() {
        all.push(("PGHOST", text(host)));
    }
    if let Some(port) = database.port() {
        all.push(("PGPORT", port.to_string()));
    }
    if !database.username().is_empty() {
        all.push(("PGUSER", text(database.username())));
    }
    if let Some(password) = database.password() {
        all.push(("PGPASSWORD", text(password)));
    }
    all.push(("PGDATABASE", text(database.path().trim_start_matches('/'))));
    for (name, value) in database.query_pairs() {
        let name = match &*name {
            "sslmode" => "PGSSLMODE",
            "sslrootcert" => "PGSSLROOTCERT",
            "sslcert" => "PGSSLCERT",
            "sslkey" => "PGSSLKEY",
            "host" => "PGHOST",
            "port" => "PGPORT",
            _ => continue,
        };
        all.push((name, value.into_owned()));
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_read_as_programs_say_it() {
        for (said, version) in [
            ("pg_dump (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)", Some((15, 18))),
            ("pg_dump (PostgreSQL) 17.0", Some((17, 0))),
            ("pg_dump (PostgreSQL) 19devel", Some((19, 0))),
            ("psql (PostgreSQL) 15.18", None),
            ("", None),
        ] {
            assert_eq!(
                read_version(said).map(|(_, major, minor)| (major, minor)),
                version,
                "{said}"
            );
        }
    }

    #[test]
    fn a_password_is_in_no_argument_and_is_decoded() {
        let url =
            Url::parse("postgres://me:p%40ss@db.example:6543/school?sslmode=require").unwrap();
        let all = connection(&url);
        for pair in [
            ("PGPASSWORD", "p@ss"),
            ("PGHOST", "db.example"),
            ("PGPORT", "6543"),
            ("PGSSLMODE", "require"),
        ] {
            assert!(all.contains(&(pair.0, pair.1.to_owned())), "{pair:?}");
        }
    }
}
