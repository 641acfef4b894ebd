//! Schemas that a bulk change may be about: what of them decides whether it is.

use sqlx::FromRow;
use sqlx::Row;
use sqlx::postgres::PgRow;
use tenantry_domain::schema::SchemaState;
use tenantry_pg::sql;
use uuid::Uuid;

use super::filter::Filter;
use crate::columns::word;
use crate::{PgError, Tx};

/// A schema that passes a filter.
#[derive(Clone, Debug)]
pub struct Selected {
    /// Its id.
    pub id: Uuid,
    /// The institution's name.
    pub name: String,
    /// Where it is in its life.
    pub state: SchemaState,
    /// Bytes when last measured.
    pub usage_bytes: i64,
    /// Whether it was adopted.
    pub adopted: bool,
    /// Whether it was adopted and is only read.
    pub read_only: bool,
    /// Whether something is queued or under way for it.
    pub pending: bool,
    /// Whether another one, which lives, has the name.
    pub name_taken: bool,
}

impl FromRow<'_, PgRow> for Selected {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            id: row.try_get("id")?,
            name: row.try_get("name")?,
            state: word(row, "state")?,
            usage_bytes: row.try_get("usage_bytes")?,
            adopted: row.try_get("adopted")?,
            read_only: row.try_get("read_only")?,
            pending: row.try_get("pending")?,
            name_taken: row.try_get("name_taken")?,
        })
    }
}

/// All that pass a filter, in the order of their names; of one name the one dropped last first.
///
/// # Errors
/// When the control database cannot be asked.
pub async fn select(tx: &mut Tx, filter: &Filter) -> Result<Vec<Selected>, PgError> {
    let bound = filter.bound(tx.connection()).await?;
    let query = sql::fixed(
        ["select s.id, s.name, s.state, coalesce(s.usage_bytes, 0) as usage_bytes,
                a.schema_id is not null as adopted, coalesce(a.read_only, false) as read_only,
                exists (select from operation o where o.schema_id = s.id
                        and o.state in ('queued', 'running', 'waiting')) as pending,
                s.state = 'archived' and exists (
                  select from tenant_schema living where living.name = s.name
                  and living.state not in ('archived', 'purging', 'purged')) as name_taken
             from tenant_schema s left join adoption a on a.schema_id = s.id where "]
        .into_iter()
        .chain(bound.condition())
        .chain([" order by s.name collate \"C\", s.archived_at desc nulls first, s.id"]),
    );
    Ok(sqlx::query_as_with(query, bound.arguments()?).fetch_all(tx.connection()).await?)
}
