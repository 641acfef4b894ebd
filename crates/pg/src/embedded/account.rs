//! Whom the server's processes run as. PostgreSQL refuses to run as root, so as root we hand it
//! to another user; as anybody else it simply runs as ourselves. Knows nothing of PostgreSQL's
//! files.

use std::fs::{self, DirBuilder, File};
use std::io::{ErrorKind, Write as _};
use std::os::unix::fs::{
    DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _, fchown, lchown,
};
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Command, Stdio};

use nix::unistd::{Gid, Uid, User, geteuid};

use super::error::EmbeddedError;

/// Tried in this order when we are root.
const CANDIDATES: [&str; 3] = ["tenantry", "postgres", "nobody"];

/// What a child process keeps of our environment: enough to find and load programs, and none of
/// the secrets that may stand there.
const KEPT_VARIABLES: [&str; 3] = ["PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH"];

/// The user that the server runs as.
#[derive(Debug)]
pub(super) struct Account {
    name: String,
    uid: Uid,
    gid: Gid,
    /// Whether that is somebody else than we are.
    other: bool,
}

impl Account {
    /// Ourselves, unless we are root. Then whoever owns the data already (a user that was added
    /// later must not lock us out of it), else the first candidate that exists.
    pub(super) fn choose(data: &Path) -> Result<Self, EmbeddedError> {
        let own = geteuid();
        if !own.is_root() {
            let user = User::from_uid(own).ok().flatten();
            let name = user.map_or_else(|| own.to_string(), |user| user.name);
            return Ok(Self { name, uid: own, gid: nix::unistd::getegid(), other: false });
        }
        if let Ok(metadata) = fs::symlink_metadata(data)
            && metadata.uid() != 0
        {
            let uid = Uid::from_raw(metadata.uid());
            let user = User::from_uid(uid).ok().flatten();
            let name = user.map_or_else(|| uid.to_string(), |user| user.name);
            return Ok(Self { name, uid, gid: Gid::from_raw(metadata.gid()), other: true });
        }
        let user = CANDIDATES.iter().find_map(|name| User::from_name(name).ok().flatten());
        let user = user.ok_or(EmbeddedError::NoAccount)?;
        Ok(Self { name: user.name, uid: user.uid, gid: user.gid, other: true })
    }

    /// Whether the server runs as another user than we do.
    pub(super) fn is_other(&self) -> bool {
        self.other
    }

    /// A command that runs as this user, away from our terminal and environment.
    pub(super) fn command(&self, program: &Path, cwd: &Path) -> Command {
        let mut command = Command::new(program);
        command.env_clear().env("LC_ALL", "C").stdin(Stdio::null()).current_dir(cwd);
        for name in KEPT_VARIABLES {
            if let Some(value) = std::env::var_os(name) {
                command.env(name, value);
            }
        }
        if self.other {
            // std empties the supplementary groups when root gives a uid and no groups.
            command.uid(self.uid.as_raw()).gid(self.gid.as_raw());
        }
        command
    }

    /// Checks that this user can enter `wanted` and every directory above it.
    pub(super) fn check_reach(&self, wanted: &Path) -> Result<(), EmbeddedError> {
        if !self.other {
            return Ok(());
        }
        let mut way: Vec<&Path> = wanted.ancestors().collect();
        way.reverse();
        for step in way {
            let metadata = fs::metadata(step).map_err(EmbeddedError::io("look at", step))?;
            if !self.bits_allow(&metadata) && !self.really_enters(step) {
                return Err(EmbeddedError::NotTraversable {
                    blocked: step.to_owned(),
                    wanted: wanted.to_owned(),
                    account: self.name.clone(),
                });
            }
        }
        Ok(())
    }

    fn bits_allow(&self, metadata: &fs::Metadata) -> bool {
        let mode = metadata.mode();
        if metadata.uid() == self.uid.as_raw() {
            mode & 0o100 != 0
        } else if metadata.gid() == self.gid.as_raw() {
            mode & 0o010 != 0
        } else {
            mode & 0o001 != 0
        }
    }

    /// The mode bits do not show access lists, so a refusal by them is tried out.
    fn really_enters(&self, step: &Path) -> bool {
        let mut probe = self.command(Path::new("/bin/sh"), step);
        probe.args(["-c", ":"]).status().is_ok_and(|status| status.success())
    }

    /// Makes a directory that this user owns, if it is not there.
    pub(super) fn make_dir(&self, path: &Path) -> Result<(), EmbeddedError> {
        match DirBuilder::new().mode(0o700).create(path) {
            Err(error) if error.kind() != ErrorKind::AlreadyExists => {
                Err(EmbeddedError::io("make", path)(error))
            }
            // Also when it was there: we may have died between the two.
            _ => self.own(path),
        }
    }

    fn own(&self, path: &Path) -> Result<(), EmbeddedError> {
        if !self.other {
            return Ok(());
        }
        lchown(path, Some(self.uid.as_raw()), Some(self.gid.as_raw()))
            .map_err(EmbeddedError::io("change the owner of", path))
    }

    /// Writes a file that only this user (and root) can read. It is whole or not there: written
    /// beside its place, made durable, renamed. The new file is never opened through a link, so
    /// that the server's user cannot make root write elsewhere.
    pub(super) fn write_file(&self, path: &Path, content: &str) -> Result<(), EmbeddedError> {
        let beside = path.with_extension("new");
        match fs::remove_file(&beside) {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                return Err(EmbeddedError::io("remove", &beside)(error));
            }
            _ => {}
        }
        let write = || {
            let mut file =
                File::options().write(true).create_new(true).mode(0o600).open(&beside)?;
            if self.other {
                fchown(&file, Some(self.uid.as_raw()), Some(self.gid.as_raw()))?;
            }
            file.write_all(content.as_bytes())?;
            file.sync_all()?;
            fs::rename(&beside, path)?;
            path.parent().map_or(Ok(()), |parent| File::open(parent)?.sync_all())
        };
        write().map_err(EmbeddedError::io("write", path))
    }
}
