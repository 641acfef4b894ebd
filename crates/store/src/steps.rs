//! Table `operation_step`: the journal of what each step did.

use jiff::Timestamp;
use serde_json::Value;
use sqlx::postgres::PgRow;
use sqlx::{FromRow, Row};
use uuid::Uuid;

use crate::columns::{optional_time, time};
use crate::{PgError, Store};

/// One line of the journal.
#[derive(Clone, Debug)]
pub struct Step {
    /// Its number, from 0.
    pub seq: i32,
    /// Its name.
    pub name: String,
    /// `running`, `done`, `failed` or `undone`.
    pub state: String,
    /// How often it was journalled.
    pub attempt: i32,
    /// What it ran into last.
    pub error: Option<Value>,
    /// When it was journalled first.
    pub started_at: Timestamp,
    /// When it ended last.
    pub finished_at: Option<Timestamp>,
}

impl FromRow<'_, PgRow> for Step {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            seq: row.try_get("seq")?,
            name: row.try_get("name")?,
            state: row.try_get("state")?,
            attempt: row.try_get("attempt")?,
            error: row.try_get("error")?,
            started_at: time(row, "started_at")?,
            finished_at: optional_time(row, "finished_at")?,
        })
    }
}

/// The journal of an operation, in order.
///
/// # Errors
/// When the control database cannot be asked.
pub async fn of(store: &Store, operation: Uuid) -> Result<Vec<Step>, PgError> {
    Ok(sqlx::query_as("select * from operation_step where operation_id = $1 order by seq")
        .bind(operation)
        .fetch_all(store.pool())
        .await?)
}
