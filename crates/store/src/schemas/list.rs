//! Lists of schemas: filtered, sorted and paged by the database.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use tenantry_domain::schema::SchemaState;
use uuid::Uuid;

use super::{TenantSchema, select_schema};
use crate::{PgError, Store, totals};

/// Which schemas a list shows.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// A part of the name or display name; upper and lower case are alike.
    pub text: Option<String>,
    /// Only these states; empty means all but `purged`.
    pub states: Vec<SchemaState>,
    /// Only the one that the user's own system calls so.
    pub external_id: Option<String>,
    /// Only those that have all these labels, as a JSON object; none for all.
    pub labels: Option<serde_json::Value>,
    /// Only these plans; empty means all, and those without one.
    pub plans: Vec<String>,
}

/// By what a list is sorted. The id breaks ties.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum SortKey {
    /// By name, in bytes.
    Name,
    /// By the time it was asked for.
    CreatedAt,
    /// By the time of the last change.
    UpdatedAt,
    /// By bytes used, unmeasured ones as 0.
    Usage,
}

/// A key and a direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sort {
    /// The key.
    pub key: SortKey,
    /// Largest first.
    pub descending: bool,
}

/// Where a page starts.
#[derive(Clone, Debug)]
pub enum Start {
    /// After so many rows.
    Offset(i64),
    /// After the last row of the page before.
    After(Cursor),
}

/// The last row of a page: the next page starts behind it, whatever was added or removed since.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cursor {
    sort: Sort,
    value: String,
    id: Uuid,
}

impl Cursor {
    /// The cursor as a client keeps it.
    pub fn encode(&self) -> String {
        URL_SAFE_NO_PAD.encode(serde_json::to_vec(self).expect("plain values"))
    }

    /// Reads one back; none when it is not one of ours or belongs to another sort.
    pub fn decode(text: &str, sort: Sort) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        let cursor: Self = serde_json::from_slice(&bytes).ok()?;
        let readable = match sort.key {
            SortKey::Name => !cursor.value.contains('\0'),
            // before 1970 we gave out none, and long before it PostgreSQL reads none
            SortKey::CreatedAt | SortKey::UpdatedAt => {
                cursor.value.parse::<Timestamp>().is_ok_and(|time| time.as_second() >= 0)
            }
            SortKey::Usage => cursor.value.parse::<i64>().is_ok(),
        };
        (cursor.sort == sort && readable).then_some(cursor)
    }

    fn after(sort: Sort, last: &TenantSchema) -> Self {
        let value = match sort.key {
            SortKey::Name => last.name.clone(),
            SortKey::CreatedAt => last.created_at.to_string(),
            SortKey::UpdatedAt => last.updated_at.to_string(),
            SortKey::Usage => last.usage_bytes.unwrap_or(0).to_string(),
        };
        Self { sort, value, id: last.id }
    }
}

/// One page of a list.
#[derive(Debug)]
pub struct Page {
    /// The rows.
    pub items: Vec<TenantSchema>,
    /// How many rows there are on all pages.
    pub total: i64,
    /// Where the next page starts, if there may be one.
    pub next: Option<Cursor>,
}

/// How many schemas there are in each state and of each template.
#[derive(Debug)]
pub struct Facets {
    /// State and count.
    pub states: Vec<(String, i64)>,
    /// Template, version and count, without purged schemas.
    pub templates: Vec<(String, Option<i32>, i64)>,
    /// Bytes used by all, as far as they were measured.
    pub usage_bytes: i64,
}

/// A page in a fixed order, from an offset or behind a row: every one is a statement of its own, so
/// that each can use its index. The page is cut before `select_schema!` looks up what is under way,
/// which would else be done for the rows that are passed over, too.
macro_rules! page_query {
    ($column:literal, $direction:literal, $behind:expr, $offset:literal) => {
        concat!(
            "with page as materialized (
               select s.* from tenant_schema s
               where ($1::text is null or s.search like (select lower($1))) and s.state = any($2)
                 and ($3::text is null or s.external_id = $3)
                 and ($4::jsonb is null or s.labels @> $4)
                 and ($6::text[] is null or s.plan = any($6)) ",
            $behind,
            " order by ",
            $column,
            " ",
            $direction,
            ", s.id ",
            $direction,
            " limit $5 ",
            $offset,
            ") ",
            select_schema!("page"),
            " order by ",
            $column,
            " ",
            $direction,
            ", s.id ",
            $direction
        )
    };
}

/// The two statements of an order: from an offset, and behind a row.
macro_rules! page_queries {
    ($column:literal, $cast:literal, $direction:literal, $beyond:literal) => {
        (
            page_query!($column, $direction, "", "offset $7"),
            page_query!(
                $column,
                $direction,
                concat!("and (", $column, ", s.id) ", $beyond, " ($7::", $cast, ", $8)"),
                ""
            ),
        )
    };
}

