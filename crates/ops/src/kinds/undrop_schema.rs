//! Brings an archived schema back under its name, as active or suspended as it was. Undo archives it
//! again.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use tenantry_domain::schema::SchemaState;
use tenantry_pg::PgError;
use tenantry_store::{Tx, schemas};
use uuid::Uuid;

use super::marker::{Seen, is_own_change, set_state};
use crate::fleet::FleetConfig;
use crate::runner::{Context, Ended, Kind, Step, StepError};

/// The schema to be brought back.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct UndropSchema {
    /// Its id.
    pub schema: Uuid,
    /// The institution's name.
    pub institution: String,
    #[serde(default)]
    seen: Option<Seen>,
}

impl UndropSchema {
    /// Asks for it.
    pub fn new(schema: Uuid, institution: impl Into<String>) -> Self {
        Self { schema, institution: institution.into(), seen: None }
    }

    async fn unarchive(&mut self, cx: &Context) -> Result<(), StepError> {
        let marker = cx.fleet.database.unarchive_schema(self.schema, cx.fence).await?;
        self.seen = Some(Seen::of(marker));
        Ok(())
    }

    async fn archive(&mut self, cx: &Context) -> Result<(), StepError> {
        if is_own_change(cx, self.schema).await? {
            cx.fleet.database.archive_schema(self.schema, cx.fence).await?;
        }
        self.seen = None;
        Ok(())
    }
}

impl Kind for UndropSchema {
    const NAME: &'static str = "undrop_schema";
    const VERSION: i32 = 1;
    const STEPS: &'static [Step<Self>] = &[Step {
        name: "unarchive schema",
        run: |kind, cx| Box::pin(kind.unarchive(cx)),
        undo: Some(|kind, cx| Box::pin(kind.archive(cx))),
    }];

    fn plan(&self) -> Vec<String> {
        vec![format!(
            "Give the archived schema of {} its name, its role and its rights back.",
            self.institution
        )]
    }

    fn result(&self) -> Value {
        self.seen.as_ref().map_or(Value::Null, Seen::result)
    }

    /// `restoring` holds the name, so that nobody else takes it meanwhile.
    async fn begin(&self, tx: &mut Tx) -> Result<(), PgError> {
        set_state(tx, self.schema, &self.institution, SchemaState::Restoring, None).await
    }

    async fn conclude(
        &self,
        tx: &mut Tx,
        ended: Ended<'_>,
        config: &FleetConfig,
    ) -> Result<(), PgError> {
        match (ended, &self.seen) {
            (Ended::Succeeded, Some(seen)) => seen.record(tx, config.recoverable_for).await,
            _ => schemas::leave_restoring(tx, self.schema).await,
        }
    }
}
