//! Takes a backup of one institution: its schema as an archive, sealed to its key, in the store, with a
//! signed manifest that lists it. Undo leaves nothing of it in the store.
//!
//! The archive's name bears the claim's generation and the manifest is written only where there is none, so
//! that neither a second run nor a worker that was believed dead makes two backups of one.

use std::time::Instant;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tenantry_backup::fingerprint::fingerprint;
use tenantry_backup::manifest::{ArchiveFacts, FORMAT, Manifest, Previous, Template};
use tenantry_domain::clock;
use tenantry_pg::export::Export;
use tenantry_pg::schema::Marker;
use tenantry_pg::{PgError, Situation};
use tenantry_store::{Tx, backups};
use uuid::Uuid;

use crate::archives::enter_backup;
use crate::archives::sealing::{Sealing, Taken};
use crate::archives::trouble::schema_ident;
use crate::fleet::FleetConfig;
use crate::runner::{Context, Ended, Kind, Lane, Step, StepError};

/// The backup that is asked for.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct BackupSchema {
    /// The institution's id.
    pub schema: Uuid,
    /// The institution's name.
    pub institution: String,
    /// The id that the backup gets.
    pub backup: Uuid,
    /// Why: `manual`, `schedule` or `purge`.
    pub reason: String,
    /// Whether nothing is taken when nothing changed since the newest backup.
    pub skip_unchanged: bool,
    /// From when on it is not begun any more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    deadline: Option<Timestamp>,
    #[serde(default)]
    too_late: bool,
    #[serde(default)]
    written: Option<Written>,
    /// The newest backup, since which nothing changed.
    #[serde(default)]
    unchanged_since: Option<Uuid>,
    #[serde(default)]
    listed: Option<String>,
}

/// What was written and stored, and is not listed yet.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Written {
    manifest: Manifest,
    change_mark: Option<Value>,
    took_ms: i64,
}

impl BackupSchema {
    /// Asks for it.
    pub fn new(schema: Uuid, institution: impl Into<String>, reason: &str) -> Self {
        Self {
            schema,
            institution: institution.into(),
            backup: Uuid::now_v7(),
            reason: reason.to_owned(),
            skip_unchanged: false,
            deadline: None,
            too_late: false,
            written: None,
            unchanged_since: None,
            listed: None,
        }
    }

    /// Takes nothing when nothing changed since the newest backup.
    #[must_use]
    pub fn unless_unchanged(self) -> Self {
        Self { skip_unchanged: true, ..self }
    }

    /// Not begun any more from this time on.
    #[must_use]
    pub fn until(self, deadline: Option<Timestamp>) -> Self {
        Self { deadline, ..self }
    }

    /// Whether it came to a backup, rather than to the insight that none is needed.
    pub(crate) fn is_listed(&self) -> bool {
        self.listed.is_some()
    }

    pub(crate) async fn write_archive(&mut self, cx: &Context) -> Result<(), StepError> {
        let started = (clock::now(), Instant::now());
        if self.deadline.is_some_and(|deadline| started.0 >= deadline) {
            self.too_late = true;
            return Ok(());
        }
        let database = &cx.fleet.database;
        let marker = database.marker(self.schema).await?.ok_or_else(|| {
            let message = format!("the managed database has no schema of {}", self.institution);
            StepError::fail("schema_not_found", message)
        })?;
        let schema = schema_ident(&marker.schema_name)?;
        // before the snapshot: what is written between the two is in the backup and counts as a change
        let change_mark = database.change_mark(&schema).await?;
        let previous = backups::newest(&cx.fleet.store, self.schema).await?;
        let export = Export::begin(database.exports(), &schema).await;
        if let (Ok(export), Some(previous)) = (&export, &previous)
            && self.skip_unchanged
            && previous.state == "stored"
            && previous.failed_at.is_none()
            && change_mark.is_some()
            && previous.change_mark == change_mark
            && previous.form == fingerprint(export.entries(), export.quoted_schema())
        {
            self.unchanged_since = Some(previous.id);
            return Ok(());
        }
        let sealing = Sealing::begin(cx, self.schema, self.backup).await?;
        let (sealing, taken) = match export {
            Ok(export) => sealing.export(cx, export).await?,
            Err(error) if error.situation() == Situation::Refused => {
                sealing.dump(cx, &schema, error.into()).await?
            }
            Err(error) => return Err(error.into()),
        };
        let archive = sealing.store(cx, self.schema, self.backup).await?;
        let previous =
            previous.map(|backup| Previous { backup: backup.id, sha256: backup.manifest_sha256 });
        let manifest = self.manifest(cx, &marker, taken, archive, started.0, previous);
        let took_ms = i64::try_from(started.1.elapsed().as_millis()).unwrap_or(i64::MAX);
        self.written = Some(Written { manifest, change_mark, took_ms });
        Ok(())
    }