fn page_queries(sort: Sort) -> (&'static str, &'static str) {
    match (sort.key, sort.descending) {
        (SortKey::Name, false) => page_queries!("s.name collate \"C\"", "text", "asc", ">"),
        (SortKey::Name, true) => page_queries!("s.name collate \"C\"", "text", "desc", "<"),
        (SortKey::CreatedAt, false) => page_queries!("s.created_at", "timestamptz", "asc", ">"),
        (SortKey::CreatedAt, true) => page_queries!("s.created_at", "timestamptz", "desc", "<"),
        (SortKey::UpdatedAt, false) => page_queries!("s.updated_at", "timestamptz", "asc", ">"),
        (SortKey::UpdatedAt, true) => page_queries!("s.updated_at", "timestamptz", "desc", "<"),
        (SortKey::Usage, false) => {
            page_queries!("coalesce(s.usage_bytes, 0)", "int8", "asc", ">")
        }
        (SortKey::Usage, true) => {
            page_queries!("coalesce(s.usage_bytes, 0)", "int8", "desc", "<")
        }
    }
}

/// One page of the schemas that pass the filter.
///
/// # Errors
/// When the control database cannot be asked.
pub async fn list(
    store: &Store,
    filter: &Filter,
    sort: Sort,
    start: &Start,
    limit: i64,
) -> Result<Page, PgError> {
    let text = filter.text.as_deref().map(like_pattern);
    let states: Vec<&str> = filter.states().iter().map(|state| state.as_str()).collect();
    let plans = (!filter.plans.is_empty()).then_some(filter.plans.as_slice());
    let (from_offset, behind) = page_queries(sort);
    let page = match start {
        Start::Offset(offset) => sqlx::query_as(from_offset)
            .bind(&text)
            .bind(&states)
            .bind(&filter.external_id)
            .bind(&filter.labels)
            .bind(limit + 1)
            .bind(plans)
            .bind(offset),
        Start::After(cursor) => sqlx::query_as(behind)
            .bind(&text)
            .bind(&states)
            .bind(&filter.external_id)
            .bind(&filter.labels)
            .bind(limit + 1)
            .bind(plans)
            .bind(&cursor.value)
            .bind(cursor.id),
    };
    // one row more than asked tells whether there is a next page
    let mut items: Vec<TenantSchema> = page.fetch_all(store.pool()).await?;
    let more = items.len() as i64 > limit;
    items.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    let next = items.last().filter(|_| more).map(|last| Cursor::after(sort, last));
    let counted = totals::Filter {
        pattern: text,
        states: states.iter().map(|state| (*state).to_owned()).collect(),
        plans: plans.map(<[String]>::to_vec),
        external_id: filter.external_id.clone(),
        labels: filter.labels.clone(),
    };
    let total = store.totals().of(store.pool(), counted).await?;
    Ok(Page { items, total, next })
}

/// Counts over the whole fleet.
///
/// # Errors
/// When the control database cannot be asked.
pub async fn facets(store: &Store) -> Result<Facets, PgError> {
    let states = sqlx::query_as("select state, count(*) from tenant_schema group by 1 order by 1")
        .fetch_all(store.pool())
        .await?;
    let templates = sqlx::query_as(
        "select template, template_version, count(*) from tenant_schema
         where state <> 'purged' and template is not null group by 1, 2 order by 1, 2",
    )
    .fetch_all(store.pool())
    .await?;
    let usage_bytes = sqlx::query_scalar(
        "select coalesce(sum(usage_bytes), 0)::int8 from tenant_schema where state <> 'purged'",
    )
    .fetch_one(store.pool())
    .await?;
    Ok(Facets { states, templates, usage_bytes })
}

impl Filter {
    fn states(&self) -> Vec<SchemaState> {
        if self.states.is_empty() {
            SchemaState::ALL.into_iter().filter(|state| *state != SchemaState::Purged).collect()
        } else {
            self.states.clone()
        }
    }
}

/// A text as LIKE takes it: everywhere in the value, nothing in it special.
fn like_pattern(text: &str) -> String {
    let escaped = text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
    format!("%{escaped}%")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_search_text_is_special() {
        assert_eq!(like_pattern("50%_\\"), "%50\\%\\_\\\\%");
    }

    #[test]
    fn a_cursor_belongs_to_its_sort() {
        let sort = Sort { key: SortKey::Name, descending: false };
        let cursor = Cursor { sort, value: "oakwood".into(), id: Uuid::nil() };
        assert_eq!(Cursor::decode(&cursor.encode(), sort), Some(cursor.clone()));
        let other = Sort { key: SortKey::Usage, descending: false };
        assert_eq!(Cursor::decode(&cursor.encode(), other), None);
        assert_eq!(Cursor::decode("nonsense", sort), None);
        for (key, value) in [
            (SortKey::Name, "a\0b"),
            (SortKey::CreatedAt, "-009999-01-02T00:00:00Z"),
            (SortKey::UpdatedAt, "yesterday"),
            (SortKey::Usage, "1e9"),
        ] {
            let sort = Sort { key, descending: true };
            let forged = Cursor { sort, value: value.into(), id: Uuid::nil() };
            assert_eq!(Cursor::decode(&forged.encode(), sort), None, "{value}");
        }
    }
}
