//! Removes an archived schema for good, in batches that the server's lock table bears; a batch that
//! was done stays done, so it goes on where it was. There is no undo: stopped half way, the schema is
//! `purging` and can be purged again.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tenantry_domain::schema::SchemaState;
use tenantry_pg::PgError;
use tenantry_store::Tx;
use uuid::Uuid;

use super::marker::{Seen, set_state};
use crate::fleet::FleetConfig;
use crate::runner::{Context, Ended, Kind, Step, StepError};

/// The schema to be removed.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PurgeSchema {
    /// Its id.
    pub schema: Uuid,
    /// The institution's name.
    pub institution: String,
    #[serde(default)]
    begun: Option<Seen>,
    #[serde(default)]
    gone: bool,
}

impl PurgeSchema {
    /// Asks for it.
    pub fn new(schema: Uuid, institution: impl Into<String>) -> Self {
        Self { schema, institution: institution.into(), begun: None, gone: false }
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
        Step { name: "begin purge", run: |kind, cx| Box::pin(kind.begin(cx)), undo: None },
        Step { name: "drop objects", run: |kind, cx| Box::pin(kind.drop_objects(cx)), undo: None },
    ];

    fn plan(&self) -> Vec<String> {
        vec![
            format!("Mark the archived schema of {} as being removed for good.", self.institution),
            "Drop its objects in batches, then the schema and its role.".to_owned(),
        ]
    }

    fn result(&self) -> Value {
        json!({ "state": "purged" })
    }

    async fn conclude(
        &self,
        tx: &mut Tx,
        ended: Ended<'_>,
        config: &FleetConfig,
    ) -> Result<(), PgError> {
        match (ended, &self.begun) {
            (Ended::Succeeded, _) => {
                set_state(tx, self.schema, &self.institution, SchemaState::Purged, None).await
            }
            (_, Some(begun)) => begun.record(tx, config.recoverable_for).await,
            (_, None) => Ok(()),
        }
    }
}