    fn manifest(
        &self,
        cx: &Context,
        marker: &Marker,
        taken: Taken,
        archive: ArchiveFacts,
        taken_at: Timestamp,
        previous: Option<Previous>,
    ) -> Manifest {
        let template = marker.template.clone().zip(marker.template_version);
        Manifest {
            format: FORMAT,
            backup: self.backup,
            institution: self.schema,
            name: self.institution.clone(),
            schema_name: marker.schema_name.clone(),
            operation: cx.fence.operation,
            engine: taken.engine,
            reason: self.reason.clone(),
            server_version: taken.server_version,
            database: taken.database,
            taken_at,
            template: template.map(|(name, version)| Template { name, version }),
            form: taken.contents.form,
            objects: taken.contents.objects,
            tables: taken.contents.tables,
            archive,
            prerequisites: taken.prerequisites,
            previous,
            made_by: env!("CARGO_PKG_VERSION").to_owned(),
        }
    }

    pub(crate) async fn list_backup(&mut self, cx: &Context) -> Result<(), StepError> {
        let Some(written) = &self.written else {
            return Ok(()); // nothing changed, and nothing was written
        };
        let repository = &cx.fleet.backups()?.repository;
        let signed = written.manifest.clone().sign(repository.signer())?;
        repository.store_manifest(&signed).await?;
        repository.tidy(&signed).await?;
        self.listed = Some(signed.sha256);
        Ok(())
    }

    pub(crate) async fn remove(&mut self, cx: &Context) -> Result<(), StepError> {
        cx.fleet.backups()?.repository.remove(self.schema, self.backup).await?;
        (self.written, self.listed) = (None, None);
        Ok(())
    }

    /// Enters what is in the store now into the catalogue.
    pub(crate) async fn enter(&self, tx: &mut Tx) -> Result<(), PgError> {
        let (Some(written), Some(sha256)) = (&self.written, &self.listed) else {
            return Ok(());
        };
        let Written { manifest, change_mark, took_ms } = written;
        enter_backup(tx, manifest, sha256, *took_ms, change_mark.as_ref()).await
    }
}

impl Kind for BackupSchema {
    const NAME: &'static str = "backup_schema";
    const VERSION: i32 = 1;
    const LANE: Lane = Lane::Backups;
    const STEPS: &'static [Step<Self>] = &[
        Step {
            name: "write archive",
            run: |kind, cx| Box::pin(kind.write_archive(cx)),
            undo: Some(|kind, cx| Box::pin(kind.remove(cx))),
        },
        Step {
            name: "list backup",
            run: |kind, cx| Box::pin(kind.list_backup(cx)),
            undo: Some(|kind, cx| Box::pin(kind.remove(cx))),
        },
    ];

    fn plan(&self) -> Vec<String> {
        vec![
            format!(
                "Write the schema of {} as an archive from one snapshot, seal it and store it{}.",
                self.institution,
                if self.skip_unchanged {
                    ", unless nothing changed since the newest backup"
                } else {
                    ""
                }
            ),
            "Sign the manifest and list the backup.".to_owned(),
        ]
    }

    fn result(&self) -> Value {
        if self.too_late {
            return json!({ "skipped": "the schedule's window is over" });
        }
        if let Some(backup) = self.unchanged_since {
            return json!({ "unchangedSince": backup });
        }
        self.written.as_ref().map_or(Value::Null, |written| {
            json!({
                "backup": self.backup,
                "archiveBytes": written.manifest.archive.bytes,
                "plainBytes": written.manifest.archive.plain_bytes,
                "tables": written.manifest.tables.len(),
                "rows": written.manifest.tables.iter().map(|table| table.tally.rows).sum::<u64>(),
            })
        })
    }

    async fn conclude(
        &self,
        tx: &mut Tx,
        ended: Ended<'_>,
        _: &FleetConfig,
    ) -> Result<(), PgError> {
        match ended {
            Ended::Succeeded => {
                if let Some(backup) = self.unchanged_since {
                    backups::note_current(tx, backup).await?;
                }
                self.enter(tx).await
            }
            _ => Ok(()),
        }
    }
}
