//! The queue: claiming, keeping, journalling and ending an operation. Only the database's clock
//! decides.
//!
//! A write for a running operation finds its row by the primary key and then tests the state. It
//! says `state || '' = 'running'` because with a plain `=` the planner prefers the small index
//! `operation_active`, which is full of dead entries: every claim leaves one.

use std::time::Duration;

use serde_json::Value;
use sqlx::FromRow;
use tenantry_domain::operation::OperationState;
use uuid::Uuid;

use crate::{PgError, Store, Tx};

/// An operation in a worker's hands.
#[derive(Clone, Debug, FromRow)]
pub struct Claim {
    /// Its id.
    pub id: Uuid,
    /// Its kind.
    pub kind: String,
    /// The schema that it changes.
    pub schema_id: Option<Uuid>,
    /// The institution's name.
    pub schema_name: Option<String>,
    /// What was asked for and what the steps so far learned.
    pub memo: Value,
    /// Whether it is undoing what it did.
    pub unwinding: bool,
    /// Tries since the last step that was done, this one included.
    pub attempt: i32,
    /// Workers that died on it since the last step that was done.
    pub crash_count: i32,
    /// Steps done; while unwinding, steps that are yet to be undone.
    pub steps_done: i32,
    /// This claim's number; every write names it.
    pub generation: i64,
    /// Whether cancelling was asked for.
    pub cancel_requested: bool,
    /// Why it unwinds.
    pub error: Option<Value>,
    /// Whether whoever asked for it may still do so.
    pub authorised: bool,
}

/// A write that found a newer claim on the operation: this worker must stop at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fenced;

/// Takes up to `limit` due operations of a lane, those with the highest priority first, then the oldest; of
/// one schema only the first, and only when none of that schema is under way.
///
/// # Errors
/// When the control database cannot be asked.
pub async fn claim(
    store: &Store,
    worker: Uuid,
    lane: &str,
    kinds: &[(&str, i32)],
    lease: Duration,
    limit: i64,
) -> Result<Vec<Claim>, PgError> {
    let (names, versions): (Vec<&str>, Vec<i32>) = kinds.iter().copied().unzip();
    let claimed = sqlx::query_as(
        "with due as (
           select o.id
           from operation o
           where o.state in ('queued', 'waiting') and o.lane = $6 and o.run_at <= clock_timestamp()
             and o.kind_version <= ($4::int[])[array_position($3::text[], o.kind)]
             and (o.state = 'waiting' or o.schema_id is null or not exists (
               select from operation other
               where other.schema_id = o.schema_id
                 -- in these words, else `operation_pending` is not used and the whole queue is read
                 and other.state in ('queued', 'running', 'waiting')
                 and (other.state <> 'queued'
                      or (-other.priority, other.created_at, other.id)
                         < (-o.priority, o.created_at, o.id))))
           order by o.priority desc, o.created_at, o.id
           limit $5
           for update of o skip locked)
         update operation o
         set state = 'running', lease_owner = $1, lease_until = clock_timestamp() + $2,
             generation = nextval('operation_generation'), attempt = o.attempt + 1,
             started_at = coalesce(o.started_at, clock_timestamp()),
             updated_at = clock_timestamp()
         from due where o.id = due.id
         returning o.*, o.cancel_requested_at is not null as cancel_requested,
                   o.token_id is null or exists (
                     select from token t
                     where t.id = o.token_id and t.revoked_at is null
                       and t.expires_at > clock_timestamp()
                       and array_position(array['viewer', 'operator', 'admin'], t.role)
                           >= array_position(array['viewer', 'operator', 'admin'], o.required_role)
                   ) as authorised",
    )
    .bind(worker)
    .bind(lease)
    .bind(&names)
    .bind(&versions)
    .bind(limit)
    .bind(lane)
    .fetch_all(store.pool())
    .await;
    match claimed {
        // Two workers took two operations of one schema at the same moment; the index let one in.
        Err(error) if error.as_database_error().is_some_and(|e| e.is_unique_violation()) => {
            Ok(Vec::new())
        }
        claimed => Ok(claimed?),
    }
}

