//! What a managed database says about itself: where markers, schemas and roles disagree.

use uuid::Uuid;

use crate::database::ManagedDatabase;
use crate::error::PgError;

/// A disagreement inside a managed database.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Drift {
    /// What kind: see the names in `sql/catalog/drift.sql`.
    pub kind: String,
    /// The object that it is about.
    pub object: String,
    /// The schema's id, where a marker is concerned.
    pub schema_id: Option<Uuid>,
    /// What was found, as a sentence.
    pub detail: String,
    /// What to do about it.
    pub remedy: String,
}

/// A marker's id and state, for comparing with the control database.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct MarkerState {
    /// The schema's id.
    pub id: Uuid,
    /// The institution's name.
    pub institution: String,
    /// `active`, `suspended`, `archived` or `purging`.
    pub state: String,
}

impl ManagedDatabase {
    /// Everything in this database that disagrees with its markers.
    ///
    /// # Errors
    /// When the server cannot be asked.
    pub async fn drift(&self) -> Result<Vec<Drift>, PgError> {
        Ok(sqlx::query_as(include_str!("../sql/catalog/drift.sql")).fetch_all(self.pool()).await?)
    }

    /// Id and state of every marker.
    ///
    /// # Errors
    /// When the server cannot be asked.
    pub async fn marker_states(&self) -> Result<Vec<MarkerState>, PgError> {
        Ok(sqlx::query_as("select id, institution, state from tenantry.schema_marker")
            .fetch_all(self.pool())
            .await?)
    }
}
