//! Table `operation`: every change that was ever asked for, and the queue of those to be done.
//!
//! A claim is a lease on the row with a generation. Whoever writes for a running operation names
//! the generation of its own claim; a write that finds another one has been overtaken and gets
//! nothing done ([`Fenced`]).

mod children;
mod claim;
mod history;
mod list;

use jiff::Timestamp;
use serde_json::Value;
use sqlx::postgres::PgRow;
use sqlx::{FromRow, Row};
use tenantry_domain::access::Role;
use tenantry_domain::operation::OperationState;
use uuid::Uuid;

use crate::columns::{optional_time, time, word};
use crate::{PgError, Store, Tx};

pub use children::{
    Child, Tally, cancel_queued, cancel_waiting, count_children, delay, expect_children,
    failed_children, hold_back, let_go, rest, retry_children, tally, tell_of_children,
};
pub use claim::{
    Beat, Claim, Ending, Fenced, Journal, beat, claim, finish, journal, note_progress, release,
    succeed, take_over, wait,
};
pub use history::{Counts, history};
pub use list::{Filter, Page, StateCount, backups_under_way, counts, list};

/// An operation, as the lists show it.
#[derive(Clone, Debug)]
pub struct Operation {
    /// Its id.
    pub id: Uuid,
    /// Its kind.
    pub kind: String,
    /// The schema that it changes; none for one of the whole fleet.
    pub schema_id: Option<Uuid>,
    /// The institution's name.
    pub schema_name: Option<String>,
    /// What was asked for.
    pub input: Value,
    /// Where it is.
    pub state: OperationState,
    /// Whether it is undoing what it did.
    pub unwinding: bool,
    /// How often it was claimed since the last step that was done.
    pub attempt: i32,
    /// Steps done.
    pub steps_done: i32,
    /// Steps in all.
    pub steps_total: i32,
    /// The step that is under way.
    pub current_step: Option<String>,
    /// Why it failed, or what its last try ran into.
    pub error: Option<Value>,
    /// What it brought about.
    pub result: Option<Value>,
    /// Who asked for it.
    pub actor: String,
    /// The role that whoever asks for it, cancels it or retries it must have.
    pub required_role: Option<Role>,
    /// `http`, `sql` or `system`.
    pub source: String,
    /// The request that asked for it.
    pub request_id: Option<String>,
    /// When cancelling was asked for.
    pub cancel_requested_at: Option<Timestamp>,
    /// Until when the worker that has it is taken to be alive, unless it is heard of before; none while no worker has it.
    pub lease_until: Option<Timestamp>,
    /// When it is due.
    pub run_at: Timestamp,
    /// When it was asked for.
    pub created_at: Timestamp,
    /// When a worker first had it.
    pub started_at: Option<Timestamp>,
    /// When it ended.
    pub finished_at: Option<Timestamp>,
    /// When this row changed last.
    pub updated_at: Timestamp,
    /// The operation that it belongs to.
    pub parent: Option<Uuid>,
    /// How many operations belong to it, for one that waits for others.
    pub children_total: Option<i32>,
    /// How many of them are over, as of its last look.
    pub children_done: Option<i32>,
}

impl FromRow<'_, PgRow> for Operation {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            id: row.try_get("id")?,
            kind: row.try_get("kind")?,
            schema_id: row.try_get("schema_id")?,
            schema_name: row.try_get("schema_name")?,
            input: row.try_get("input")?,
            state: word(row, "state")?,
            unwinding: row.try_get("unwinding")?,
            attempt: row.try_get("attempt")?,
            steps_done: row.try_get("steps_done")?,
            steps_total: row.try_get("steps_total")?,
            current_step: row.try_get("current_step")?,
            error: row.try_get("error")?,
            result: row.try_get("result")?,
            actor: row.try_get("actor")?,
            required_role: row
                .try_get::<Option<String>, _>("required_role")?
                .and_then(|role| role.parse().ok()),
            source: row.try_get("source")?,
            request_id: row.try_get("request_id")?,
            cancel_requested_at: optional_time(row, "cancel_requested_at")?,
            lease_until: optional_time(row, "lease_until")?,
            run_at: time(row, "run_at")?,
            created_at: time(row, "created_at")?,
            started_at: optional_time(row, "started_at")?,
            finished_at: optional_time(row, "finished_at")?,
            updated_at: time(row, "updated_at")?,
            parent: row.try_get("parent_id")?,
            children_total: row.try_get("children_total")?,
            children_done: row.try_get("children_done")?,
        })
    }
}

