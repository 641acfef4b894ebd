//! Lets Tenantry change an adopted schema that it only read so far. Nothing of the schema changes by
//! that. Undo: it is only read again.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use tenantry_pg::PgError;
use tenantry_store::{Tx, adoptions};
use uuid::Uuid;

use super::marker::{Seen, is_own_change};
use crate::fleet::FleetConfig;
use crate::runner::{Context, Ended, Kind, Step, StepError};

/// The schema to be managed.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ManageSchema {
    /// Its id.
    pub schema: Uuid,
    /// The institution's name.
    pub institution: String,
    #[serde(default)]
    seen: Option<Seen>,
}

impl ManageSchema {
    /// Asks for it.
    pub fn new(schema: Uuid, institution: impl Into<String>) -> Self {
        Self { schema, institution: institution.into(), seen: None }
    }

    async fn open(&mut self, cx: &Context) -> Result<(), StepError> {
        let marker = cx.fleet.database.set_read_only(self.schema, false, cx.fence).await?;
        self.seen = Some(Seen::of(marker));
        Ok(())
    }

    async fn close(&mut self, cx: &Context) -> Result<(), StepError> {
        if is_own_change(cx, self.schema).await? {
            cx.fleet.database.set_read_only(self.schema, true, cx.fence).await?;
        }
        self.seen = None;
        Ok(())
    }
}

impl Kind for ManageSchema {
    const NAME: &'static str = "manage_schema";
    const VERSION: i32 = 1;
    const STEPS: &'static [Step<Self>] = &[Step {
        name: "allow changes",
        run: |kind, cx| Box::pin(kind.open(cx)),
        undo: Some(|kind, cx| Box::pin(kind.close(cx))),
    }];

    fn plan(&self) -> Vec<String> {
        vec![format!("Note that Tenantry may change the adopted schema of {}.", self.institution)]
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
            (Ended::Succeeded, Some(seen)) => {
                adoptions::note(tx, self.schema, false).await?;
                seen.record(tx, config.recoverable_for).await
            }
            _ => Ok(()),
        }
    }
}
