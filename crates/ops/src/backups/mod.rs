//! Backups: where they are kept, and the ways to ask for what is done with them. What is done is in
//! [`kinds`](crate::kinds); how an archive is written, sealed and read is the business of `tenantry_backup`.

pub mod copies;
pub mod freshness;
pub(crate) mod pace;
pub(crate) mod progress;
mod requests;
pub(crate) mod sealing;
pub(crate) mod trouble;
mod within;

use std::path::PathBuf;

use serde_json::json;
use tenantry_backup::keys::{Identities, Recipients};
use tenantry_backup::manifest::{Manifest, SignedManifest};
use tenantry_backup::repository::Repository;
use tenantry_backup::restore::Limits;
use tenantry_pg::export::Prerequisites;
use tenantry_store::{PgError, Store, Tx, backups, events};
use uuid::Uuid;

use crate::fleet::Fleet;
use crate::request::Refusal;
use crate::runner::StepError;

pub use crate::request::BackupRefusal;
pub use requests::{
    KEEP_HOURS, MOST_KEEP_HOURS, RestoreRequest, Target, back_up, back_up_all, destroy_keys, hold,
    prune, restore, rotate_keys, verify, verify_all,
};
pub(crate) use requests::{queue_backups, queue_drills, queue_prune};
pub use within::WithinError;

/// Where backups are kept, and what it takes to open them.
#[derive(Debug)]
pub struct Backups {
    /// The store, with its rules.
    pub repository: Repository,
    /// Identities of the organisation; without one, backups are written and can be neither verified nor
    /// restored here.
    pub identities: Option<Identities>,
    /// Whom institutions' keys are sealed to.
    pub recipients: Recipients,
    /// The program that writes what the exporter refuses; none: that is an error then.
    pub pg_dump: Option<PathBuf>,
}

impl Backups {
    /// What opens backups.
    pub(crate) fn identities(&self) -> Result<&Identities, StepError> {
        self.identities.as_ref().ok_or_else(no_identity)
    }

    /// The manifest of a backup, from the store, with its signature checked.
    /// It has to be the very one that the catalogue knows, if it knows one: one that was put back to an
    /// earlier state is signed just as well.
    pub(crate) async fn signed_manifest(
        &self,
        store: &Store,
        institution: Uuid,
        backup: Uuid,
    ) -> Result<SignedManifest, StepError> {
        let signed = self.repository.manifest(institution, backup).await?.ok_or_else(|| {
            let message = format!("the store has no manifest of backup {backup}");
            StepError::fail("backup_not_in_store", message)
        })?;
        let known = backups::by_id(store, backup).await?;
        match known.filter(|known| known.manifest_sha256 != signed.sha256) {
            None => Ok(signed),
            Some(known) => Err(StepError::fail(
                "backup_altered",
                format!(
                    "the manifest of backup {backup} is signed and is not the one that was listed: its SHA-256 \
                     is {} and was {}",
                    signed.sha256, known.manifest_sha256
                ),
            )),
        }
    }
}

impl Fleet {
    /// Where backups are kept, for a step that needs it.
    pub(crate) fn backups(&self) -> Result<&Backups, StepError> {
        self.backups.as_deref().ok_or_else(|| {
            StepError::fail("backups_off", "this server has no place where backups are kept")
        })
    }

    /// Refuses where backups were not set up.
    pub(crate) fn check_backups(&self) -> Result<(), Refusal> {
        self.backups.as_ref().map(drop).ok_or(Refusal::Backup(BackupRefusal::BackupsOff))
    }

    /// Refuses where backups cannot be opened.
    pub(crate) fn check_identities(&self) -> Result<(), Refusal> {
        let backups = self.backups.as_ref().ok_or(Refusal::Backup(BackupRefusal::BackupsOff))?;
        backups.identities.as_ref().map(drop).ok_or(Refusal::Backup(BackupRefusal::NoIdentity))
    }
}

/// What a backup needs of the database that it is restored into.
pub(crate) fn prerequisites(manifest: &Manifest) -> Result<Prerequisites, StepError> {
    serde_json::from_value(manifest.prerequisites.clone()).map_err(|error| {
        let message = format!("the manifest's prerequisites are not understood: {error}");
        StepError::fail("backup_newer", message)
    })
}

/// The schemas outside that a backup's objects reach into: those of extensions, mostly.
pub(crate) fn outside(wanted: &Prerequisites) -> Vec<String> {
    let extensions = wanted.extensions.iter().map(|extension| &extension.schema);
    let collations = wanted.collations.iter().map(|collation| &collation.schema);
    let objects = wanted.objects.iter().filter_map(|object| object.names.first());
    let mut all: Vec<String> = extensions.chain(collations).chain(objects).cloned().collect();
    all.retain(|schema| schema != "pg_catalog");
    all.sort_unstable();
    all.dedup();
    all
}

/// How much a backup may be when it is restored: what its manifest says.
pub(crate) fn limits(manifest: &Manifest) -> Limits {
    Limits { row_bytes: manifest.archive.plain_bytes, ..Limits::default() }
}

fn no_identity() -> StepError {
    StepError::Fail(json!({
        "code": "no_identity",
        "message": "this server writes backups and cannot open them",
        "hint": "Give it an identity of the organisation: backup.identity_file.",
    }))
}

/// Tells those who watch that something became of a backup.
pub(crate) async fn tell_backup(
    tx: &mut Tx,
    what: &'static str,
    schema: Uuid,
    institution: &str,
    backup: Uuid,
) -> Result<(), PgError> {
    let data = json!({ "name": institution, "backup": backup });
    events::insert(tx, what, Some(schema), None, &data).await
}