/// Takes over operations whose worker has not been heard of for longer than its lease.
///
/// # Errors
/// When the control database cannot be asked.
pub async fn take_over(
    store: &Store,
    worker: Uuid,
    kinds: &[(&str, i32)],
    lease: Duration,
    limit: i64,
) -> Result<Vec<Claim>, PgError> {
    let (names, versions): (Vec<&str>, Vec<i32>) = kinds.iter().copied().unzip();
    Ok(sqlx::query_as(
        "with lost as (
           select o.id
           from operation o
           join unnest($3::text[], $4::int[]) as known (kind, version)
             on known.kind = o.kind and known.version >= o.kind_version
           -- in these words, else `operation_active` is not used
           where o.state in ('running', 'waiting') and o.state = 'running'
             and o.lease_until < clock_timestamp()
           order by o.lease_until
           limit $5
           for update of o skip locked)
         update operation o
         set lease_owner = $1, lease_until = clock_timestamp() + $2,
             generation = nextval('operation_generation'), attempt = o.attempt + 1,
             crash_count = o.crash_count + 1, updated_at = clock_timestamp()
         from lost where o.id = lost.id
         returning o.*, o.cancel_requested_at is not null as cancel_requested,
                   o.token_id is null or exists (
                     select from token t
                     where t.id = o.token_id and t.revoked_at is null
                       and t.expires_at > clock_timestamp()
                       and array_position(array['viewer', 'operator', 'admin'], t.role)
                           >= array_position(array['viewer', 'operator', 'admin'], o.required_role)
                   ) as authorised",
    )
    .bind(worker)
    .bind(lease)
    .bind(&names)
    .bind(&versions)
    .bind(limit)
    .fetch_all(store.pool())
    .await?)
}

/// An operation that is still this worker's.
#[derive(Clone, Copy, Debug, FromRow)]
pub struct Beat {
    /// Its id.
    pub id: Uuid,
    /// Its claim.
    pub generation: i64,
    /// Whether cancelling was asked for.
    pub cancel_requested: bool,
}

/// Renews the leases of what a worker has in hand, and says what is still its own; an operation that
/// is missing was taken over.
///
/// # Errors
/// When the control database cannot be asked.
pub async fn beat(
    store: &Store,
    worker: Uuid,
    in_hand: &[Uuid],
    lease: Duration,
) -> Result<Vec<Beat>, PgError> {
    Ok(sqlx::query_as(
        "update operation set lease_until = clock_timestamp() + $2
         where id = any($3) and lease_owner = $1 and state = 'running'
         returning id, generation, cancel_requested_at is not null as cancel_requested",
    )
    .bind(worker)
    .bind(lease)
    .bind(in_hand)
    .fetch_all(store.pool())
    .await?)
}

/// One line of the journal.
#[derive(Clone, Debug)]
pub struct Journal<'a> {
    /// The step's number, from 0.
    pub seq: i32,
    /// Its name.
    pub name: &'a str,
    /// `done`, `failed` or `undone`.
    pub state: &'static str,
    /// What it ran into.
    pub error: Option<&'a Value>,
    /// What the operation knows now.
    pub memo: &'a Value,
    /// Steps done now; while unwinding, steps that are yet to be undone.
    pub steps_done: i32,
    /// The step that comes next.
    pub next_step: Option<&'a str>,
    /// Whether it is undoing.
    pub unwinding: bool,
    /// Why it is.
    pub operation_error: Option<&'a Value>,
}

