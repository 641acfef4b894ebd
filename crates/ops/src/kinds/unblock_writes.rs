//! Lets an institution that is within its quota again insert and update. Undo takes the rights again.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tenantry_pg::PgError;
use tenantry_store::{Tx, quotas};
use uuid::Uuid;

use super::marker::is_own_change;
use crate::fleet::FleetConfig;
use crate::runner::{Context, Ended, Kind, Step, StepError};

/// The schema to be unblocked.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct UnblockWrites {
    /// Its id.
    pub schema: Uuid,
    /// The institution's name.
    pub institution: String,
}

impl UnblockWrites {
    /// Asks for it.
    pub fn new(schema: Uuid, institution: impl Into<String>) -> Self {
        Self { schema, institution: institution.into() }
    }

    async fn give_back(&mut self, cx: &Context) -> Result<(), StepError> {
        cx.fleet.database.unblock_writes(self.schema, cx.fence).await?;
        Ok(())
    }

    async fn take_rights(&mut self, cx: &Context) -> Result<(), StepError> {
        if is_own_change(cx, self.schema).await? {
            cx.fleet.database.block_writes(self.schema, cx.fence).await?;
        }
        Ok(())
    }
}

impl Kind for UnblockWrites {
    const NAME: &'static str = "unblock_writes";
    const VERSION: i32 = 1;
    const STEPS: &'static [Step<Self>] = &[Step {
        name: "give rights back",
        run: |kind, cx| Box::pin(kind.give_back(cx)),
        undo: Some(|kind, cx| Box::pin(kind.take_rights(cx))),
    }];

    fn plan(&self) -> Vec<String> {
        vec![format!("Give the role of {} its rights to insert and update back.", self.institution)]
    }

    async fn conclude(
        &self,
        tx: &mut Tx,
        ended: Ended<'_>,
        _config: &FleetConfig,
    ) -> Result<(), PgError> {
        match ended {
            Ended::Succeeded => {
                quotas::set_blocked(tx, self.schema, false).await?;
                quotas::tell(tx, self.schema, "quota.unblocked", &json!({})).await
            }
            _ => Ok(()),
        }
    }

    fn result(&self) -> Value {
        Value::Null
    }
}
