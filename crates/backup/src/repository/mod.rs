//! What is where in a place, and the rules: a backup is what has a manifest, a manifest is written once and last,
//! and nothing is handed out that does not fit its manifest. Knows nothing of operations; who calls says which
//! backups are under way.

mod error;
mod fetch;
mod keys;
mod layout;
mod spool;
mod sweep;

use std::path::{Path, PathBuf};

use uuid::Uuid;

use crate::keys::Recipients;
use crate::manifest::{ManifestError, SignedManifest};
use crate::note::{Signer, Verifier};
use crate::place::{Place, Progress, Put};

pub use error::RepositoryError;
pub use fetch::Fetched;
pub use spool::Spool;
pub use sweep::Orphan;

/// The backups of a fleet in one place.
pub struct Repository {
    place: Place,
    recipients: Recipients,
    signer: Signer,
    trusted: Verifier,
    work: PathBuf,
}

/// A manifest that is listed, and whether it is believed.
#[derive(Debug)]
pub struct Listed {
    /// Whose folder it is in.
    pub institution: Uuid,
    /// Which backup's.
    pub backup: Uuid,
    /// What it says.
    pub manifest: Result<SignedManifest, RepositoryError>,
}

impl Repository {
    /// The backups in `place`. New keys are sealed to `recipients`; what is signed by `signer` or by one of
    /// `trusted` is believed; `work` is a folder of this machine for sealed archives on their way, made when it
    /// is needed.
    pub fn new(
        place: Place,
        recipients: Recipients,
        signer: Signer,
        trusted: Verifier,
        work: PathBuf,
    ) -> Self {
        let trusted = trusted.and(&signer);
        Self { place, recipients, signer, trusted, work }
    }

    /// The place.
    pub fn place(&self) -> &Place {
        &self.place
    }

    /// Who signs.
    pub fn signer(&self) -> &Signer {
        &self.signer
    }

    /// Stores a sealed archive and says under what key, for its manifest. Doing it again replaces it.
    ///
    /// # Errors
    /// See [`RepositoryError`].
    pub async fn store_archive(
        &self,
        institution: Uuid,
        backup: Uuid,
        generation: i64,
        spool: &Path,
        progress: Progress<'_>,
    ) -> Result<String, RepositoryError> {
        let key = layout::archive(institution, backup, generation);
        self.place.upload(&key, spool, progress).await?;
        Ok(key)
    }

    /// Lists a backup: from here on it is one. Doing it again with the same manifest changes nothing.
    ///
    /// # Errors
    /// `Doubled` when another manifest is there, and `Altered` when the archive is not there as the manifest has
    /// it; see [`RepositoryError`].
    pub async fn store_manifest(&self, signed: &SignedManifest) -> Result<(), RepositoryError> {
        let manifest = &signed.manifest;
        let (institution, backup) = (manifest.institution, manifest.backup);
        let archive = layout::own_archive(manifest)?;
        let there = self.place.length(archive).await?;
        if there != Some(manifest.archive.bytes) {
            return Err(RepositoryError::Altered {
                object: archive.to_owned(),
                why: match there {
                    None => "it is not there".to_owned(),
                    Some(there) => {
                        format!("it has {there} bytes instead of {}", manifest.archive.bytes)
                    }
                },
            });
        }
        let key = layout::manifest(institution, backup);
        match self.place.put_new(&key, &signed.bytes).await? {
            Put::Done => Ok(()),
            Put::Exists if self.place.get(&key).await?.as_ref() == Some(&signed.bytes) => Ok(()),
            Put::Exists => Err(RepositoryError::Doubled { institution, backup }),
        }
    }

    /// The manifest of a backup; none when it is not listed.
    ///
    /// # Errors
    /// When it is not believed, or is another's; see [`RepositoryError`].
    pub async fn manifest(
        &self,
        institution: Uuid,
        backup: Uuid,
    ) -> Result<Option<SignedManifest>, RepositoryError> {
        let key = layout::manifest(institution, backup);
        let Some(bytes) = self.place.get(&key).await? else { return Ok(None) };
        let altered = |error: ManifestError| RepositoryError::Altered {
            object: key.clone(),
            why: error.to_string(),
        };
        let signed = SignedManifest::read(&bytes, &self.trusted).map_err(altered)?;
        let found = (signed.manifest.institution, signed.manifest.backup);
        if found != (institution, backup) {
            let why = format!("it is of backup {} of institution {}", found.1, found.0);
            return Err(RepositoryError::Altered { object: key, why });
        }
        layout::own_archive(&signed.manifest)?;
        Ok(Some(signed))
    }

    /// The ids of all backups that are listed, institution and backup, of one institution or of all.
    ///
    /// # Errors
    /// See [`RepositoryError`].
    pub async fn listed(
        &self,
        institution: Option<Uuid>,
    ) -> Result<Vec<(Uuid, Uuid)>, RepositoryError> {
        let folder = institution.map_or_else(layout::root, layout::backups);
        let found = self.place.list(&folder).await?;
        let mut ids: Vec<_> =
            found.iter().filter_map(|found| layout::manifest_of(&found.key)).collect();
        ids.sort_unstable();
        Ok(ids)
    }

    /// The manifests of all backups, of one institution or of all. One that is not believed does not hide the
    /// others.
    ///
    /// # Errors
    /// When the place cannot be read; see [`RepositoryError`].
    pub async fn manifests(
        &self,
        institution: Option<Uuid>,
    ) -> Result<Vec<Listed>, RepositoryError> {
        let mut all = Vec::new();
        for (institution, backup) in self.listed(institution).await? {
            let manifest = match self.manifest(institution, backup).await {
                // removed since it was listed
                Ok(None) => continue,
                Ok(Some(signed)) => Ok(signed),
                Err(error) if error.is_transient() => return Err(error),
                Err(error) => Err(error),
            };
            all.push(Listed { institution, backup, manifest });
        }
        Ok(all)
    }

    /// Removes what earlier tries of a backup that is listed left: archives that its manifest does not name.
    ///
    /// # Errors
    /// See [`RepositoryError`].
    pub async fn tidy(&self, signed: &SignedManifest) -> Result<(), RepositoryError> {
        let manifest = &signed.manifest;
        for found in self.place.list(&layout::backup(manifest.institution, manifest.backup)).await?
        {
            let is_archive = layout::archive_of(&found.key).is_some();
            if is_archive && found.key != manifest.archive.object {
                self.place.remove(&found.key).await?;
            }
        }
        Ok(())
    }

    /// Removes a backup: its manifest first, so that what is left when this breaks off is not one any more.
    ///
    /// # Errors
    /// See [`RepositoryError`].
    pub async fn remove(&self, institution: Uuid, backup: Uuid) -> Result<(), RepositoryError> {
        self.place.remove(&layout::manifest(institution, backup)).await?;
        for found in self.place.list(&layout::backup(institution, backup)).await? {
            self.place.remove(&found.key).await?;
        }
        Ok(())
    }
}

impl std::fmt::Debug for Repository {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Repository")
            .field("place", &self.place)
            .field("work", &self.work)
            .finish_non_exhaustive()
    }
}
