//! A backup brought back from its place: all of it, held against its manifest, before anything of it is handed out.

use std::fs::File;
use std::io::{BufReader, Read};

use tempfile::TempPath;

use super::{Repository, RepositoryError, layout};
use crate::archive::ArchiveReader;
use crate::keys::{Identities, OpenKey};
use crate::manifest::SignedManifest;
use crate::place::{Cause, Progress};
use crate::seal;

/// How the name of a fetched archive begins.
pub(super) const FETCHED: &str = "fetched-";

/// A backup in the work folder, still sealed, that fits its manifest. The file is removed when this is dropped.
#[derive(Debug)]
pub struct Fetched {
    path: TempPath,
    key: OpenKey,
    plain_bytes: u64,
}

impl Repository {
    /// Fetches the archive of a backup, whole, and holds its length and SHA-256 against the manifest. The key is
    /// opened first: whoever has no identity fetches nothing.
    ///
    /// # Errors
    /// `Altered` when anything is not as it was signed, `KeyDestroyed` when nobody can read it any more; see
    /// [`RepositoryError`].
    pub async fn fetch(
        &self,
        signed: &SignedManifest,
        identities: &Identities,
        progress: Progress<'_>,
    ) -> Result<Fetched, RepositoryError> {
        let facts = &signed.manifest.archive;
        let object = layout::own_archive(&signed.manifest)?;
        let key = self.open_key(signed, identities).await?;
        self.ensure_work()?;
        let path = tempfile::Builder::new()
            .prefix(FETCHED)
            .tempfile_in(&self.work)
            .map_err(|error| self.work_failed(error))?
            .into_temp_path();
        let altered = |why: String| RepositoryError::Altered { object: object.to_owned(), why };
        let length = match self.place.download(object, &path, facts.bytes, progress).await {
            Ok(length) => length,
            Err(error) => {
                return Err(match error.cause() {
                    Cause::ObjectMissing => altered("it is not there".into()),
                    Cause::TooLong { found, .. } => altered(length_differs(*found, facts.bytes)),
                    _ => error.into(),
                });
            }
        };
        if length != facts.bytes {
            return Err(altered(length_differs(length, facts.bytes)));
        }
        let hashed = path.to_path_buf();
        let hashed = tokio::task::spawn_blocking(move || {
            File::open(hashed).and_then(|file| seal::hash(BufReader::with_capacity(1 << 20, file)))
        });
        let hashed = hashed.await.unwrap_or_else(|error| Err(std::io::Error::other(error)));
        let (length, sha256) = hashed.map_err(|error| self.work_failed(error))?;
        if (length, &sha256) != (facts.bytes, &facts.sha256) {
            let why = format!("its SHA-256 is {sha256} and its manifest says {}", facts.sha256);
            return Err(altered(why));
        }
        Ok(Fetched { path, key, plain_bytes: facts.plain_bytes })
    }

    async fn open_key(
        &self,
        signed: &SignedManifest,
        identities: &Identities,
    ) -> Result<OpenKey, RepositoryError> {
        let facts = &signed.manifest.archive;
        let institution = signed.manifest.institution;
        if let Some(proof) = self.proof(institution, facts.key_epoch).await? {
            return Err(RepositoryError::KeyDestroyed(proof));
        }
        let object = layout::key(institution, facts.key_epoch);
        let Some(key) = self.read_key(institution, facts.key_epoch).await? else {
            return Err(RepositoryError::KeyMissing { object });
        };
        if key.recipient != facts.recipient {
            let why = format!("the archive is sealed to {}, and it opens others", facts.recipient);
            return Err(RepositoryError::Altered { object, why });
        }
        Ok(key.open(identities)?)
    }
}

fn length_differs(found: u64, expected: u64) -> String {
    format!("it has {found} bytes and its manifest says {expected}")
}

impl Fetched {
    /// Reads the archive from its beginning; may be called again.
    ///
    /// # Errors
    /// When what was sealed is not an archive.
    pub fn open(&self) -> Result<ArchiveReader<impl Read + use<>>, RepositoryError> {
        Ok(ArchiveReader::begin(self.plain()?)?)
    }

    /// The archive's bytes, for `pg_restore`.
    ///
    /// # Errors
    /// When it cannot be opened.
    pub fn plain(&self) -> Result<impl Read + use<>, RepositoryError> {
        let file = File::open(&self.path).map_err(seal::SealError::Stream)?;
        Ok(seal::unseal(file, &self.key, self.plain_bytes)?)
    }
}
