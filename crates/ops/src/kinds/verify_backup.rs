//! A drill: restores a backup into a schema of its own, compares what came back with what the manifest says
//! was taken, and drops it again. Only this makes a backup *verified*. Undo drops what was restored.
//!
//! A backup that differs, or that cannot be opened or restored, makes the operation fail and is marked; a
//! database or a store that is away says nothing about the backup.

use std::time::Instant;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tenantry_backup::manifest::{Engine, Manifest};
use tenantry_backup::restore::restore_archive;
use tenantry_backup::write::{Contents, contents};
use tenantry_domain::clock;
use tenantry_pg::PgError;
use tenantry_pg::copies::NewCopy;
use tenantry_pg::export::Export;
use tenantry_store::Tx;
use tenantry_store::drills::{self, NewDrill};
use uuid::Uuid;

use super::drop_copy::drop_whole_copy;
use crate::archives::progress::Progress;
use crate::archives::tell_backup;
use crate::archives::trouble::{is_the_backups, schema_ident};
use crate::archives::{limits, outside, prerequisites};
use crate::fleet::FleetConfig;
use crate::runner::{Context, Ended, Kind, Lane, Step, StepError};

/// The backup to be verified.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct VerifyBackup {
    /// The institution's id.
    pub schema: Uuid,
    /// The institution's name.
    pub institution: String,
    /// The backup.
    pub backup: Uuid,
    /// The id of the schema that it is restored into.
    copy: Uuid,
    /// From when on it is not begun any more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    deadline: Option<Timestamp>,
    #[serde(default)]
    too_late: bool,
    #[serde(default)]
    operation: Option<Uuid>,
    #[serde(default)]
    copy_name: Option<String>,
    #[serde(default)]
    restore_ms: Option<i64>,
    #[serde(default)]
    compare_ms: Option<i64>,
    #[serde(default)]
    rows: Option<i64>,
    /// What is wrong with the backup.
    #[serde(default)]
    fault: Option<Fault>,
    #[serde(default)]
    verified: bool,
}

/// What is wrong with a backup.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Fault {
    /// `differs`, or `failed` when it could not be restored.
    outcome: String,
    message: String,
    detail: Value,
}

impl VerifyBackup {
    /// Asks for it.
    pub fn new(schema: Uuid, institution: impl Into<String>, backup: Uuid) -> Self {
        Self {
            schema,
            institution: institution.into(),
            backup,
            copy: Uuid::now_v7(),
            deadline: None,
            too_late: false,
            operation: None,
            copy_name: None,
            restore_ms: None,
            compare_ms: None,
            rows: None,
            fault: None,
            verified: false,
        }
    }

    /// Not begun any more from this time on.
    #[must_use]
    pub fn until(self, deadline: Option<Timestamp>) -> Self {
        Self { deadline, ..self }
    }

    pub(crate) async fn restore(&mut self, cx: &Context) -> Result<(), StepError> {
        if self.deadline.is_some_and(|deadline| clock::now() >= deadline) {
            self.too_late = true;
            return Ok(());
        }
        self.operation = Some(cx.fence.operation);
        self.fault = None;
        let restored = self.restore_copy(cx).await;
        match restored {
            Err(StepError::Fail(error)) if is_the_backups(&error) => {
                self.fault = Some(Fault {
                    outcome: "failed".into(),
                    message: error["message"].as_str().unwrap_or_default().to_owned(),
                    detail: error.clone(),
                });
                Err(StepError::Fail(error))
            }
            other => other,
        }
    }

    async fn restore_copy(&mut self, cx: &Context) -> Result<(), StepError> {
        let began = Instant::now();
        let backups = cx.fleet.backups()?;
        let signed = backups.signed_manifest(&cx.fleet.store, self.schema, self.backup).await?;
        if signed.manifest.engine != Engine::Tenantry {
            return Err(StepError::Fail(json!({
                "code": "not_verifiable",
                "message": "this archive was written by pg_dump, and nothing is known of its rows to compare with",
                "hint": "Restore it by hand with stock tools: docs/runbooks/restore-with-stock-tools.md.",
            })));
        }
        let progress = Progress::begin(cx, "fetch archive");
        let total = signed.manifest.archive.bytes;
        let fetched = backups
            .repository
            .fetch(&signed, backups.identities()?, &|bytes| progress.bytes(bytes, total))
            .await?;
        let archive = fetched.open()?;
        // what an earlier run left; how long the restore takes is to be measured
        drop_whole_copy(cx, self.copy, self.schema).await?;
        let new = NewCopy {
            id: self.copy,
            schema: self.schema,
            institution: &self.institution,
            name: None,
            kind: "drill",
            backup: Some(self.backup),
            // should its operation be forgotten, housekeeping drops it
            expires_in: Some(std::time::Duration::from_secs(24 * 60 * 60)),
            outside: &outside(&prerequisites(&signed.manifest)?),
        };
        let landing = cx.fleet.database.begin_copy(new, cx.fence).await?;
        let progress = Progress::begin(cx, "restore");
        let schema = schema_ident(&landing.schema_name)?;
        let limits = limits(&signed.manifest);
        let told = |now| progress.restored(&now);
        restore_archive(archive, &landing.url, &schema, None, limits, told).await?;
        let copy = cx.fleet.database.finish_copy(self.copy, self.schema, cx.fence).await?;
        self.copy_name = Some(copy.schema_name);
        self.restore_ms = Some(milliseconds(began));
        Ok(())
    }

