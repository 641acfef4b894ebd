//! Sealed archives on their way, in the work folder of this machine.

use std::fs::{self, File};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use uuid::Uuid;

use super::{Repository, RepositoryError};

/// How the name of a spooled archive ends.
pub(super) const SEALED: &str = ".sealed";

/// A file in the work folder that only this user may read. It is removed when this is dropped, unless it is kept.
#[derive(Debug)]
pub struct Spool {
    path: PathBuf,
    file: File,
    kept: bool,
}

impl Repository {
    /// A new file to seal an archive into; what an earlier try of the same generation left is gone.
    ///
    /// # Errors
    /// When the work folder cannot be written.
    pub fn spool(&self, backup: Uuid, generation: i64) -> Result<Spool, RepositoryError> {
        self.ensure_work()?;
        let path = self.spooled(backup, generation);
        let mut options = File::options();
        options.write(true).create(true).truncate(true).mode(0o600);
        let file = options.open(&path).map_err(|error| self.work_failed(error))?;
        Ok(Spool { path, file, kept: false })
    }

    /// Where [`Repository::spool`] puts the archive of a backup, for a later step that finds it there.
    pub fn spooled(&self, backup: Uuid, generation: i64) -> PathBuf {
        self.work.join(format!("{backup}-{generation}{SEALED}"))
    }

    pub(super) fn ensure_work(&self) -> Result<(), RepositoryError> {
        let made = fs::DirBuilder::new().recursive(true).mode(0o700).create(&self.work);
        made.map_err(|error| self.work_failed(error))
    }

    pub(super) fn work_failed(&self, error: io::Error) -> RepositoryError {
        RepositoryError::Work { folder: self.work.display().to_string(), error }
    }
}

impl Spool {
    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Leaves it there for a later step; who takes it has to remove it, or [`Repository::sweep`] does.
    pub fn keep(mut self) -> PathBuf {
        self.kept = true;
        self.path.clone()
    }
}

impl Write for Spool {
    fn write(&mut self, piece: &[u8]) -> io::Result<usize> {
        self.file.write(piece)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Drop for Spool {
    fn drop(&mut self) {
        if !self.kept {
            // gone already is as good
            let _ = fs::remove_file(&self.path);
        }
    }
}