/// Writes a line of the journal and the operation's progress. What comes next has all its tries
/// before it, so the counts of tries and crashes go back to 0.
///
/// # Errors
/// When the control database cannot be asked; the inner error when a newer claim is there.
pub async fn journal(
    tx: &mut Tx,
    id: Uuid,
    generation: i64,
    line: &Journal<'_>,
) -> Result<Result<(), Fenced>, PgError> {
    let written: i64 = sqlx::query_scalar(
        "with op as (
           update operation
           set memo = $7, steps_done = $8, current_step = $9, unwinding = $10,
               error = coalesce($11, error),
               attempt = 0, crash_count = 0,
               updated_at = clock_timestamp()
           where id = $1 and generation = $2 and state || '' = 'running'
           returning id, schema_id, schema_name, kind, state, steps_total
         ), step as (
           insert into operation_step as s
             (operation_id, seq, name, state, generation, error, finished_at)
           select id, $3, $4, $5, $2, $6, clock_timestamp() from op
           on conflict (operation_id, seq) do update
           set state = excluded.state, generation = excluded.generation,
               error = coalesce(excluded.error, s.error),
               attempt = s.attempt + 1, finished_at = excluded.finished_at
         ), told as (
           insert into event (type, schema_id, operation_id, data)
           select 'operation.progressed', schema_id, id,
                  jsonb_build_object('kind', kind, 'schema', schema_name, 'state', state,
                                     'stepsDone', $8::int, 'stepsTotal', steps_total,
                                     'currentStep', $9::text, 'unwinding', $10::bool)
           from op
         )
         select count(*) from op",
    )
    .bind(id)
    .bind(generation)
    .bind(line.seq)
    .bind(line.name)
    .bind(line.state)
    .bind(line.error)
    .bind(line.memo)
    .bind(line.steps_done)
    .bind(line.next_step)
    .bind(line.unwinding)
    .bind(line.operation_error)
    .fetch_one(tx.connection())
    .await?;
    Ok(if written == 1 { Ok(()) } else { Err(Fenced) })
}

/// Says how far a long step is, to those who watch: `current` is the step and what it is at.
///
/// # Errors
/// When the control database cannot be asked; the inner error when a newer claim is there.
pub async fn note_progress(
    store: &Store,
    id: Uuid,
    generation: i64,
    current: &str,
) -> Result<Result<(), Fenced>, PgError> {
    let done = sqlx::query(
        "with op as (
           update operation set current_step = $3, updated_at = clock_timestamp()
           where id = $1 and generation = $2 and state || '' = 'running'
           returning id, schema_id, schema_name, kind, state, steps_done, steps_total, unwinding
         )
         insert into event (type, schema_id, operation_id, data)
         select 'operation.progressed', schema_id, id,
                jsonb_build_object('kind', kind, 'schema', schema_name, 'state', state,
                                   'stepsDone', steps_done, 'stepsTotal', steps_total,
                                   'currentStep', $3::text, 'unwinding', unwinding)
         from op",
    )
    .bind(id)
    .bind(generation)
    .bind(current)
    .execute(store.pool())
    .await?;
    Ok(if done.rows_affected() == 1 { Ok(()) } else { Err(Fenced) })
}

/// Lets go of an operation until a later time, at which its step is tried again. One that is not `spent`
/// has had no try: it was not its step that failed.
///
/// # Errors
/// When the control database cannot be asked; the inner error when a newer claim is there.
pub async fn wait(
    store: &Store,
    id: Uuid,
    generation: i64,
    pause: Duration,
    error: &Value,
    spent: bool,
) -> Result<Result<(), Fenced>, PgError> {
    let done = sqlx::query(
        "with op as (
           update operation
           set state = 'waiting', run_at = clock_timestamp() + make_interval(secs => $3), error = $4,
               lease_owner = null, lease_until = null, updated_at = clock_timestamp(),
               attempt = case when $5 then attempt else greatest(attempt - 1, 0) end
           where id = $1 and generation = $2 and state || '' = 'running'
           returning id, schema_id, schema_name, kind, steps_done, steps_total, current_step,
                     unwinding, run_at
         )
         insert into event (type, schema_id, operation_id, data)
         select 'operation.waiting', schema_id, id,
                jsonb_build_object('kind', kind, 'schema', schema_name, 'state', 'waiting',
                                   'stepsDone', steps_done, 'stepsTotal', steps_total,
                                   'currentStep', current_step, 'unwinding', unwinding,
                                   'error', $4, 'runAt', run_at)
         from op",
    )
    .bind(id)
    .bind(generation)
    // an interval has microseconds, and a Duration with more is refused
    .bind(pause.as_secs_f64())
    .bind(error)
    .bind(spent)
    .execute(store.pool())
    .await?;
    Ok(if done.rows_affected() == 1 { Ok(()) } else { Err(Fenced) })
}

