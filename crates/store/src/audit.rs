//! Table `audit`: who did what. Rows are written in the transaction of the change and never
//! touched again.

use jiff::Timestamp;
use serde_json::Value;
use sqlx::postgres::PgRow;
use sqlx::{FromRow, Row};
use uuid::Uuid;

use crate::columns::time;
use crate::{PgError, Store, Tx};

/// Who asks for a change, and from where.
#[derive(Clone, Debug)]
pub struct Actor {
    /// The token's name, or `sql:role`, or `tenantry` itself.
    pub name: String,
    /// The token.
    pub token_id: Option<Uuid>,
    /// `http`, `sql` or `system`.
    pub source: &'static str,
    /// The client's address.
    pub address: Option<String>,
    /// The request.
    pub request_id: Option<String>,
}

impl Actor {
    /// Tenantry itself, doing what time or a rule asks for.
    pub fn system() -> Self {
        Self {
            name: "tenantry".into(),
            token_id: None,
            source: "system",
            address: None,
            request_id: None,
        }
    }
}

/// What was done.
#[derive(Clone, Debug)]
pub struct Entry<'a> {
    /// The change, as `noun.verb`.
    pub action: &'a str,
    /// The schema that was changed.
    pub schema_id: Option<Uuid>,
    /// The institution's name.
    pub schema_name: Option<&'a str>,
    /// The operation that does it.
    pub operation_id: Option<Uuid>,
    /// `accepted`, `succeeded`, `failed` or `cancelled`.
    pub outcome: &'a str,
    /// What else there is to say; never a secret.
    pub detail: Value,
}

/// Writes an entry.
///
/// # Errors
/// When the control database cannot be asked; then the change must not happen either.
pub async fn insert(tx: &mut Tx, actor: &Actor, entry: &Entry<'_>) -> Result<(), PgError> {
    sqlx::query(
        "insert into audit
           (actor, token_id, source, address, request_id, action, schema_id, schema_name,
            operation_id, outcome, detail)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
    )
    .bind(&actor.name)
    .bind(actor.token_id)
    .bind(actor.source)
    .bind(&actor.address)
    .bind(&actor.request_id)
    .bind(entry.action)
    .bind(entry.schema_id)
    .bind(entry.schema_name)
    .bind(entry.operation_id)
    .bind(entry.outcome)
    .bind(&entry.detail)
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// A row of the log.
#[derive(Clone, Debug)]
pub struct Record {
    /// Its number.
    pub id: i64,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub actor: String,
    /// `http`, `sql` or `system`.
    pub source: String,
    /// From where.
    pub address: Option<String>,
    /// The request.
    pub request_id: Option<String>,
    /// The change.
    pub action: String,
    /// The institution's name.
    pub schema_name: Option<String>,
    /// The operation.
    pub operation_id: Option<Uuid>,
    /// How it ended, as far as this row tells.
    pub outcome: String,
    /// What else there is to say.
    pub detail: Value,
}

impl FromRow<'_, PgRow> for Record {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            id: row.try_get("id")?,
            at: time(row, "at")?,
            actor: row.try_get("actor")?,
            source: row.try_get("source")?,
            address: row.try_get("address")?,
            request_id: row.try_get("request_id")?,
            action: row.try_get("action")?,
            schema_name: row.try_get("schema_name")?,
            operation_id: row.try_get("operation_id")?,
            outcome: row.try_get("outcome")?,
            detail: row.try_get("detail")?,
        })
    }
}

/// Rows before a number, newest first; of one institution where a name is given.
///
/// # Errors
/// When the control database cannot be asked.
pub async fn list(
    store: &Store,
    schema: Option<&str>,
    before: Option<i64>,
    limit: i64,
) -> Result<Vec<Record>, PgError> {
    Ok(sqlx::query_as(
        "select * from audit
         where ($1::text is null or schema_name = $1) and ($2::int8 is null or id < $2)
         order by id desc limit $3",
    )
    .bind(schema)
    .bind(before)
    .bind(limit)
    .fetch_all(store.pool())
    .await?)
}
