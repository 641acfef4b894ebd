//! What a step learned of a schema's marker, as an operation journals it and as the control
//! database follows it.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tenantry_domain::schema::SchemaState;
use tenantry_pg::PgError;
use tenantry_pg::schema::Marker;
use tenantry_store::schemas::{self, MarkerFacts};
use tenantry_store::{Tx, events};
use uuid::Uuid;

use crate::runner::{Context, StepError};

/// A marker as a step saw it last.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Seen {
    id: Uuid,
    institution: String,
    pub(crate) schema_name: String,
    pub(crate) role_name: String,
    state: SchemaState,
    template: String,
    template_version: i32,
}

impl Seen {
    /// Takes over what the managed database said.
    pub(crate) fn of(marker: Marker) -> Self {
        Self {
            id: marker.id,
            institution: marker.institution,
            schema_name: marker.schema_name,
            role_name: marker.role_name,
            // the marker's words are a part of ours
            state: marker.state.parse().unwrap_or(SchemaState::Active),
            template: marker.template,
            template_version: marker.template_version,
        }
    }

    /// Makes the control database say the same, and tells those who watch.
    pub(crate) async fn record(
        &self,
        tx: &mut Tx,
        recoverable_for: Duration,
    ) -> Result<(), PgError> {
        let facts = MarkerFacts {
            id: self.id,
            institution: &self.institution,
            schema_name: &self.schema_name,
            role_name: &self.role_name,
            state: self.state,
            template: &self.template,
            template_version: self.template_version,
        };
        schemas::follow_marker(tx, &facts, recoverable_for).await?;
        tell(tx, self.id, &self.institution, self.state).await
    }

    /// What the operation brought about, for whoever asked.
    pub(crate) fn result(&self) -> Value {
        json!({ "schemaName": self.schema_name, "roleName": self.role_name, "state": self.state })
    }
}

/// Whether the last change of a schema is this operation's own. Only that may be undone: a step that
/// found the work done already, or was refused, changed nothing, and what others did stays.
pub(crate) async fn is_own_change(cx: &Context, schema: Uuid) -> Result<bool, StepError> {
    let marker = cx.fleet.database.marker(schema).await?;
    Ok(marker.is_some_and(|marker| marker.operation == Some(cx.fence.operation)))
}

/// Puts a schema that has no marker into a state, and tells those who watch.
pub(crate) async fn set_state(
    tx: &mut Tx,
    id: Uuid,
    institution: &str,
    state: SchemaState,
    failure: Option<&str>,
) -> Result<(), PgError> {
    schemas::set_state(tx, id, state, failure).await?;
    tell(tx, id, institution, state).await
}

/// Tells those who watch that a schema changed.
pub(crate) async fn tell(
    tx: &mut Tx,
    id: Uuid,
    name: &str,
    state: SchemaState,
) -> Result<(), PgError> {
    let data = json!({ "name": name, "state": state });
    events::insert(tx, "schema.changed", Some(id), None, &data).await
}
