//! Shuts an institution out: its role can no longer log in nor reach the schema, and its sessions end.
//! The data is untouched. Undo lets it in again.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use tenantry_pg::PgError;
use tenantry_store::Tx;
use uuid::Uuid;

use super::marker::{Seen, is_own_change};
use crate::fleet::FleetConfig;
use crate::runner::{Context, Ended, Kind, Step, StepError};

/// The schema to be suspended.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SuspendSchema {
    /// Its id.
    pub schema: Uuid,
    /// The institution's name.
    pub institution: String,
    #[serde(default)]
    seen: Option<Seen>,
}

impl SuspendSchema {
    /// Asks for it.
    pub fn new(schema: Uuid, institution: impl Into<String>) -> Self {
        Self { schema, institution: institution.into(), seen: None }
    }

    async fn seal(&mut self, cx: &Context) -> Result<(), StepError> {
        self.seen = Some(Seen::of(cx.fleet.database.suspend_schema(self.schema, cx.fence).await?));
        Ok(())
    }

    async fn open(&mut self, cx: &Context) -> Result<(), StepError> {
        if is_own_change(cx, self.schema).await? {
            cx.fleet.database.resume_schema(self.schema, cx.fence).await?;
        }
        self.seen = None;
        Ok(())
    }

    async fn end_sessions(&mut self, cx: &Context) -> Result<(), StepError> {
        if let Some(seen) = &self.seen {
            cx.fleet.database.end_sessions(&seen.role_name).await?;
        }
        Ok(())
    }
}

impl Kind for SuspendSchema {
    const NAME: &'static str = "suspend_schema";
    const VERSION: i32 = 1;
    const STEPS: &'static [Step<Self>] = &[
        Step {
            name: "seal schema",
            run: |kind, cx| Box::pin(kind.seal(cx)),
            undo: Some(|kind, cx| Box::pin(kind.open(cx))),
        },
        Step { name: "end sessions", run: |kind, cx| Box::pin(kind.end_sessions(cx)), undo: None },
    ];

    fn plan(&self) -> Vec<String> {
        vec![
            format!("Take the way into the schema of {} from its role.", self.institution),
            "End that role's sessions.".to_owned(),
        ]
    }

    fn result(&self) -> Value {
        self.seen.as_ref().map_or(Value::Null, Seen::result)
    }

    async fn conclude(
        &self,
        tx: &mut Tx,
        ended: Ended<'_>,
        config: &FleetConfig,
    ) -> Result<(), PgError> {
        match (ended, &self.seen) {
            (Ended::Succeeded, Some(seen)) => seen.record(tx, config.recoverable_for).await,
            _ => Ok(()),
        }
    }
}
