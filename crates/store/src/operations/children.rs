//! Operations that belong to another one. The parent waits without a worker; what its children did
//! it counts when it looks.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::Value;
use sqlx::FromRow;
use uuid::Uuid;

use super::claim::Fenced;
use crate::audit::Actor;
use crate::{PgError, Store, Tx};

/// How many children of an operation are where.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, FromRow)]
pub struct Tally {
    /// Queued, running or between two tries.
    pub pending: i64,
    /// Done.
    pub succeeded: i64,
    /// Given up or stuck.
    pub failed: i64,
    /// Stopped on request.
    pub cancelled: i64,
}

/// A child operation.
#[derive(Clone, Debug, FromRow)]
pub struct Child {
    /// Its id.
    pub id: Uuid,
    /// Its kind.
    pub kind: String,
    /// The institution's id.
    pub schema_id: Option<Uuid>,
    /// The institution's name.
    pub schema_name: Option<String>,
    /// What was asked for.
    pub input: Value,
    /// Why it failed.
    pub error: Option<Value>,
}

/// Says how many children an operation has, in the transaction that queues them.
///
/// # Errors
/// When the control database cannot be asked.
pub async fn expect_children(tx: &mut Tx, parent: Uuid, total: i32) -> Result<(), PgError> {
    sqlx::query("update operation set children_total = $2, children_done = 0 where id = $1")
        .bind(parent)
        .bind(total)
        .execute(tx.connection())
        .await?;
    Ok(())
}

/// Writes the audit rows and the events that the queuing of many children brings.
///
/// # Errors
/// When the control database cannot be asked.
pub async fn tell_of_children(tx: &mut Tx, parent: Uuid, actor: &Actor) -> Result<(), PgError> {
    sqlx::query(
        "with children as (
           select id, kind, schema_id, schema_name, steps_total from operation where parent_id = $1
         ), logged as (
           insert into audit (actor, token_id, source, address, request_id, action, schema_id,
                              schema_name, operation_id, outcome)
           select $2, $3, $4, $5, $6, kind, schema_id, schema_name, id, 'accepted' from children
         )
         insert into event (type, schema_id, operation_id, data)
         select 'operation.queued', schema_id, id,
                jsonb_build_object('kind', kind, 'schema', schema_name, 'state', 'queued',
                                   'stepsDone', 0, 'stepsTotal', steps_total, 'parent', $1::uuid)
         from children",
    )
    .bind(parent)
    .bind(&actor.name)
    .bind(actor.token_id)
    .bind(actor.source)
    .bind(&actor.address)
    .bind(&actor.request_id)
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// Counts the children of an operation.
///
/// # Errors
/// When the control database cannot be asked.
pub async fn tally(store: &Store, parent: Uuid) -> Result<Tally, PgError> {
    Ok(sqlx::query_as(
        "select count(*) filter (where state in ('queued', 'running', 'waiting')) as pending,
                count(*) filter (where state = 'succeeded') as succeeded,
                count(*) filter (where state in ('failed', 'stuck')) as failed,
                count(*) filter (where state = 'cancelled') as cancelled
         from operation where parent_id = $1",
    )
    .bind(parent)
    .fetch_one(store.pool())
    .await?)
}

/// The children that failed or are stuck, the first `limit` of them.
///
/// # Errors
/// When the control database cannot be asked.
pub async fn failed_children(
    store: &Store,
    parent: Uuid,
    limit: i64,
) -> Result<Vec<Child>, PgError> {
    Ok(sqlx::query_as(
        "select id, kind, schema_id, schema_name, input, error from operation
         where parent_id = $1 and state in ('failed', 'stuck') order by id limit $2",
    )
    .bind(parent)
    .bind(limit)
    .fetch_all(store.pool())
    .await?)
}

/// Lets go of an operation that waits for its children, until it is to look again. Neither a try nor
/// a crash is counted: there was nothing to do.
///
/// # Errors
/// When the control database cannot be asked; the inner error when a newer claim is there.
pub async fn rest(
    store: &Store,
    id: Uuid,
    generation: i64,
    pause: Duration,
) -> Result<Result<(), Fenced>, PgError> {
    let rested: i64 = sqlx::query_scalar(
        "with over as (
           select count(*)::int as done from operation
           where parent_id = $1 and state in ('succeeded', 'failed', 'cancelled', 'stuck')
         ), before as (
           select children_done from operation where id = $1
         ), op as (
           update operation o
           set state = 'waiting', run_at = clock_timestamp() + make_interval(secs => $3),
               attempt = greatest(attempt - 1, 0), crash_count = 0, lease_owner = null,
               lease_until = null, children_done = over.done, updated_at = clock_timestamp()
           from over
           where id = $1 and generation = $2 and state || '' = 'running'
           returning id, schema_id, kind, state, children_total, over.done, unwinding
         ), told as (
           insert into event (type, schema_id, operation_id, data)
           select 'operation.progressed', schema_id, id,
                  jsonb_build_object('kind', kind, 'state', state, 'stepsDone', done,
                                     'stepsTotal', children_total, 'unwinding', unwinding)
           from op where done is distinct from (select children_done from before)
         )
         select count(*) from op",
    )
    .bind(id)
    .bind(generation)
    .bind(pause.as_secs_f64())
    .fetch_one(store.pool())
    .await?;
    Ok(if rested == 1 { Ok(()) } else { Err(Fenced) })
}