    pub(crate) async fn compare(&mut self, cx: &Context) -> Result<(), StepError> {
        if self.too_late {
            return Ok(());
        }
        let began = Instant::now();
        let schema = schema_ident(self.copy_name.as_deref().unwrap_or_default())?;
        let manifest = cx
            .fleet
            .backups()?
            .signed_manifest(&cx.fleet.store, self.schema, self.backup)
            .await?
            .manifest;
        let mut export = Export::begin(cx.fleet.database.exports(), &schema).await?;
        let found = contents(&mut export).await?;
        export.finish().await?;
        self.compare_ms = Some(milliseconds(began));
        self.rows = Some(found.tables.iter().map(|table| signed(table.tally.rows)).sum());
        self.fault = differences(&manifest, &found);
        Ok(())
    }

    pub(crate) async fn drop_copy(&mut self, cx: &Context) -> Result<(), StepError> {
        drop_whole_copy(cx, self.copy, self.schema).await
    }

    /// The last step: what was found decides how it ends.
    pub(crate) async fn conclude_drill(&mut self, cx: &Context) -> Result<(), StepError> {
        if self.too_late {
            return Ok(());
        }
        self.drop_copy(cx).await?;
        match &self.fault {
            None => {
                self.verified = true;
                Ok(())
            }
            Some(fault) => Err(StepError::Fail(json!({
                "code": "backup_differs",
                "message": fault.message,
                "hint": "The backup is marked as failed and counts for nothing. Take another one, and keep this one for a look.",
                "differences": fault.detail,
            }))),
        }
    }

    /// Whether it came to its end and found nothing wrong.
    pub(crate) fn is_verified(&self) -> bool {
        self.verified
    }

    /// Enters the drill into the ledger.
    pub(crate) async fn enter(&self, tx: &mut Tx, ended: Ended<'_>) -> Result<(), PgError> {
        let Some(operation_id) = self.operation else {
            return Ok(()); // it never began
        };
        let reason;
        let (outcome, detail, fault) = match (&self.fault, ended) {
            (Some(fault), _) => {
                (fault.outcome.as_str(), fault.detail.clone(), Some(fault.message.as_str()))
            }
            (None, Ended::Succeeded) if self.verified => ("verified", json!({}), None),
            (None, Ended::Failed(why) | Ended::Stuck(why)) => {
                reason = json!({ "message": why });
                ("failed", reason, None)
            }
            (None, Ended::Succeeded | Ended::Cancelled) => return Ok(()),
        };
        let new = NewDrill {
            operation_id,
            backup_id: self.backup,
            schema_id: self.schema,
            schema_name: &self.institution,
            outcome,
            detail: &detail,
            fault,
            restore_ms: self.restore_ms,
            compare_ms: self.compare_ms,
            row_count: self.rows,
        };
        drills::insert(tx, &new).await?;
        tell_backup(tx, "backup.drilled", self.schema, &self.institution, self.backup).await
    }
}

/// What came back against what was taken; none when it is the same.
fn differences(manifest: &Manifest, found: &Contents) -> Option<Fault> {
    let mut told = Vec::new();
    if manifest.form != found.form {
        told.push(json!({ "what": "the form of the schema", "taken": manifest.form, "restored": found.form }));
    }
    for taken in &manifest.tables {
        let restored = found.tables.iter().find(|table| table.name == taken.name);
        if restored.map(|table| &table.tally) != Some(&taken.tally) {
            told.push(json!({ "what": taken.name, "taken": taken, "restored": restored }));
        }
    }
    let unknown = found
        .tables
        .iter()
        .filter(|table| !manifest.tables.iter().any(|taken| taken.name == table.name));
    told.extend(
        unknown.map(|table| json!({ "what": table.name, "taken": null, "restored": table })),
    );
    let first = told.first()?;
    let message = format!(
        "what was restored differs from what was taken in {} {}; the first: {}",
        told.len(),
        if told.len() == 1 { "place" } else { "places" },
        first["what"].as_str().unwrap_or_default(),
    );
    told.truncate(20);
    Some(Fault { outcome: "differs".into(), message, detail: Value::Array(told) })
}

fn milliseconds(since: Instant) -> i64 {
    i64::try_from(since.elapsed().as_millis()).unwrap_or(i64::MAX)
}

fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

impl Kind for VerifyBackup {
    const NAME: &'static str = "verify_backup";
    const VERSION: i32 = 1;
    const LANE: Lane = Lane::Backups;
    const STEPS: &'static [Step<Self>] = &[
        Step {
            name: "restore",
            run: |kind, cx| Box::pin(kind.restore(cx)),
            undo: Some(|kind, cx| Box::pin(kind.drop_copy(cx))),
        },
        Step { name: "compare", run: |kind, cx| Box::pin(kind.compare(cx)), undo: None },
        Step { name: "drop copy", run: |kind, cx| Box::pin(kind.conclude_drill(cx)), undo: None },
    ];

    fn plan(&self) -> Vec<String> {
        vec![
            format!(
                "Fetch backup {} of {}, hold it against its signed manifest and restore it into a schema of its own.",
                self.backup, self.institution
            ),
            "Compare form, rows and hashes with the manifest.".to_owned(),
            "Drop that schema.".to_owned(),
        ]
    }

    fn result(&self) -> Value {
        if self.too_late {
            return json!({ "skipped": "the schedule's window is over" });
        }
        json!({
            "backup": self.backup,
            "verified": self.verified,
            "restoreMs": self.restore_ms,
            "compareMs": self.compare_ms,
            "rows": self.rows,
        })
    }

    async fn conclude(
        &self,
        tx: &mut Tx,
        ended: Ended<'_>,
        _: &FleetConfig,
    ) -> Result<(), PgError> {
        self.enter(tx, ended).await
    }
}
