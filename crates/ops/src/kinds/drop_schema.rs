//! Archives an institution's schema: sealed and renamed out of the way, so that its names are free; it
//! can be recovered for a time. A schema that never came into being is only struck off the lists.
//! Undo brings it back as it was.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use tenantry_domain::schema::SchemaState;
use tenantry_pg::PgError;
use tenantry_store::Tx;
use uuid::Uuid;

use super::marker::{Seen, is_own_change, set_state};
use crate::fleet::FleetConfig;
use crate::runner::{Context, Ended, Kind, Step, StepError};

/// The schema to be dropped.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct DropSchema {
    /// Its id.
    pub schema: Uuid,
    /// The institution's name.
    pub institution: String,
    #[serde(default)]
    seen: Option<Seen>,
}

impl DropSchema {
    /// Asks for it.
    pub fn new(schema: Uuid, institution: impl Into<String>) -> Self {
        Self { schema, institution: institution.into(), seen: None }
    }

    async fn archive(&mut self, cx: &Context) -> Result<(), StepError> {
        let database = &cx.fleet.database;
        if database.marker(self.schema).await?.is_some() {
            self.seen = Some(Seen::of(database.archive_schema(self.schema, cx.fence).await?));
        }
        Ok(())
    }

    async fn unarchive(&mut self, cx: &Context) -> Result<(), StepError> {
        if is_own_change(cx, self.schema).await? {
            cx.fleet.database.unarchive_schema(self.schema, cx.fence).await?;
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

impl Kind for DropSchema {
    const NAME: &'static str = "drop_schema";
    const VERSION: i32 = 1;
    const STEPS: &'static [Step<Self>] = &[
        Step {
            name: "archive schema",
            run: |kind, cx| Box::pin(kind.archive(cx)),
            undo: Some(|kind, cx| Box::pin(kind.unarchive(cx))),
        },
        Step { name: "end sessions", run: |kind, cx| Box::pin(kind.end_sessions(cx)), undo: None },
    ];

    fn plan(&self) -> Vec<String> {
        vec![
            format!(
                "Seal the schema of {} and rename it and its role out of the way.",
                self.institution
            ),
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
            (Ended::Succeeded, None) => {
                set_state(tx, self.schema, &self.institution, SchemaState::Purged, None).await
            }
            _ => Ok(()),
        }
    }
}