/// Notes in a parent's row how many of its children are over, in the transaction that ends it.
///
/// # Errors
/// When the control database cannot be asked.
pub async fn count_children(tx: &mut Tx, parent: Uuid) -> Result<(), PgError> {
    sqlx::query(
        "update operation set children_done = (
           select count(*) from operation
           where parent_id = $1 and state in ('succeeded', 'failed', 'cancelled', 'stuck'))
         where id = $1",
    )
    .bind(parent)
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// Cancels children that never started, some at a time, and answers with them. What is in a
/// worker's hands at this moment is passed over.
///
/// # Errors
/// When the control database cannot be asked.
pub async fn cancel_queued(tx: &mut Tx, parent: Uuid, limit: i64) -> Result<Vec<Child>, PgError> {
    Ok(sqlx::query_as(
        "update operation o
         set state = 'cancelled', cancel_requested_at = clock_timestamp(),
             finished_at = clock_timestamp(), updated_at = clock_timestamp()
         from (select id from operation
               where parent_id = $1 and state = 'queued' and started_at is null
               limit $2 for update skip locked) chosen
         where o.id = chosen.id
         returning o.id, o.kind, o.schema_id, o.schema_name, o.input, o.error",
    )
    .bind(parent)
    .bind(limit)
    .fetch_all(tx.connection())
    .await?)
}

/// Asks for those children to be cancelled that have begun and wait for another try.
///
/// # Errors
/// When the control database cannot be asked.
pub async fn cancel_waiting(store: &Store, parent: Uuid) -> Result<(), PgError> {
    sqlx::query(
        "update operation
         set cancel_requested_at = clock_timestamp(), run_at = least(run_at, clock_timestamp()),
             updated_at = clock_timestamp()
         where parent_id = $1 and cancel_requested_at is null
           and (state = 'waiting' or state = 'queued' and started_at is not null)",
    )
    .bind(parent)
    .execute(store.pool())
    .await?;
    Ok(())
}

/// Queues an operation's failed and stuck children again, in the name of whoever asks now, who also
/// answers for those that are still queued.
///
/// # Errors
/// When the control database cannot be asked.
pub async fn retry_children(
    tx: &mut Tx,
    parent: Uuid,
    token: Option<Uuid>,
) -> Result<Vec<Child>, PgError> {
    sqlx::query("update operation set token_id = $2 where parent_id = $1 and state = 'queued'")
        .bind(parent)
        .bind(token)
        .execute(tx.connection())
        .await?;
    Ok(sqlx::query_as(concat!(
        "update operation set ",
        super::queued_again!(),
        " where parent_id = $1 and state in ('failed', 'stuck')
         returning id, kind, schema_id, schema_name, input, error"
    ))
    .bind(parent)
    .bind(token)
    .fetch_all(tx.connection())
    .await?)
}

/// Beyond this time nothing is due by itself.
const HELD: &str = "9000-01-01T00:00:00Z";

/// Holds operations back until their parent lets them go ([`let_go`]).
///
/// # Errors
/// When the control database cannot be asked.
pub async fn hold_back(tx: &mut Tx, ids: &[Uuid]) -> Result<(), PgError> {
    sqlx::query("update operation set run_at = $2::timestamptz where id = any($1)")
        .bind(ids)
        .bind(HELD)
        .execute(tx.connection())
        .await?;
    Ok(())
}

/// Lets so many children be due that `at_once` of them are under way or due.
///
/// # Errors
/// When the control database cannot be asked.
pub async fn let_go(store: &Store, parent: Uuid, at_once: u32) -> Result<(), PgError> {
    sqlx::query(
        "with under_way as (
           select count(*) as many from operation
           where parent_id = $1 and state in ('queued', 'running', 'waiting')
             and run_at < $3::timestamptz
         ), chosen as (
           select id from operation
           where parent_id = $1 and state = 'queued' and run_at >= $3::timestamptz
           order by id limit greatest($2 - (select many from under_way), 0) for update skip locked
         )
         update operation o set run_at = clock_timestamp(), updated_at = clock_timestamp()
         from chosen where o.id = chosen.id",
    )
    .bind(parent)
    .bind(i64::from(at_once))
    .bind(HELD)
    .execute(store.pool())
    .await?;
    Ok(())
}

/// Sets when operations are due.
///
/// # Errors
/// When the control database cannot be asked.
pub async fn delay(tx: &mut Tx, due: &[(Uuid, Timestamp)]) -> Result<(), PgError> {
    let (ids, times): (Vec<Uuid>, Vec<jiff_sqlx::Timestamp>) =
        due.iter().map(|(id, at)| (*id, jiff_sqlx::Timestamp::from(*at))).unzip();
    sqlx::query(
        "update operation o set run_at = due.at
         from unnest($1::uuid[], $2::timestamptz[]) as due (id, at) where o.id = due.id",
    )
    .bind(ids)
    .bind(times)
    .execute(tx.connection())
    .await?;
    Ok(())
}
