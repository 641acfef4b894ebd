//! Forgets an adopted schema: its marker and its row go, and the roles that Tenantry made for it. The
//! schema and what is in it stay as they are. There is no undo; adopting it again is the way back.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tenantry_pg::PgError;
use tenantry_store::{Tx, adoptions};
use uuid::Uuid;

use super::marker::tell_gone;
use crate::fleet::FleetConfig;
use crate::runner::{Context, Ended, Kind, Step, StepError};

/// The schema to be forgotten.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ReleaseSchema {
    /// Its id.
    pub schema: Uuid,
    /// The institution's name.
    pub institution: String,
    /// The role that was made for it; it goes, and its sessions end.
    #[serde(default)]
    role_name: Option<String>,
}

impl ReleaseSchema {
    /// Asks for it.
    pub fn new(schema: Uuid, institution: impl Into<String>, role_name: Option<String>) -> Self {
        Self { schema, institution: institution.into(), role_name }
    }

    async fn release(&mut self, cx: &Context) -> Result<(), StepError> {
        if let Some(role) = &self.role_name {
            // before the roles go: afterwards nothing tells whose the sessions are
            cx.fleet.database.end_sessions(role).await?;
        }
        cx.fleet.database.release_schema(self.schema, cx.fence).await?;
        Ok(())
    }
}

impl Kind for ReleaseSchema {
    const NAME: &'static str = "release_schema";
    const VERSION: i32 = 1;
    const STEPS: &'static [Step<Self>] =
        &[Step { name: "remove marker", run: |kind, cx| Box::pin(kind.release(cx)), undo: None }];

    fn plan(&self) -> Vec<String> {
        let roles = match &self.role_name {
            Some(role) => format!(" The role {role} goes, with its rights."),
            None => String::new(),
        };
        vec![format!(
            "Forget the adopted schema of {}; nothing in it is touched.{roles}",
            self.institution
        )]
    }

    fn result(&self) -> Value {
        json!({ "released": self.institution })
    }

    async fn conclude(
        &self,
        tx: &mut Tx,
        ended: Ended<'_>,
        _config: &FleetConfig,
    ) -> Result<(), PgError> {
        match ended {
            Ended::Succeeded => {
                adoptions::forget(tx, self.schema).await?;
                tell_gone(tx, self.schema, &self.institution).await
            }
            _ => Ok(()),
        }
    }
}
