//! Lists of operations, the newest first.

use sqlx::FromRow;
use tenantry_domain::operation::OperationState;
use uuid::Uuid;

use super::Operation;
use crate::{PgError, Store};

/// Which operations a list shows.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Only these states; empty means all.
    pub states: Vec<OperationState>,
    /// Only this kind.
    pub kind: Option<String>,
    /// Only institutions of this name.
    pub schema: Option<String>,
    /// Only those that belong to this operation; `schema` is not looked at then.
    pub parent: Option<Uuid>,
}

/// One page of a list.
#[derive(Debug)]
pub struct Page {
    /// The rows.
    pub items: Vec<Operation>,
    /// How many there are on all pages, counted up to 10,000.
    pub total: i64,
    /// Whether there is a next page.
    pub more: bool,
}

/// Counting stops here: the history has millions of rows, and nobody reads that number.
const COUNT_LIMIT: i64 = 10_000;

/// The operations of one institution, $1: those that are over by their index, and the few others.
macro_rules! of_schema {
    () => {
        "with of_schema as not materialized (
           select * from operation
           where schema_name = $1 and state in ('succeeded', 'failed', 'cancelled', 'stuck')
           union all
           select * from operation
           where schema_name = $1 and state in ('queued', 'running', 'waiting')) "
    };
}

/// The operations that belong to another one, $1, by their index.
macro_rules! of_parent {
    () => {
        "with of_parent as not materialized (
           select * from operation where parent_id is not null and parent_id = $1) "
    };
}

macro_rules! page_query {
    ($with:expr, $rows:literal) => {
        concat!(
            $with,
            // a template's script and seed are left out: it can have megabytes
            "select id, kind, schema_id, schema_name, input - 'script' - 'seed' as input, state, unwinding,
                    attempt, steps_done, steps_total, current_step, error, result, actor,
                    required_role, source, request_id, cancel_requested_at, run_at, created_at,
                    started_at, finished_at, updated_at, parent_id, children_total, children_done
             from ",
            $rows,
            " where (cardinality($2::text[]) = 0 or state = any($2))
               and ($3::text is null or kind = $3)
               and ($4::uuid is null or id < $4)
             order by id desc
             limit $5 offset $6"
        )
    };
}

macro_rules! count_query {
    ($with:expr, $rows:literal) => {
        concat!(
            $with,
            "select count(*) from (
               select from ",
            $rows,
            " where (cardinality($2::text[]) = 0 or state = any($2))
                 and ($3::text is null or kind = $3)
               limit $4) counted"
        )
    };
}

/// One page of the operations that pass the filter; `after` is the last row of the page before.
///
/// # Errors
/// When the control database cannot be asked.
pub async fn list(
    store: &Store,
    filter: &Filter,
    after: Option<Uuid>,
    offset: i64,
    limit: i64,
) -> Result<Page, PgError> {
    let states: Vec<&str> = filter.states.iter().map(|state| state.as_str()).collect();
    let schema = filter.schema.as_deref();
    let (page, count) = match (filter.parent, schema) {
        (Some(_), _) => {
            (page_query!(of_parent!(), "of_parent"), count_query!(of_parent!(), "of_parent"))
        }
        (None, Some(_)) => {
            (page_query!(of_schema!(), "of_schema"), count_query!(of_schema!(), "of_schema"))
        }
        (None, None) => {
            (page_query!(of_schema!(), "operation"), count_query!(of_schema!(), "operation"))
        }
    };
    let (page, count) = match filter.parent {
        Some(parent) => (sqlx::query_as(page).bind(parent), sqlx::query_scalar(count).bind(parent)),
        None => (sqlx::query_as(page).bind(schema), sqlx::query_scalar(count).bind(schema)),
    };
    let mut items: Vec<Operation> = page
        .bind(&states)
        .bind(&filter.kind)
        .bind(after)
        .bind(limit + 1)
        .bind(offset)
        .fetch_all(store.pool())
        .await?;
    let more = items.len() as i64 > limit;
    items.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    let total =
        count.bind(&states).bind(&filter.kind).bind(COUNT_LIMIT).fetch_one(store.pool()).await?;
    Ok(Page { items, total, more })
}

/// How many operations of a kind are in a state that is not final.
#[derive(Clone, Debug, FromRow)]
pub struct StateCount {
    /// The kind.
    pub kind: String,
    /// `queued`, `running` or `waiting`.
    pub state: String,
    /// How many.
    pub count: i64,
}

/// The queue's depth by kind and state.
///
/// # Errors
/// When the control database cannot be asked.
pub async fn counts(store: &Store) -> Result<Vec<StateCount>, PgError> {
    Ok(sqlx::query_as(
        "select kind, state, count(*) as count from operation
         where state in ('queued', 'running', 'waiting') group by 1, 2",
    )
    .fetch_all(store.pool())
    .await?)
}

/// Ids of backups that an operation may still write or list.
///
/// # Errors
/// When the control database cannot be asked.
pub async fn backups_under_way(store: &Store) -> Result<Vec<Uuid>, PgError> {
    Ok(sqlx::query_scalar(
        "select (coalesce(memo ->> 'backup', memo #>> '{last,backup}'))::uuid from operation
         where state in ('queued', 'running', 'waiting', 'stuck')
           and coalesce(memo ->> 'backup', memo #>> '{last,backup}') is not null
           and kind in ('backup_schema', 'purge_schema')",
    )
    .fetch_all(store.pool())
    .await?)
}