/// An operation that is asked for.
#[derive(Clone, Debug)]
pub struct NewOperation {
    /// Its id.
    pub id: Uuid,
    /// Its kind.
    pub kind: &'static str,
    /// The version of the kind's input; a binary claims only versions that it knows.
    pub kind_version: i32,
    /// The schema that it changes.
    pub schema_id: Option<Uuid>,
    /// The institution's name.
    pub schema_name: Option<String>,
    /// What is asked for.
    pub input: Value,
    /// Which of a worker's places it takes: `asked`, `backups` or `background`.
    pub lane: &'static str,
    /// How many steps it has.
    pub steps_total: i32,
    /// Higher ones go first.
    pub priority: i16,
    /// Who asks.
    pub actor: String,
    /// The token that asks, if one does; it must still be valid when the operation starts.
    pub token: Option<Uuid>,
    /// The role that it must have then.
    pub required_role: Role,
    /// `http` or `system`.
    pub source: &'static str,
    /// The request.
    pub request_id: Option<String>,
    /// The key that makes a retry of the request safe.
    pub idempotency: Option<Idempotency>,
    /// The operation that it belongs to.
    pub parent: Option<Uuid>,
}

/// A client's key for one request, and the hash of that request.
#[derive(Clone, Debug)]
pub struct Idempotency {
    /// Whose key it is; keys of different tokens never meet.
    pub actor: String,
    /// The key.
    pub key: String,
    /// SHA-256 over what was asked for.
    pub hash: Vec<u8>,
}

/// What became of [`insert`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Inserted {
    /// It is queued.
    New,
    /// The same request was made before: that operation.
    Repeated(Uuid),
    /// The key was used for another request.
    Mismatch,
}

/// Queues an operation. With an idempotency key that is in use by a request under way, waits for
/// that one to commit.
///
/// # Errors
/// When the control database cannot be asked.
pub async fn insert(tx: &mut Tx, new: &NewOperation) -> Result<Inserted, PgError> {
    let done = sqlx::query(
        "insert into operation
           (id, kind, kind_version, schema_id, schema_name, input, memo, state, priority,
            steps_total, actor, source, request_id,
            idempotency_actor, idempotency_key, idempotency_hash, token_id, required_role,
            parent_id, lane)
         values ($1, $2, $3, $4, $5, $6, $6, 'queued', $7, $8, $9, $10, $11, $12, $13, $14, $15, $16,
                 $17, $18)
         on conflict (idempotency_actor, idempotency_key) where idempotency_key is not null
         do nothing",
    )
    .bind(new.id)
    .bind(new.kind)
    .bind(new.kind_version)
    .bind(new.schema_id)
    .bind(&new.schema_name)
    .bind(&new.input)
    .bind(new.priority)
    .bind(new.steps_total)
    .bind(&new.actor)
    .bind(new.source)
    .bind(&new.request_id)
    .bind(new.idempotency.as_ref().map(|i| &i.actor))
    .bind(new.idempotency.as_ref().map(|i| &i.key))
    .bind(new.idempotency.as_ref().map(|i| &i.hash))
    .bind(new.token)
    .bind(new.required_role.as_str())
    .bind(new.parent)
    .bind(new.lane)
    .execute(tx.connection())
    .await?;
    if done.rows_affected() == 1 {
        return Ok(Inserted::New);
    }
    let idempotency = new.idempotency.as_ref().expect("only a key can conflict");
    let (id, hash): (Uuid, Vec<u8>) = sqlx::query_as(
        "select id, idempotency_hash from operation
         where idempotency_actor = $1 and idempotency_key = $2",
    )
    .bind(&idempotency.actor)
    .bind(&idempotency.key)
    .fetch_one(tx.connection())
    .await?;
    Ok(if hash == idempotency.hash { Inserted::Repeated(id) } else { Inserted::Mismatch })
}

