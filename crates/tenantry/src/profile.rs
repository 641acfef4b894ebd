//! The profile: where a server is and how to get in, kept in the directory that `demo` and
//! `serve --embedded` write. Readable by its owner alone.

use std::fs;
use std::io::Write;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::failure::{Exit, Failure};

const FILE: &str = "profile.toml";

/// What the file holds.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Profile {
    /// Where the server listens.
    pub(crate) url: String,
    /// A token with the role `admin`.
    pub(crate) token: String,
    /// Tenantry's own database.
    pub(crate) control_database_url: String,
    /// The database in which the schemas live.
    pub(crate) managed_database_url: String,
}

/// Where `demo` keeps its things, and where the other commands look for a profile: a place that
/// the server's own user can enter when we are root.
pub(crate) fn default_directory() -> PathBuf {
    if nix::unistd::geteuid().is_root() {
        return PathBuf::from("/var/lib/tenantry/demo");
    }
    let data = std::env::var_os("XDG_DATA_HOME")
        .map(PathBuf::from)
        .or_else(|| std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".local/share")));
    data.unwrap_or_else(|| PathBuf::from(".")).join("tenantry/demo")
}

impl Profile {
    /// Reads the profile of a directory; none when there is none.
    pub(crate) fn read(directory: &Path) -> Result<Option<Self>, Failure> {
        let path = directory.join(FILE);
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => {
                let message = format!("cannot read {}: {error}", path.display());
                return Err(Failure::new(Exit::NotAllowed, message));
            }
        };
        refuse_readable_by_others(&path)?;
        let profile = toml::from_str(&text)
            .map_err(|error| Failure::new(Exit::Refused, format!("{}: {error}", path.display())))?;
        Ok(Some(profile))
    }

    /// Writes the profile, all or nothing.
    pub(crate) fn write(&self, directory: &Path) -> Result<(), Failure> {
        let path = directory.join(FILE);
        let temporary = directory.join(format!("{FILE}.new"));
        let write = || -> std::io::Result<()> {
            let _ = fs::remove_file(&temporary);
            let text = toml::to_string(self).map_err(std::io::Error::other)?;
            let mut file =
                fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&temporary)?;
            file.write_all(text.as_bytes())?;
            file.sync_all()?;
            fs::rename(&temporary, &path)
        };
        write().map_err(|error| {
            Failure::new(Exit::Failed, format!("cannot write {}: {error}", path.display()))
        })
    }
}

/// Refuses a file with secrets that others can read.
pub(crate) fn refuse_readable_by_others(path: &Path) -> Result<(), Failure> {
    let mode = fs::metadata(path).map(|meta| meta.permissions().mode()).unwrap_or(0);
    if mode & 0o077 == 0 {
        return Ok(());
    }
    let message = format!(
        "{} holds secrets and others can read it (mode {:o})",
        path.display(),
        mode & 0o777
    );
    Err(Failure::new(Exit::Refused, message).hint(format!("chmod 600 {}", path.display())))
}
