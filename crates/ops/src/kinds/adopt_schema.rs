//! Takes a schema that was there before Tenantry under observation: its marker is written and its row
//! entered; the schema itself and what is in it are not touched. Undo, a failure and a cancellation leave
//! neither marker nor row.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use tenantry_domain::adoption::Origin;
use tenantry_domain::schema::SchemaState;
use tenantry_pg::PgError;
use tenantry_store::adoptions::{self, NewAdoption};
use tenantry_store::{Tx, events};
use uuid::Uuid;

use super::marker::Seen;
use crate::fleet::FleetConfig;
use crate::runner::{Context, Ended, Kind, Step, StepError};

/// The schema to be adopted.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct AdoptSchema {
    /// The id that it gets.
    pub schema: Uuid,
    /// The institution's name.
    pub institution: String,
    /// Its name for people.
    pub display_name: String,
    /// The schema's name, which it keeps.
    pub schema_name: String,
    /// What made it, or how it was found.
    pub tool: Origin,
    /// The newest migration by its tool's history, and how many were applied.
    pub version: Option<(String, i64)>,
    #[serde(default)]
    seen: Option<Seen>,
}

impl AdoptSchema {
    /// Asks for it, under a new id.
    pub fn new(
        institution: String,
        display_name: String,
        schema_name: String,
        tool: Origin,
        version: Option<(String, i64)>,
    ) -> Self {
        let schema = Uuid::now_v7();
        Self { schema, institution, display_name, schema_name, tool, version, seen: None }
    }

    async fn write_marker(&mut self, cx: &Context) -> Result<(), StepError> {
        let database = &cx.fleet.database;
        let marker = database
            .adopt_schema(
                self.schema,
                &self.institution,
                &self.schema_name,
                self.tool.as_str(),
                cx.fence,
            )
            .await?;
        self.seen = Some(Seen::of(marker));
        Ok(())
    }

    async fn remove_marker(&mut self, cx: &Context) -> Result<(), StepError> {
        cx.fleet.database.release_schema(self.schema, cx.fence).await?;
        self.seen = None;
        Ok(())
    }
}

impl Kind for AdoptSchema {
    const NAME: &'static str = "adopt_schema";
    const VERSION: i32 = 1;
    const STEPS: &'static [Step<Self>] = &[Step {
        name: "write marker",
        run: |kind, cx| Box::pin(kind.write_marker(cx)),
        undo: Some(|kind, cx| Box::pin(kind.remove_marker(cx))),
    }];

    fn plan(&self) -> Vec<String> {
        vec![format!(
            "Note that the schema {} is that of {}, to be read only; nothing in it is touched.",
            self.schema_name, self.institution
        )]
    }

    fn result(&self) -> Value {
        self.seen.as_ref().map_or(Value::Null, Seen::result)
    }

    async fn begin(&self, tx: &mut Tx) -> Result<(), PgError> {
        let new = NewAdoption {
            id: self.schema,
            institution: &self.institution,
            display_name: &self.display_name,
            schema_name: &self.schema_name,
            tool: self.tool,
            version: self.version.as_ref().map(|(version, applied)| (version.as_str(), *applied)),
        };
        adoptions::enter(tx, &new).await?;
        let data = serde_json::json!({
            "name": self.institution,
            "state": SchemaState::Provisioning,
        });
        events::insert(tx, "schema.changed", Some(self.schema), None, &data).await
    }

    async fn conclude(
        &self,
        tx: &mut Tx,
        ended: Ended<'_>,
        config: &FleetConfig,
    ) -> Result<(), PgError> {
        match (ended, &self.seen) {
            (Ended::Succeeded, Some(seen)) => {
                adoptions::note(tx, self.schema, true).await?;
                seen.record(tx, config.recoverable_for).await
            }
            // its steps are as they are, and a retry completes it
            (Ended::Succeeded | Ended::Stuck(_), _) => Ok(()),
            (Ended::Failed(_) | Ended::Cancelled, _) => {
                adoptions::forget(tx, self.schema).await?;
                super::marker::tell_gone(tx, self.schema, &self.institution).await
            }
        }
    }
}