/// The operation that a key stands for (none for a change that was done at once), and the hash of the
/// request that used it.
///
/// # Errors
/// When the control database cannot be asked.
pub async fn by_idempotency(
    store: &Store,
    actor: &str,
    key: &str,
) -> Result<Option<(Option<Uuid>, Vec<u8>)>, PgError> {
    Ok(sqlx::query_as(
        "select id, idempotency_hash from operation
         where idempotency_actor = $1 and idempotency_key = $2
         union all
         select null, hash from change_key where actor = $1 and key = $2
         limit 1",
    )
    .bind(actor)
    .bind(key)
    .fetch_optional(store.pool())
    .await?)
}

/// Queues many operations of one kind in one statement: `inputs` holds id, schema, name and input.
///
/// # Errors
/// When the control database cannot be asked.
pub async fn insert_many(
    tx: &mut Tx,
    pattern: &NewOperation,
    inputs: &[(Uuid, Option<Uuid>, Option<String>, Value)],
) -> Result<(), PgError> {
    let ids: Vec<Uuid> = inputs.iter().map(|row| row.0).collect();
    let schemas: Vec<Option<Uuid>> = inputs.iter().map(|row| row.1).collect();
    let names: Vec<Option<&str>> = inputs.iter().map(|row| row.2.as_deref()).collect();
    let bodies: Vec<&Value> = inputs.iter().map(|row| &row.3).collect();
    sqlx::query(
        "insert into operation
           (id, kind, kind_version, schema_id, schema_name, input, memo, state, priority,
            steps_total, actor, source, request_id, token_id, required_role, parent_id, lane)
         select id, $5, $6, schema_id, name, input, input, 'queued', $7, $8, $9, $10, $11, $12, $13,
                $14, $15
         from unnest($1::uuid[], $2::uuid[], $3::text[], $4::jsonb[])
              as row (id, schema_id, name, input)",
    )
    .bind(&ids)
    .bind(&schemas)
    .bind(&names)
    .bind(&bodies)
    .bind(pattern.kind)
    .bind(pattern.kind_version)
    .bind(pattern.priority)
    .bind(pattern.steps_total)
    .bind(&pattern.actor)
    .bind(pattern.source)
    .bind(&pattern.request_id)
    .bind(pattern.token)
    .bind(pattern.required_role.as_str())
    .bind(pattern.parent)
    .bind(pattern.lane)
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// A call that was made and ended in SQL, entered as an operation that is over. Entered twice, it
/// stays as it is.
#[derive(Clone, Debug)]
pub struct Mirrored<'a> {
    /// The call's id.
    pub id: Uuid,
    /// The kind that would have done the same.
    pub kind: &'static str,
    /// The schema that was made or changed.
    pub schema_id: Option<Uuid>,
    /// The institution's name.
    pub schema_name: Option<&'a str>,
    /// What was asked for.
    pub input: Value,
    /// Why it failed; none when it succeeded.
    pub error: Option<Value>,
    /// The session's user.
    pub actor: String,
    /// Start of the call, seconds since 1970.
    pub started_at: f64,
    /// End of the call, seconds since 1970.
    pub finished_at: f64,
}

