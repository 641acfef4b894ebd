//! Lists of schemas: filtered, sorted and paged by the database.

use std::iter;

use sqlx::postgres::PgRow;
use sqlx::{Arguments as _, FromRow};
use tenantry_pg::sql;

use super::filter::{Bound, Filter};
use super::order::{Cursor, Placed, Sort, SortKey, Start};
use super::rows::{SchemaRow, select_row};
use super::{TenantSchema, select_schema};
use crate::{PgError, Store};

/// One page of a list.
#[derive(Debug)]
pub struct Page<T> {
    /// The rows.
    pub items: Vec<T>,
    /// How many rows there are on all pages.
    pub total: i64,
    /// Where the next page starts, if there may be one.
    pub next: Option<Cursor>,
}

/// What stands before the condition on a page.
const PAGE: &str = "with page as materialized (select s.* from tenant_schema s where ";

/// What stands behind the condition on a page in a fixed order, from an offset or behind a row: every one is a
/// statement of its own, so that each can use its index. The page is cut before `$select` looks up what is under way,
/// which would else be done for the rows that are passed over, too.
macro_rules! page_query {
    ($select:expr, $column:expr, $direction:literal, $behind:expr, $offset:literal) => {
        concat!(
            $behind,
            " order by ",
            $column,
            " ",
            $direction,
            ", s.id ",
            $direction,
            " limit $14 ",
            $offset,
            ") ",
            $select,
            " order by ",
            $column,
            " ",
            $direction,
            ", s.id ",
            $direction
        )
    };
}

/// The two ends of an order: from an offset, and behind a row.
macro_rules! page_pair {
    ($select:expr, $column:expr, $cast:literal, $direction:literal, $beyond:literal) => {
        (
            page_query!($select, $column, $direction, "", "offset $15"),
            page_query!(
                $select,
                $column,
                $direction,
                concat!("and (", $column, ", s.id) ", $beyond, " ($15::", $cast, ", $16)"),
                ""
            ),
        )
    };
}

macro_rules! of_direction {
    ($descending:expr, $select:expr, $column:expr, $cast:literal) => {
        if $descending {
            page_pair!($select, $column, $cast, "desc", "<")
        } else {
            page_pair!($select, $column, $cast, "asc", ">")
        }
    };
}

/// A time that may be missing, in the words of its index.
macro_rules! since_epoch {
    ($column:literal) => {
        concat!("coalesce(", $column, ", timestamptz '1970-01-01 00:00:00+00')")
    };
}

macro_rules! page_queries {
    ($sort:expr, $select:expr) => {{
        let down = $sort.descending;
        match $sort.key {
            SortKey::Name => of_direction!(down, $select, "s.name collate \"C\"", "text"),
            SortKey::State => of_direction!(down, $select, "s.state", "text"),
            SortKey::CreatedAt => of_direction!(down, $select, "s.created_at", "timestamptz"),
            SortKey::UpdatedAt => of_direction!(down, $select, "s.updated_at", "timestamptz"),
            SortKey::Usage => of_direction!(down, $select, "coalesce(s.usage_bytes, 0)", "int8"),
            SortKey::Backup => {
                of_direction!(down, $select, since_epoch!("s.backup_at"), "timestamptz")
            }
            SortKey::Activity => {
                of_direction!(down, $select, since_epoch!("s.active_at"), "timestamptz")
            }
        }
    }};
}

/// One page of the schemas that pass the filter, with all that is known of them.
///
/// # Errors
/// When the control database cannot be asked.
pub async fn list(
    store: &Store,
    filter: &Filter,
    sort: Sort,
    start: &Start,
    limit: i64,
) -> Result<Page<TenantSchema>, PgError> {
    let queries = page_queries!(sort, select_schema!("page"));
    page(store, queries, filter, sort, start, limit).await
}

/// One page of the schemas that pass the filter, with what a row on a screen shows.
///
/// # Errors
/// When the control database cannot be asked.
pub async fn list_rows(
    store: &Store,
    filter: &Filter,
    sort: Sort,
    start: &Start,
    limit: i64,
) -> Result<Page<SchemaRow>, PgError> {
    let queries = page_queries!(sort, select_row!("page"));
    page(store, queries, filter, sort, start, limit).await
}

/// How many pass a filter.
///
/// # Errors
/// When the control database cannot be asked.
pub async fn count(store: &Store, filter: &Filter) -> Result<i64, PgError> {
    let bound = filter.bound(&mut *store.pool().acquire().await?).await?;
    passing(store, &bound).await
}

async fn passing(store: &Store, bound: &Bound) -> Result<i64, PgError> {
    let query = sql::fixed(
        iter::once("select count(*) from tenant_schema s where ").chain(bound.condition()),
    );
    Ok(sqlx::query_scalar_with(query, bound.arguments()?).fetch_one(store.pool()).await?)
}

async fn page<T>(
    store: &Store,
    (from_offset, behind): (&'static str, &'static str),
    filter: &Filter,
    sort: Sort,
    start: &Start,
    limit: i64,
) -> Result<Page<T>, PgError>
where
    T: for<'r> FromRow<'r, PgRow> + Placed + Send + Unpin,
{
    let mut connection = store.pool().acquire().await?;
    let bound = filter.bound(&mut connection).await?;
    let mut arguments = bound.arguments()?;
    let end = match start {
        Start::Offset(offset) => {
            arguments.add(limit + 1).and_then(|()| arguments.add(offset)).map(|()| from_offset)
        }
        Start::After(cursor) => arguments
            .add(limit + 1)
            .and_then(|()| arguments.add(&cursor.value))
            .and_then(|()| arguments.add(cursor.id))
            .map(|()| behind),
    }
    .map_err(sqlx::Error::Encode)?;
    let query = sql::fixed(iter::once(PAGE).chain(bound.condition()).chain([end]));
    // one row more than asked tells whether there is a next page
    let mut items: Vec<T> =
        sqlx::query_as_with(query, arguments).fetch_all(&mut *connection).await?;
    drop(connection);
    let more = items.len() as i64 > limit;
    items.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    let next = items.last().filter(|_| more).map(|last| Cursor::after(sort, last));
    let total =
        store.totals().of(store.pool(), format!("{bound:?}"), || passing(store, &bound)).await?;
    Ok(Page { items, total, next })
}
