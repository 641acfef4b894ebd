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

/// What stands before the condition on a page. It is cut before the rest is looked up for its rows, which would else be
/// done for those that are passed over, too.
const PAGE: &str = "with page as materialized (select s.* from tenant_schema s where ";

/// How many rows a page may have, and the words for one row more, which tells whether there is a next page. Not a
/// parameter: knowing the number, PostgreSQL keeps one plan for all pages of an order.
const LENGTHS: [(i64, &str); 3] = [(50, " limit 51"), (200, " limit 201"), (LONGEST, " limit 501")];

/// No page has more rows.
const LONGEST: i64 = 500;

/// What a list is ordered by, in the words of an index, and its type.
fn order_of(key: SortKey) -> (&'static str, &'static str) {
    match key {
        SortKey::Name => ("s.name collate \"C\"", "text"),
        SortKey::State => ("s.state", "text"),
        SortKey::CreatedAt => ("s.created_at", "timestamptz"),
        SortKey::UpdatedAt => ("s.updated_at", "timestamptz"),
        SortKey::Usage => ("coalesce(s.usage_bytes, 0)", "int8"),
        SortKey::Backup => {
            ("coalesce(s.backup_at, timestamptz '1970-01-01 00:00:00+00')", "timestamptz")
        }
        SortKey::Activity => {
            ("coalesce(s.active_at, timestamptz '1970-01-01 00:00:00+00')", "timestamptz")
        }
    }
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
    page(store, select_schema!("page"), filter, sort, start, limit).await
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
    page(store, select_row!("page"), filter, sort, start, limit).await
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

/// One page: `select` says what of its rows.
async fn page<T>(
    store: &Store,
    select: &'static str,
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
    let limit = limit.min(LONGEST);
    let length = LENGTHS.iter().find(|(rows, _)| limit <= *rows).map_or("", |(_, words)| words);
    let (column, cast) = order_of(sort.key);
    let (direction, beyond) = if sort.descending { (" desc", "<") } else { ("", ">") };
    let order = [" order by ", column, direction, ", s.id", direction];
    let mut arguments = bound.arguments()?;
    let (behind, offset) = match start {
        Start::Offset(0) => (vec![], ""),
        Start::Offset(offset) => {
            arguments.add(offset).map_err(sqlx::Error::Encode)?;
            (vec![], " offset $13")
        }
        Start::After(cursor) => {
            arguments.add(&cursor.value).map_err(sqlx::Error::Encode)?;
            arguments.add(cursor.id).map_err(sqlx::Error::Encode)?;
            (vec!["and (", column, ", s.id) ", beyond, " ($13::", cast, ", $14)"], "")
        }
    };
    let rows = iter::once(PAGE).chain(bound.condition()).chain(behind).chain(order);
    let query = sql::fixed(rows.chain([length, offset, ") ", select]).chain(order));
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