/// Enters a call that was made in SQL; false when it was entered before.
///
/// # Errors
/// When the control database cannot be asked.
pub async fn insert_mirrored(tx: &mut Tx, call: &Mirrored<'_>) -> Result<bool, PgError> {
    let done = sqlx::query(
        "insert into operation
           (id, kind, kind_version, schema_id, schema_name, input, memo, state, steps_total,
            steps_done, error, actor, source, created_at, started_at, finished_at)
         values ($1, $2, 1, $3, $4, $5, $5,
                 case when $6::jsonb is null then 'succeeded' else 'failed' end, 1,
                 case when $6::jsonb is null then 1 else 0 end, $6, $7, 'sql',
                 to_timestamp($8), to_timestamp($8), to_timestamp($9))
         on conflict (id) do nothing",
    )
    .bind(call.id)
    .bind(call.kind)
    .bind(call.schema_id)
    .bind(call.schema_name)
    .bind(&call.input)
    .bind(&call.error)
    .bind(&call.actor)
    .bind(call.started_at)
    .bind(call.finished_at)
    .execute(tx.connection())
    .await?;
    Ok(done.rows_affected() == 1)
}

/// The operation with that id.
///
/// # Errors
/// When the control database cannot be asked.
pub async fn by_id(store: &Store, id: Uuid) -> Result<Option<Operation>, PgError> {
    Ok(sqlx::query_as("select * from operation where id = $1")
        .bind(id)
        .fetch_optional(store.pool())
        .await?)
}

/// Whether a schema has an operation that is queued or under way.
///
/// # Errors
/// When the control database cannot be asked.
pub async fn is_pending(tx: &mut Tx, schema: Uuid) -> Result<bool, PgError> {
    Ok(sqlx::query_scalar(
        "select exists (select from operation
                        where schema_id = $1 and state in ('queued', 'running', 'waiting'))",
    )
    .bind(schema)
    .fetch_one(tx.connection())
    .await?)
}

/// Asks for an operation to be cancelled. One that never started is cancelled on the spot; one that waits is
/// made due, so that a worker undoes it at once. Answers with the state afterwards, or none when
/// the operation has ended (or never was).
///
/// # Errors
/// When the control database cannot be asked.
pub async fn request_cancel(tx: &mut Tx, id: Uuid) -> Result<Option<OperationState>, PgError> {
    let state: Option<String> = sqlx::query_scalar(
        "update operation
         set cancel_requested_at = coalesce(cancel_requested_at, clock_timestamp()),
             run_at = least(run_at, clock_timestamp()),
             -- one with children must see to them first
             state = case when state = 'queued' and started_at is null and children_total is null
                          then 'cancelled' else state end,
             finished_at = case when state = 'queued' and started_at is null and children_total is null
                                then clock_timestamp() end,
             updated_at = clock_timestamp()
         where id = $1 and state in ('queued', 'running', 'waiting')
         returning state",
    )
    .bind(id)
    .fetch_optional(tx.connection())
    .await?;
    Ok(state.and_then(|state| state.parse().ok()))
}

/// What makes a failed or stuck operation a queued one, in the name of the token $2.
macro_rules! queued_again {
    () => {
        "state = 'queued', run_at = clock_timestamp(), attempt = 0, crash_count = 0,
             cancel_requested_at = null, finished_at = null, token_id = $2,
             -- one that was undoing goes on undoing, for the reason that it had
             error = case when state = 'stuck' and unwinding then coalesce(error -> 'cause', error) end,
             -- a stuck one goes on where it was; a failed one was undone and begins anew
             steps_done = case when state = 'stuck' then steps_done else 0 end,
             memo = case when state = 'stuck' then memo else input end,
             unwinding = case when state = 'stuck' then unwinding else false end,
             updated_at = clock_timestamp()"
    };
}
pub(crate) use queued_again;

/// Queues a failed or stuck operation again, in the name of whoever asks now; false when it is
/// neither.
///
/// # Errors
/// When the control database cannot be asked.
pub async fn retry(tx: &mut Tx, id: Uuid, token: Option<Uuid>) -> Result<bool, PgError> {
    let done = sqlx::query(concat!(
        "update operation set ",
        queued_again!(),
        " where id = $1 and state in ('failed', 'stuck')"
    ))
    .bind(id)
    .bind(token)
    .execute(tx.connection())
    .await?;
    Ok(done.rows_affected() == 1)
}
