//! Makes an institution's schema from a template: schema, application role and marker in one
//! transaction of the managed database. Undo leaves nothing of it.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use tenantry_domain::schema::SchemaState;
use tenantry_pg::PgError;
use tenantry_pg::schema::NewSchema;
use tenantry_store::Tx;
use uuid::Uuid;

use super::marker::{Seen, set_state};
use crate::fleet::FleetConfig;
use crate::runner::{Context, Ended, Kind, Step, StepError};

/// The schema that is asked for.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct CreateSchema {
    /// The id that it gets.
    pub schema: Uuid,
    /// The institution's name.
    pub institution: String,
    /// The template.
    pub template: String,
    /// The template's version.
    pub template_version: i32,
    #[serde(default)]
    made: Option<Seen>,
    /// Values for the template's seed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    parameters: Option<Value>,
}

impl CreateSchema {
    /// Asks for a schema.
    pub fn new(
        schema: Uuid,
        institution: impl Into<String>,
        template: impl Into<String>,
        template_version: i32,
    ) -> Self {
        Self {
            schema,
            institution: institution.into(),
            template: template.into(),
            template_version,
            made: None,
            parameters: None,
        }
    }

    /// With values for the template's seed, as an object of texts.
    #[must_use]
    pub fn with_parameters(self, parameters: Option<Value>) -> Self {
        Self { parameters, ..self }
    }

    async fn make_schema(&mut self, cx: &Context) -> Result<(), StepError> {
        let new = NewSchema {
            id: self.schema,
            institution: &self.institution,
            template: &self.template,
            version: self.template_version,
            parameters: self.parameters.as_ref(),
        };
        self.made = Some(Seen::of(cx.fleet.database.make_schema(new, cx.fence).await?));
        Ok(())
    }

    async fn unmake_schema(&mut self, cx: &Context) -> Result<(), StepError> {
        cx.fleet.database.unmake_schema(self.schema, cx.fence).await?;
        self.made = None;
        Ok(())
    }
}

impl Kind for CreateSchema {
    const NAME: &'static str = "create_schema";
    const VERSION: i32 = 1;
    const STEPS: &'static [Step<Self>] = &[Step {
        name: "make schema",
        run: |kind, cx| Box::pin(kind.make_schema(cx)),
        undo: Some(|kind, cx| Box::pin(kind.unmake_schema(cx))),
    }];

    fn plan(&self) -> Vec<String> {
        vec![format!(
            "Make the schema of {} from version {} of template {}, with an application role of its own.",
            self.institution, self.template_version, self.template
        )]
    }

    fn result(&self) -> Value {
        self.made.as_ref().map_or(Value::Null, Seen::result)
    }

    async fn begin(&self, tx: &mut Tx) -> Result<(), PgError> {
        set_state(tx, self.schema, &self.institution, SchemaState::Provisioning, None).await
    }

    async fn conclude(
        &self,
        tx: &mut Tx,
        ended: Ended<'_>,
        config: &FleetConfig,
    ) -> Result<(), PgError> {
        match (ended, &self.made) {
            (Ended::Succeeded, Some(made)) => made.record(tx, config.recoverable_for).await,
            (Ended::Cancelled, _) => {
                set_state(tx, self.schema, &self.institution, SchemaState::Purged, None).await
            }
            (Ended::Failed(reason) | Ended::Stuck(reason), _) => {
                let failed = SchemaState::Failed;
                set_state(tx, self.schema, &self.institution, failed, Some(reason)).await
            }
            (Ended::Succeeded, None) => Ok(()),
        }
    }
}
