//! What is in a place and belongs to no backup: archives that were stored and never listed, and what writers that
//! were killed left behind.

use std::collections::{BTreeMap, HashSet};
use std::fs;
use std::io;

use jiff::Timestamp;
use uuid::Uuid;

use super::fetch::FETCHED;
use super::spool::SEALED;
use super::{Repository, RepositoryError, layout};
use crate::place::Found;

/// An archive that no manifest names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Orphan {
    /// Whose it would be.
    pub institution: Uuid,
    /// The backup that it would be of.
    pub backup: Uuid,
    /// What was found.
    pub found: Found,
}

impl Repository {
    /// The archives that no manifest names and that are older. Where a manifest is not believed, everything
    /// beside it is left alone.
    ///
    /// # Errors
    /// See [`RepositoryError`].
    pub async fn orphans(&self, older_than: Timestamp) -> Result<Vec<Orphan>, RepositoryError> {
        let mut archives: BTreeMap<(Uuid, Uuid), Vec<Found>> = BTreeMap::new();
        let mut listed = HashSet::new();
        for found in self.place.list(&layout::root()).await? {
            if let Some(whose) = layout::archive_of(&found.key) {
                archives.entry(whose).or_default().push(found);
            } else if let Some(whose) = layout::manifest_of(&found.key) {
                listed.insert(whose);
            }
        }
        let mut orphans = Vec::new();
        for ((institution, backup), mut found) in archives {
            if listed.contains(&(institution, backup)) {
                // the usual case, for which nothing has to be read
                if found.len() == 1 {
                    continue;
                }
                match self.manifest(institution, backup).await {
                    Ok(Some(signed)) => {
                        found.retain(|found| found.key != signed.manifest.archive.object);
                    }
                    Ok(None) => {}
                    Err(error) if error.is_transient() => return Err(error),
                    Err(_) => continue,
                }
            }
            let old = found.into_iter().filter(|found| found.modified < older_than);
            orphans.extend(old.map(|found| Orphan { institution, backup, found }));
        }
        Ok(orphans)
    }

    /// Removes orphans that are older, unless an operation may still list them, and says which. Also removes what
    /// is left of the same age in the work folder and in a place that is a folder.
    ///
    /// # Errors
    /// See [`RepositoryError`].
    pub async fn sweep(
        &self,
        older_than: Timestamp,
        pending: &HashSet<Uuid>,
    ) -> Result<Vec<Orphan>, RepositoryError> {
        let mut orphans = self.orphans(older_than).await?;
        orphans.retain(|orphan| !pending.contains(&orphan.backup));
        for orphan in &orphans {
            self.place.remove(&orphan.found.key).await?;
        }
        self.place.remove_leftovers(older_than).await?;
        self.sweep_work(older_than, pending).map_err(|error| self.work_failed(error))?;
        Ok(orphans)
    }

    fn sweep_work(&self, older_than: Timestamp, pending: &HashSet<Uuid>) -> io::Result<()> {
        let entries = match fs::read_dir(&self.work) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            entries => entries?,
        };
        for entry in entries {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            let spooled = name.strip_suffix(SEALED).and_then(|name| name.get(..36));
            let ours = match spooled.and_then(|backup| backup.parse::<Uuid>().ok()) {
                Some(backup) => !pending.contains(&backup),
                None => name.starts_with(FETCHED),
            };
            let modified = entry.metadata()?.modified()?;
            if ours && Timestamp::try_from(modified).is_ok_and(|at| at < older_than) {
                fs::remove_file(entry.path())?;
            }
        }
        Ok(())
    }
}
