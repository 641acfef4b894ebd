//! How schemas stand to their quotas: columns of `tenant_schema` that only the sampler and the
//! operations on quotas write. None of it is a change of the schema, so `updated_at` stays.

use serde_json::Value;
use sqlx::postgres::PgRow;
use sqlx::{FromRow, Row};
use tenantry_domain::quota::QuotaLevel;
use uuid::Uuid;

use crate::columns::word;
use crate::{PgError, Store, Tx, events};

/// A schema that has a quota, or had one.
#[derive(Clone, Debug)]
pub struct Standing {
    /// The schema.
    pub id: Uuid,
    /// The institution's name.
    pub name: String,
    /// Bytes when last measured.
    pub used_bytes: Option<i64>,
    /// Bytes that it may use; none when the limit was taken away.
    pub quota_bytes: Option<i64>,
    /// The level that was told last.
    pub level: QuotaLevel,
    /// Whether its institution is kept from writing.
    pub blocked: bool,
    /// Whether an operation on that is pending, or failed a short time ago, or cannot do anything.
    pub busy: bool,
}

impl FromRow<'_, PgRow> for Standing {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            id: row.try_get("id")?,
            name: row.try_get("name")?,
            used_bytes: row.try_get("usage_bytes")?,
            quota_bytes: row.try_get("quota_bytes")?,
            level: word(row, "quota_level")?,
            blocked: row.try_get("blocked")?,
            busy: row.try_get("busy")?,
        })
    }
}

/// Schemas with a quota, or with what is left of one, in the order of their ids, behind one; of all,
/// or of some.
///
/// # Errors
/// When the control database cannot be asked.
pub async fn standings(
    store: &Store,
    only: Option<&[Uuid]>,
    after: Uuid,
    limit: i64,
) -> Result<Vec<Standing>, PgError> {
    Ok(sqlx::query_as(
        "select s.id, s.name, s.usage_bytes, coalesce(s.quota_bytes, p.quota_bytes) as quota_bytes,
                s.quota_level,
                s.writes_blocked_at is not null as blocked,
                exists (select from operation o
                        where o.schema_id = s.id and o.state in ('queued', 'running', 'waiting')
                          and o.kind in ('block_writes', 'unblock_writes'))
                or exists (select from operation o
                           where o.schema_id = s.id and o.schema_name = s.name
                             and o.state in ('failed', 'stuck', 'cancelled')
                             and o.kind in ('block_writes', 'unblock_writes')
                             and o.finished_at > clock_timestamp() - interval '10 minutes')
                -- the owner of an adopted schema cannot be kept from writing: its level is told, no more
                or exists (select from adoption a where a.schema_id = s.id) as busy
         from tenant_schema s left join plan p on p.name = s.plan
         where s.state in ('active', 'suspended')
           and (s.quota_bytes is not null or p.quota_bytes is not null or s.quota_level <> 'ok' or s.writes_blocked_at is not null)
           and ($1::uuid[] is null or s.id = any($1)) and s.id > $2
         order by s.id limit $3",
    )
    .bind(only)
    .bind(after)
    .bind(limit)
    .fetch_all(store.pool())
    .await?)
}

/// The schemas that are nearest to their quotas or beyond, from 75 % on, and those that are blocked.
///
/// # Errors
/// When the control database cannot be asked.
pub async fn to_watch(store: &Store, limit: i64) -> Result<Vec<Uuid>, PgError> {
    Ok(sqlx::query_scalar(
        "select s.id
         from tenant_schema s
         left join plan p on p.name = s.plan
         cross join lateral (select coalesce(s.quota_bytes, p.quota_bytes) as bytes) quota
         where quota.bytes is not null and s.state = 'active'
           and (s.usage_bytes::numeric >= quota.bytes::numeric * 0.75 or s.writes_blocked_at is not null)
         order by coalesce(s.usage_bytes, 0)::numeric / greatest(quota.bytes, 1) desc limit $1",
    )
    .bind(limit)
    .fetch_all(store.pool())
    .await?)
}

/// Of some schemas those that have a quota and are not blocked yet, the one that was measured first in front.
///
/// # Errors
/// When the control database cannot be asked.
pub async fn bounded(store: &Store, ids: &[Uuid], limit: i64) -> Result<Vec<Uuid>, PgError> {
    Ok(sqlx::query_scalar(
        "select s.id from tenant_schema s left join plan p on p.name = s.plan
         where s.id = any($1) and coalesce(s.quota_bytes, p.quota_bytes) is not null
           and s.state = 'active' and s.writes_blocked_at is null
         order by s.usage_measured_at nulls first limit $2",
    )
    .bind(ids)
    .bind(limit)
    .fetch_all(store.pool())
    .await?)
}

/// How many schemas with a quota are at each level.
///
/// # Errors
/// When the control database cannot be asked.
pub async fn levels(store: &Store) -> Result<Vec<(String, i64)>, PgError> {
    Ok(sqlx::query_as(
        "select s.quota_level, count(*) from tenant_schema s left join plan p on p.name = s.plan
         where coalesce(s.quota_bytes, p.quota_bytes) is not null
           and s.state in ('active', 'suspended') group by 1",
    )
    .fetch_all(store.pool())
    .await?)
}

/// Notes a level.
///
/// # Errors
/// When the control database cannot be asked.
pub async fn set_level(tx: &mut Tx, id: Uuid, level: QuotaLevel) -> Result<(), PgError> {
    sqlx::query("update tenant_schema set quota_level = $2 where id = $1")
        .bind(id)
        .bind(level.as_str())
        .execute(tx.connection())
        .await?;
    Ok(())
}

/// Notes whether an institution is kept from writing.
///
/// # Errors
/// When the control database cannot be asked.
pub async fn set_blocked(tx: &mut Tx, id: Uuid, blocked: bool) -> Result<(), PgError> {
    sqlx::query(
        "update tenant_schema
         set writes_blocked_at = case when $2 then coalesce(writes_blocked_at, clock_timestamp()) end
         where id = $1",
    )
    .bind(id)
    .bind(blocked)
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// Tells those who watch, with the institution's name.
///
/// # Errors
/// When the control database cannot be asked.
pub async fn tell(tx: &mut Tx, id: Uuid, event: &'static str, data: &Value) -> Result<(), PgError> {
    let name: Option<String> = sqlx::query_scalar("select name from tenant_schema where id = $1")
        .bind(id)
        .fetch_optional(tx.connection())
        .await?;
    let mut data = data.clone();
    data["name"] = name.into();
    events::insert(tx, event, Some(id), None, &data).await
}
