//! Holds an institution's roles to what its plan says: sessions, and the times of statements and idle
//! transactions. There is no undo: half a plan cannot be, and where it was not applied the next look
//! asks for it again.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tenantry_pg::PgError;
use tenantry_pg::credentials::RoleLimits as PgLimits;
use tenantry_store::plans::{self, RoleLimits};
use tenantry_store::{Tx, events};
use uuid::Uuid;

use crate::fleet::FleetConfig;
use crate::runner::{Context, Ended, Kind, Step, StepError};

/// The schema whose plan is applied.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ApplyPlan {
    /// Its id.
    pub schema: Uuid,
    /// The institution's name.
    pub institution: String,
    /// Its plan; none when it was taken away.
    pub plan: Option<String>,
    /// What its roles are held to.
    pub limits: RoleLimits,
}

impl ApplyPlan {
    /// Asks for it.
    pub fn new(
        schema: Uuid,
        institution: impl Into<String>,
        plan: Option<String>,
        limits: RoleLimits,
    ) -> Self {
        Self { schema, institution: institution.into(), plan, limits }
    }

    async fn set_limits(&mut self, cx: &Context) -> Result<(), StepError> {
        let limits = PgLimits {
            connection_limit: self.limits.connection_limit,
            statement_ms: self.limits.statement_ms,
            idle_ms: self.limits.idle_ms,
        };
        cx.fleet.database.set_role_limits(self.schema, limits, cx.fence).await?;
        Ok(())
    }
}

impl Kind for ApplyPlan {
    const NAME: &'static str = "apply_plan";
    const VERSION: i32 = 1;
    const STEPS: &'static [Step<Self>] =
        &[Step { name: "set limits", run: |kind, cx| Box::pin(kind.set_limits(cx)), undo: None }];

    fn plan(&self) -> Vec<String> {
        let plan = self
            .plan
            .as_deref()
            .map_or_else(|| "no plan has it".to_owned(), |plan| format!("the plan {plan} has it"));
        vec![format!("Hold the roles of {} to what they may as {plan}.", self.institution)]
    }

    fn result(&self) -> Value {
        json!({
            "plan": self.plan,
            "connectionLimit": self.limits.connection_limit,
            "statementTimeoutMs": self.limits.statement_ms,
            "idleInTransactionTimeoutMs": self.limits.idle_ms,
        })
    }

    async fn conclude(
        &self,
        tx: &mut Tx,
        ended: Ended<'_>,
        _config: &FleetConfig,
    ) -> Result<(), PgError> {
        match ended {
            Ended::Succeeded => {
                plans::note_applied(tx, self.schema, &self.limits).await?;
                let data = json!({ "name": self.institution, "plan": self.plan });
                events::insert(tx, "plan.applied", Some(self.schema), None, &data).await
            }
            _ => Ok(()),
        }
    }
}
