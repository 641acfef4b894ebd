//! What operations need of archives: where they are kept and how they are opened, how one is sealed, how far
//! it is, and what its troubles are called. How an archive is written and read is the business of
//! `tenantry_backup`.

pub(crate) mod progress;
pub(crate) mod room;
pub(crate) mod sealing;
pub(crate) mod trouble;

use serde_json::{Value, json};
use tenantry_backup::keys::Identities;
use tenantry_backup::manifest::{Manifest, SignedManifest};
use tenantry_backup::restore::Limits;
use tenantry_pg::export::Prerequisites;
use tenantry_store::backups::NewBackup;
use tenantry_store::{PgError, Store, Tx, backups, events};
use uuid::Uuid;

use crate::backup_store::Backups;
use crate::fleet::Fleet;
use crate::runner::StepError;

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

/// Enters a backup that the store holds into the catalogue, and tells of it. `sha256` is its signed manifest's;
/// `took_ms` how long it took from the snapshot to the stored archive, 0 where nobody knows.
pub(crate) async fn enter_backup(
    tx: &mut Tx,
    manifest: &Manifest,
    sha256: &str,
    took_ms: i64,
    change_mark: Option<&Value>,
) -> Result<(), PgError> {
    let whole = serde_json::to_value(manifest).unwrap_or_default();
    let number = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
    let new = NewBackup {
        id: manifest.backup,
        schema_id: manifest.institution,
        schema_name: &manifest.name,
        operation_id: manifest.operation,
        reason: &manifest.reason,
        engine: manifest.engine.as_str(),
        manifest: &whole,
        manifest_sha256: sha256,
        taken_at: manifest.taken_at,
        took_ms,
        archive_bytes: number(manifest.archive.bytes),
        plain_bytes: number(manifest.archive.plain_bytes),
        row_count: manifest.tables.iter().map(|table| number(table.tally.rows)).sum(),
        table_count: i32::try_from(manifest.tables.len()).unwrap_or(i32::MAX),
        form: &manifest.form,
        key_epoch: manifest.archive.key_epoch,
        recipient: &manifest.archive.recipient,
        server_version: &manifest.server_version,
        change_mark,
    };
    backups::insert(tx, &new).await?;
    tell_backup(tx, "backup.stored", manifest.institution, &manifest.name, manifest.backup).await
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
