//! Copies an institution's schema beside itself, inside the database, for a quick way back. Undo drops the
//! copy.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tenantry_pg::PgError;
use tenantry_store::Tx;
use uuid::Uuid;

use super::drop_copy::drop_whole_copy;
use super::made::Made;
use crate::fleet::FleetConfig;
use crate::runner::{Context, Ended, Kind, Lane, Step, StepError};

/// The snapshot that is asked for.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SnapshotSchema {
    /// The institution's id.
    pub schema: Uuid,
    /// The institution's name.
    pub institution: String,
    /// For how many hours it is kept.
    pub keep_hours: u32,
    copy: Uuid,
    #[serde(default)]
    made: Option<Made>,
}

impl SnapshotSchema {
    /// Asks for it.
    pub fn new(schema: Uuid, institution: impl Into<String>, keep_hours: u32) -> Self {
        let institution = institution.into();
        Self { schema, institution, keep_hours, copy: Uuid::now_v7(), made: None }
    }

    async fn copy(&mut self, cx: &Context) -> Result<(), StepError> {
        let keep = Duration::from_secs(u64::from(self.keep_hours) * 60 * 60);
        let database = &cx.fleet.database;
        let copy = database.snapshot_schema(self.schema, self.copy, keep, cx.fence).await?;
        self.made = Some(Made::of(copy));
        Ok(())
    }

    async fn drop_copy(&mut self, cx: &Context) -> Result<(), StepError> {
        drop_whole_copy(cx, self.copy, self.schema).await?;
        self.made = None;
        Ok(())
    }
}

impl Kind for SnapshotSchema {
    const NAME: &'static str = "snapshot_schema";
    const VERSION: i32 = 1;
    const LANE: Lane = Lane::Backups;
    const STEPS: &'static [Step<Self>] = &[Step {
        name: "copy schema",
        run: |kind, cx| Box::pin(kind.copy(cx)),
        undo: Some(|kind, cx| Box::pin(kind.drop_copy(cx))),
    }];

    fn plan(&self) -> Vec<String> {
        vec![format!(
            "Copy the schema of {} beside itself, and keep the copy for {} hours.",
            self.institution, self.keep_hours
        )]
    }

    fn result(&self) -> Value {
        self.made.as_ref().map_or(Value::Null, |made| json!({ "copy": made.name }))
    }

    async fn conclude(
        &self,
        tx: &mut Tx,
        ended: Ended<'_>,
        _: &FleetConfig,
    ) -> Result<(), PgError> {
        match (ended, &self.made) {
            (Ended::Succeeded, Some(made)) => made.record(tx, self.schema, &self.institution).await,
            _ => Ok(()),
        }
    }
}
