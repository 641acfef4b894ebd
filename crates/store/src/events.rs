//! Table `event`: what happened, in an order that a reader can resume.
//!
//! Rows get their `seq` after they were committed, by one hand at a time: a sequence number taken
//! inside the writing transaction could become visible after a higher one, and a reader that had
//! seen the higher one would miss it.

use jiff::Timestamp;
use serde_json::Value;
use sqlx::postgres::PgRow;
use sqlx::{FromRow, Row};
use uuid::Uuid;

use crate::columns::time;
use crate::{PgError, Store, Tx};

/// Something that happened.
#[derive(Clone, Debug)]
pub struct Event {
    /// Its place in the order.
    pub seq: i64,
    /// What kind of thing: `schema.…` or `operation.…`.
    pub kind: String,
    /// The schema that it is about.
    pub schema_id: Option<Uuid>,
    /// The operation that it is about.
    pub operation_id: Option<Uuid>,
    /// What else there is to say.
    pub data: Value,
    /// When it was written.
    pub created_at: Timestamp,
}

impl FromRow<'_, PgRow> for Event {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            seq: row.try_get("seq")?,
            kind: row.try_get("type")?,
            schema_id: row.try_get("schema_id")?,
            operation_id: row.try_get("operation_id")?,
            data: row.try_get("data")?,
            created_at: time(row, "created_at")?,
        })
    }
}

/// Writes an event into the transaction of the change that it is about.
///
/// # Errors
/// When the control database cannot be asked.
pub async fn insert(
    tx: &mut Tx,
    kind: &'static str,
    schema: Option<Uuid>,
    operation: Option<Uuid>,
    data: &Value,
) -> Result<(), PgError> {
    sqlx::query("insert into event (type, schema_id, operation_id, data) values ($1, $2, $3, $4)")
        .bind(kind)
        .bind(schema)
        .bind(operation)
        .bind(data)
        .execute(tx.connection())
        .await?;
    Ok(())
}

/// Gives committed events their numbers. Does nothing when another server is at it.
///
/// # Errors
/// When the control database cannot be asked.
pub async fn number(store: &Store) -> Result<u64, PgError> {
    let done = sqlx::query(
        "with mine as (select pg_try_advisory_xact_lock(hashtext('tenantry event order')) as held),
              next as (
                select id from event, mine where seq is null and held order by id limit 5000),
              numbered as materialized (
                select id, nextval('event_seq') as seq from (select id from next order by id) sorted)
         update event set seq = numbered.seq
         from numbered
         -- our snapshot may be older than the lock, and another server's numbers newer than both
         where event.id = numbered.id and event.seq is null",
    )
    .execute(store.pool())
    .await?;
    Ok(done.rows_affected())
}

/// Events after a number, oldest first.
///
/// # Errors
/// When the control database cannot be asked.
pub async fn after(store: &Store, seq: i64, limit: i64) -> Result<Vec<Event>, PgError> {
    Ok(sqlx::query_as("select * from event where seq > $1 order by seq limit $2")
        .bind(seq)
        .bind(limit)
        .fetch_all(store.pool())
        .await?)
}

/// The lowest and highest number that are kept; (0, 0) when there is none.
///
/// # Errors
/// When the control database cannot be asked.
pub async fn bounds(store: &Store) -> Result<(i64, i64), PgError> {
    Ok(sqlx::query_as("select coalesce(min(seq), 0), coalesce(max(seq), 0) from event")
        .fetch_one(store.pool())
        .await?)
}

/// Removes events that are older than a day, some at a time; readers that were away for longer
/// read the lists again.
///
/// # Errors
/// When the control database cannot be asked.
pub async fn forget_old(store: &Store) -> Result<u64, PgError> {
    let done = sqlx::query(
        // the oldest are the first: no index on the age is needed
        "delete from event
         where id in (select id from event order by id limit 10000)
           and created_at < clock_timestamp() - interval '1 day'",
    )
    .execute(store.pool())
    .await?;
    Ok(done.rows_affected())
}
