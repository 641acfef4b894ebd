//! Lets a suspended institution in again. Undo shuts it out.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use tenantry_pg::PgError;
use tenantry_store::Tx;
use uuid::Uuid;

use super::marker::{Seen, is_own_change};
use crate::fleet::FleetConfig;
use crate::runner::{Context, Ended, Kind, Step, StepError};

/// The schema to be resumed.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ResumeSchema {
    /// Its id.
    pub schema: Uuid,
    /// The institution's name.
    pub institution: String,
    #[serde(default)]
    seen: Option<Seen>,
}

impl ResumeSchema {
    /// Asks for it.
    pub fn new(schema: Uuid, institution: impl Into<String>) -> Self {
        Self { schema, institution: institution.into(), seen: None }
    }

    async fn open(&mut self, cx: &Context) -> Result<(), StepError> {
        self.seen = Some(Seen::of(cx.fleet.database.resume_schema(self.schema, cx.fence).await?));
        Ok(())
    }

    async fn seal(&mut self, cx: &Context) -> Result<(), StepError> {
        if is_own_change(cx, self.schema).await? {
            let marker = cx.fleet.database.suspend_schema(self.schema, cx.fence).await?;
            cx.fleet.database.end_sessions(&marker.role_name).await?;
        }
        self.seen = None;
        Ok(())
    }
}

impl Kind for ResumeSchema {
    const NAME: &'static str = "resume_schema";
    const VERSION: i32 = 1;
    const STEPS: &'static [Step<Self>] = &[Step {
        name: "open schema",
        run: |kind, cx| Box::pin(kind.open(cx)),
        undo: Some(|kind, cx| Box::pin(kind.seal(cx))),
    }];

    fn plan(&self) -> Vec<String> {
        vec![format!("Give the role of {} its way into the schema back.", self.institution)]
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
