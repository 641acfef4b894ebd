//! What a managed database says about itself: where markers, schemas and roles disagree.

use serde_json::Value;
use uuid::Uuid;

use crate::database::ManagedDatabase;
use crate::error::PgError;
use crate::sql::Ident;

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

    /// What changes whenever rows of a schema do: equal marks mean that nothing was written in between,
    /// but for what sessions wrote in the last minute before the second one and have not told yet. None
    /// where the server does not count, or there are no tables.
    ///
    /// # Errors
    /// When the server cannot be asked.
    pub async fn change_mark(&self, schema: &Ident) -> Result<Option<Value>, PgError> {
        let mark: Option<Option<Value>> =
            sqlx::query_scalar(include_str!("../sql/catalog/change_mark.sql"))
                .bind(schema.raw())
                .fetch_optional(self.pool())
                .await?;
        Ok(mark.flatten())
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