/// Gives everything that a worker holds back to the queue, because the worker stops. Not counted as
/// a crash.
///
/// # Errors
/// When the control database cannot be asked; then the leases run out by themselves.
pub async fn release(store: &Store, worker: Uuid) -> Result<u64, PgError> {
    // `waiting` keeps the schema's place: what is half done goes on before anything else of it
    let done = sqlx::query(
        "update operation
         set state = 'waiting', run_at = clock_timestamp(), lease_owner = null, lease_until = null,
             attempt = greatest(attempt - 1, 0), updated_at = clock_timestamp()
         where lease_owner = $1 and state = 'running'",
    )
    .bind(worker)
    .execute(store.pool())
    .await?;
    Ok(done.rows_affected())
}

/// How an operation ends.
#[derive(Clone, Debug)]
pub struct Ending<'a> {
    /// `Succeeded`, `Failed`, `Cancelled` or `Stuck`.
    pub state: OperationState,
    /// Steps done.
    pub steps_done: i32,
    /// Why it did not succeed.
    pub error: Option<&'a Value>,
    /// What it brought about.
    pub result: Option<&'a Value>,
}

/// Writes the journal's last line and ends the operation as succeeded, in one statement: a row of
/// this table is in many indexes, so that every update less counts.
///
/// # Errors
/// When the control database cannot be asked; the inner error when a newer claim is there.
pub async fn succeed(
    tx: &mut Tx,
    id: Uuid,
    generation: i64,
    line: &Journal<'_>,
    result: Option<&Value>,
) -> Result<Result<(), Fenced>, PgError> {
    let written: i64 = sqlx::query_scalar(
        "with op as (
           update operation
           set state = 'succeeded', memo = $5, steps_done = $6, result = $7, error = null,
               current_step = null, attempt = 0, crash_count = 0, lease_owner = null,
               lease_until = null, finished_at = clock_timestamp(), updated_at = clock_timestamp()
           where id = $1 and generation = $2 and state || '' = 'running'
           returning id, schema_id, schema_name, kind, steps_total
         ), step as (
           insert into operation_step as s
             (operation_id, seq, name, state, generation, finished_at)
           select id, $3, $4, 'done', $2, clock_timestamp() from op
           on conflict (operation_id, seq) do update
           set state = excluded.state, generation = excluded.generation, error = excluded.error,
               attempt = s.attempt + 1, finished_at = excluded.finished_at
         ), told as (
           insert into event (type, schema_id, operation_id, data)
           select 'operation.finished', schema_id, id,
                  jsonb_build_object('kind', kind, 'schema', schema_name, 'state', 'succeeded',
                                     'stepsDone', $6::int, 'stepsTotal', steps_total,
                                     'error', null)
           from op
         )
         select count(*) from op",
    )
    .bind(id)
    .bind(generation)
    .bind(line.seq)
    .bind(line.name)
    .bind(line.memo)
    .bind(line.steps_done)
    .bind(result)
    .fetch_one(tx.connection())
    .await?;
    Ok(if written == 1 { Ok(()) } else { Err(Fenced) })
}

/// Ends an operation.
///
/// # Errors
/// When the control database cannot be asked; the inner error when a newer claim is there.
pub async fn finish(
    tx: &mut Tx,
    id: Uuid,
    generation: i64,
    ending: &Ending<'_>,
) -> Result<Result<(), Fenced>, PgError> {
    let done = sqlx::query(
        "with op as (
           update operation
           set state = $3, steps_done = $4, error = $5, result = $6, current_step = null,
               lease_owner = null, lease_until = null, finished_at = clock_timestamp(),
               updated_at = clock_timestamp()
           where id = $1 and generation = $2 and state || '' = 'running'
           returning id, schema_id, schema_name, kind, steps_total
         )
         insert into event (type, schema_id, operation_id, data)
         select 'operation.finished', schema_id, id,
                jsonb_build_object('kind', kind, 'schema', schema_name, 'state', $3::text,
                                   'stepsDone', $4::int, 'stepsTotal', steps_total, 'error', $5::jsonb)
         from op",
    )
    .bind(id)
    .bind(generation)
    .bind(ending.state.as_str())
    .bind(ending.steps_done)
    .bind(ending.error)
    .bind(ending.result)
    .execute(tx.connection())
    .await?;
    Ok(if done.rows_affected() == 1 { Ok(()) } else { Err(Fenced) })
}
