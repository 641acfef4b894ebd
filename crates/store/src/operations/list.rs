//! Lists of operations, the newest first.

use sqlx::FromRow;
use tenantry_domain::operation::OperationState;
use tenantry_pg::sql;
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
    /// Only those that belong to no other one.
    pub top_level: bool,
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

/// Operations, and where they are from: of one institution or one parent, $1, or all.
struct Rows {
    with: &'static str,
    from: &'static str,
}

impl Rows {
    /// All of them. A statement does without $1 then.
    const ALL: Self = Self { with: "", from: "operation" };
    /// Those that are over by their index, and the few others.
    const OF_SCHEMA: Self = Self {
        with: "with of_schema as not materialized (
                 select * from operation
                 where schema_name = $1 and state in ('succeeded', 'failed', 'cancelled', 'stuck')
                 union all
                 select * from operation
                 where schema_name = $1 and state in ('queued', 'running', 'waiting')) ",
        from: "of_schema",
    };
    /// By the index of children.
    const OF_PARENT: Self = Self {
        with: "with of_parent as not materialized (
                 select * from operation where parent_id is not null and parent_id = $1::text::uuid) ",
        from: "of_parent",
    };
}

/// A template's script and seed are left out: it can have megabytes.
const COLUMNS: &str = "select id, kind, schema_id, schema_name, input - 'script' - 'seed' as input, state, unwinding,
        attempt, steps_done, steps_total, current_step, error, result, actor, required_role, source, request_id,
        cancel_requested_at, lease_until, run_at, created_at, started_at, finished_at, updated_at, parent_id,
        children_total, children_done
     from ";

const PASSES: &str = " where (cardinality($2::text[]) = 0 or state = any($2))
       and ($3::text is null or kind = $3) ";

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
    let (rows, of) = match (filter.parent, &filter.schema) {
        (Some(parent), _) => (Rows::OF_PARENT, Some(parent.to_string())),
        (None, Some(schema)) => (Rows::OF_SCHEMA, Some(schema.clone())),
        (None, None) => (Rows::ALL, None),
    };
    let top_level = if filter.top_level { "and parent_id is null " } else { "" };
    let page = sql::fixed([
        rows.with,
        COLUMNS,
        rows.from,
        PASSES,
        top_level,
        "and ($4::uuid is null or id < $4) order by id desc limit $5 offset $6",
    ]);
    let count = sql::fixed([
        rows.with,
        "select count(*) from (select from ",
        rows.from,
        PASSES,
        top_level,
        "limit $4) counted",
    ]);
    let mut items: Vec<Operation> = sqlx::query_as(page)
        .bind(&of)
        .bind(&states)
        .bind(&filter.kind)
        .bind(after)
        .bind(limit + 1)
        .bind(offset)
        .fetch_all(store.pool())
        .await?;
    let more = items.len() as i64 > limit;
    items.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    let total = sqlx::query_scalar(count)
        .bind(&of)
        .bind(&states)
        .bind(&filter.kind)
        .bind(COUNT_LIMIT)
        .fetch_one(store.pool())
        .await?;
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
