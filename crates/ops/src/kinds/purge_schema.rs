//! Removes an archived schema for good: takes and verifies a last backup (unless told otherwise), and then drops
//! it in batches that the server's lock table bears; a batch that was done stays done, so it goes on where it
//! was. From the first batch on there is no undo: stopped half way, the schema is `purging` and can be purged
//! again. Stopped before, the last backup is taken back.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tenantry_domain::schema::SchemaState;
use tenantry_pg::PgError;
use tenantry_store::Tx;
use uuid::Uuid;

use super::marker::{Seen, set_state};
use super::{BackupSchema, VerifyBackup};
use crate::fleet::FleetConfig;
use crate::runner::{Context, Ended, Kind, Step, StepError};

/// The schema to be removed.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PurgeSchema {
    /// Its id.
    pub schema: Uuid,
    /// The institution's name.
    pub institution: String,
    /// The backup that is taken first.
    #[serde(default)]
    last: Option<BackupSchema>,
    /// The drill that it has to pass.
    #[serde(default)]
    drill: Option<VerifyBackup>,
    #[serde(default)]
    begun: Option<Seen>,
    #[serde(default)]
    gone: bool,
}

impl PurgeSchema {
    /// Asks for it.
    pub fn new(schema: Uuid, institution: impl Into<String>) -> Self {
        let institution = institution.into();
        Self { schema, institution, last: None, drill: None, begun: None, gone: false }
    }

    /// After a last backup that was verified.
    #[must_use]
    pub fn after_backup(self) -> Self {
        let last = BackupSchema::new(self.schema, &*self.institution, "purge");
        let drill = VerifyBackup::new(self.schema, &*self.institution, last.backup);
        Self { last: Some(last), drill: Some(drill), ..self }
    }

    async fn back_up(&mut self, cx: &Context) -> Result<(), StepError> {
        // what an earlier purge has begun to drop is not worth a backup
        let marker = cx.fleet.database.marker(self.schema).await?;
        if marker.is_none_or(|marker| marker.state == "purging") {
            (self.last, self.drill) = (None, None);
        }
        match &mut self.last {
            Some(last) => last.write_archive(cx).await,
            None => Ok(()),
        }
    }

    async fn list_backup(&mut self, cx: &Context) -> Result<(), StepError> {
        match &mut self.last {
            Some(last) => last.list_backup(cx).await,
            None => Ok(()),
        }
    }

    /// Only while nothing was dropped: afterwards the backup is all that there is.
    async fn forget_backup(&mut self, cx: &Context) -> Result<(), StepError> {
        match &mut self.last {
            Some(last) if self.begun.is_none() => last.remove(cx).await,
            _ => Ok(()),
        }
    }

    async fn verify(&mut self, cx: &Context) -> Result<(), StepError> {
        if let Some(drill) = &mut self.drill {
            drill.restore(cx).await?;
            drill.compare(cx).await?;
            drill.conclude_drill(cx).await?;
        }
        Ok(())
    }

    async fn drop_copy(&mut self, cx: &Context) -> Result<(), StepError> {
        match &mut self.drill {
            Some(drill) => drill.drop_copy(cx).await,
            None => Ok(()),
        }
    }

    async fn enter_backup(&self, tx: &mut Tx, ended: Ended<'_>) -> Result<(), PgError> {
        if let Some(last) = self.last.as_ref().filter(|last| last.is_listed()) {
            last.enter(tx).await?;
            if let Some(drill) = &self.drill {
                // whatever became of the purge, the backup was found good
                let of_drill = if drill.is_verified() { Ended::Succeeded } else { ended };
                drill.enter(tx, of_drill).await?;
            }
        }
        Ok(())
    }

    async fn begin(&mut self, cx: &Context) -> Result<(), StepError> {
        // a purge that was interrupted at its very end finds no marker
        if cx.fleet.database.marker(self.schema).await?.is_some() {
            let marker = cx.fleet.database.begin_purge(self.schema, cx.fence).await?;
            self.begun = Some(Seen::of(marker));
        }
        Ok(())
    }

    async fn drop_objects(&mut self, cx: &Context) -> Result<(), StepError> {
        let mut left = i32::MAX;
        while left > 0 {
            let now = cx.fleet.database.purge_batch(self.schema, cx.fence).await?;
            // each batch leaves less, or something is in it that cannot be dropped
            if now >= left {
                let message = format!("{now} objects are left that cannot be dropped");
                return Err(StepError::fail("purge_stalled", message));
            }
            left = now;
        }
        self.gone = true;
        Ok(())
    }
}

impl Kind for PurgeSchema {
    const NAME: &'static str = "purge_schema";
    const VERSION: i32 = 1;
    const STEPS: &'static [Step<Self>] = &[
        Step {
            name: "write last backup",
            run: |kind, cx| Box::pin(kind.back_up(cx)),
            undo: Some(|kind, cx| Box::pin(kind.forget_backup(cx))),
        },
        Step {
            name: "list last backup",
            run: |kind, cx| Box::pin(kind.list_backup(cx)),
            undo: Some(|kind, cx| Box::pin(kind.forget_backup(cx))),
        },
        Step {
            name: "verify backup",
            run: |kind, cx| Box::pin(kind.verify(cx)),
            undo: Some(|kind, cx| Box::pin(kind.drop_copy(cx))),
        },
        Step { name: "begin purge", run: |kind, cx| Box::pin(kind.begin(cx)), undo: None },
        Step { name: "drop objects", run: |kind, cx| Box::pin(kind.drop_objects(cx)), undo: None },
    ];

    fn plan(&self) -> Vec<String> {
        let [backup, list, drill] = match &self.last {
            Some(_) => [
                "Write a last backup.",
                "List it.",
                "Restore it, compare it with what was taken, and stop if it differs.",
            ],
            None => ["Take no backup.", "List none.", "Verify none."],
        };
        vec![
            backup.to_owned(),
            list.to_owned(),
            drill.to_owned(),
            format!("Mark the archived schema of {} as being removed for good.", self.institution),
            "Drop its objects in batches, then the schema and its role.".to_owned(),
        ]
    }

    fn result(&self) -> Value {
        let last = self.last.as_ref().filter(|last| last.is_listed());
        json!({ "state": "purged", "lastBackup": last.map(|last| last.backup) })
    }

    async fn conclude(
        &self,
        tx: &mut Tx,
        ended: Ended<'_>,
        config: &FleetConfig,
    ) -> Result<(), PgError> {
        self.enter_backup(tx, ended).await?;
        match (ended, &self.begun) {
            (Ended::Succeeded, _) => {
                set_state(tx, self.schema, &self.institution, SchemaState::Purged, None).await
            }
            (_, Some(begun)) => begun.record(tx, config.recoverable_for).await,
            (_, None) => Ok(()),
        }
    }
}
