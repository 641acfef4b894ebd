//! Tables `schema_usage` and `usage_point`: what each schema uses, and its history by the hour and by
//! the day. Both are written together, many schemas at a time. Table `fleet_usage_point`: the history of all together.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::json;
use sqlx::postgres::PgRow;
use sqlx::{FromRow, Row};
use tenantry_domain::usage::{Grain, SchemaUsage};
use uuid::Uuid;

use crate::columns::{optional_time, time};
use crate::{PgError, Store};

/// An hour or a day of a schema.
#[derive(Clone, Debug)]
pub struct Point {
    /// When it began.
    pub at: Timestamp,
    /// Bytes of tables, at its end.
    pub table_bytes: i64,
    /// Bytes of indexes, at its end.
    pub index_bytes: i64,
    /// Bytes of TOAST, at its end.
    pub toast_bytes: i64,
    /// The largest size of all that was seen in it.
    pub most_bytes: i64,
    /// Estimated rows, at its end.
    pub row_estimate: i64,
    /// Rows inserted, updated and deleted in it.
    pub writes: i64,
    /// The most sessions that were seen at a time.
    pub most_connections: i32,
}

impl FromRow<'_, PgRow> for Point {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            at: time(row, "at")?,
            table_bytes: row.try_get("table_bytes")?,
            index_bytes: row.try_get("index_bytes")?,
            toast_bytes: row.try_get("toast_bytes")?,
            most_bytes: row.try_get("most_bytes")?,
            row_estimate: row.try_get("row_estimate")?,
            writes: row.try_get("writes")?,
            most_connections: row.try_get("most_connections")?,
        })
    }
}

/// What the whole fleet uses.
#[derive(Clone, Debug)]
pub struct Totals {
    /// How many schemas there are, without purged ones.
    pub schemas: i64,
    /// How many of them were measured.
    pub measured: i64,
    /// How many may have another size than the one that was measured.
    pub stale: i64,
    /// Since when the stalest of those may have.
    pub stale_since: Option<Timestamp>,
    /// The oldest measurement.
    pub oldest_measured_at: Option<Timestamp>,
    /// Bytes of tables.
    pub table_bytes: i64,
    /// Bytes of indexes.
    pub index_bytes: i64,
    /// Bytes of TOAST.
    pub toast_bytes: i64,
    /// Estimated rows.
    pub row_estimate: i64,
    /// Sessions of application roles.
    pub connections: i64,
}

impl FromRow<'_, PgRow> for Totals {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            schemas: row.try_get("schemas")?,
            measured: row.try_get("measured")?,
            stale: row.try_get("stale")?,
            stale_since: optional_time(row, "stale_since")?,
            oldest_measured_at: optional_time(row, "oldest_measured_at")?,
            table_bytes: row.try_get("table_bytes")?,
            index_bytes: row.try_get("index_bytes")?,
            toast_bytes: row.try_get("toast_bytes")?,
            row_estimate: row.try_get("row_estimate")?,
            connections: row.try_get("connections")?,
        })
    }
}

/// The columns of `schema_usage`, as a list of schemas joins them.
pub(crate) fn of_row(row: &PgRow) -> Result<SchemaUsage, sqlx::Error> {
    Ok(SchemaUsage {
        table_bytes: row.try_get("table_bytes")?,
        index_bytes: row.try_get("index_bytes")?,
        toast_bytes: row.try_get("toast_bytes")?,
        row_estimate: row.try_get::<Option<i64>, _>("row_estimate")?.unwrap_or(0),
        writes_total: row.try_get::<Option<i64>, _>("writes_total")?.unwrap_or(0),
        connections: row.try_get::<Option<i32>, _>("connections")?.unwrap_or(0),
        last_activity: optional_time(row, "last_activity")?,
        measured_at: optional_time(row, "measured_at")?,
        stale_since: optional_time(row, "stale_since")?,
    })
}

/// How exactly the order of lists knows when a schema was last used.
const ACTIVE_TO: Duration = Duration::from_secs(5 * 60);

/// Writes what some schemas use, as it is now, into their hour and into their day. Told the same
/// again, it changes nothing. Not a change of the schemas, so their `updated_at` stays.
///
/// # Errors
/// When the control database cannot be asked; then nothing was written.
pub async fn record(store: &Store, seen: &[(Uuid, &SchemaUsage)]) -> Result<(), PgError> {
    let rows: Vec<_> = seen.iter().map(|(id, usage)| json!({ "id": id, "usage": usage })).collect();
    sqlx::query(
        "with given as materialized (
           select s.id, u.*,
                  u.table_bytes + u.index_bytes + u.toast_bytes as bytes,
                  greatest(0, u.writes_total - coalesce(k.writes_total, 0)) as writes
           from jsonb_to_recordset($1) as g(id uuid, usage jsonb)
           cross join lateral jsonb_to_record(g.usage) as u(
             table_bytes int8, index_bytes int8, toast_bytes int8, row_estimate int8,
             writes_total int8, connections int4, last_activity timestamptz,
             measured_at timestamptz, stale_since timestamptz)
           join tenant_schema s on s.id = g.id
           left join schema_usage k on k.schema_id = g.id
         ), latest as (
           insert into schema_usage as k
             (schema_id, table_bytes, index_bytes, toast_bytes, row_estimate, writes_total,
              connections, last_activity, measured_at, stale_since)
           select id, table_bytes, index_bytes, toast_bytes, row_estimate, writes_total,
                  connections, last_activity, measured_at, stale_since
           from given
           on conflict (schema_id) do update
           set table_bytes = excluded.table_bytes, index_bytes = excluded.index_bytes,
               toast_bytes = excluded.toast_bytes, row_estimate = excluded.row_estimate,
               writes_total = excluded.writes_total, connections = excluded.connections,
               last_activity = excluded.last_activity, measured_at = excluded.measured_at,
               stale_since = excluded.stale_since
         ), history as (
           insert into usage_point as p
             (schema_id, grain, at, table_bytes, index_bytes, toast_bytes, most_bytes, row_estimate,
              writes, most_connections)
           select id, grain, date_trunc(grain, clock_timestamp(), 'UTC'), table_bytes, index_bytes,
                  toast_bytes, bytes, row_estimate, writes, connections
           from given, (values ('hour'), ('day')) as by(grain)
           where bytes is not null
           on conflict (schema_id, grain, at) do update
           set table_bytes = excluded.table_bytes, index_bytes = excluded.index_bytes,
               toast_bytes = excluded.toast_bytes,
               most_bytes = greatest(p.most_bytes, excluded.most_bytes),
               row_estimate = excluded.row_estimate, writes = p.writes + excluded.writes,
               most_connections = greatest(p.most_connections, excluded.most_connections)
         )
         update tenant_schema s
         set usage_bytes = coalesce(given.bytes, s.usage_bytes),
             usage_measured_at = case when given.bytes is null then s.usage_measured_at
                                      else given.measured_at end,
             active_at = greatest(s.active_at, given.last_activity)
         from given
         where s.id = given.id
           and (given.bytes <> coalesce(s.usage_bytes, -1)
                -- whoever works all the time is not written down every minute
                or given.last_activity
                   > coalesce(s.active_at + make_interval(secs => $2), '-infinity'))",
    )
    .bind(serde_json::Value::Array(rows))
    .bind(ACTIVE_TO.as_secs_f64())
    .execute(store.pool())
    .await?;
    Ok(())
}

/// The points of a schema between two times, the oldest first.
///
/// # Errors
/// When the control database cannot be asked.
pub async fn history(
    store: &Store,
    id: Uuid,
    grain: Grain,
    from: Timestamp,
    to: Timestamp,
) -> Result<Vec<Point>, PgError> {
    Ok(sqlx::query_as(
        "select * from usage_point
         where schema_id = $1 and grain = $2 and at >= $3 and at < $4
         order by at",
    )
    .bind(id)
    .bind(grain.as_str())
    .bind(jiff_sqlx::Timestamp::from(from))
    .bind(jiff_sqlx::Timestamp::from(to))
    .fetch_all(store.pool())
    .await?)
}

/// What all schemas use together.
///
/// # Errors
/// When the control database cannot be asked.
pub async fn totals(store: &Store) -> Result<Totals, PgError> {
    Ok(sqlx::query_as(
        "select count(*) as schemas, count(u.measured_at) as measured,
                count(*) filter (where u.stale_since is not null or u.measured_at is null) as stale,
                min(u.stale_since) as stale_since, min(u.measured_at) as oldest_measured_at,
                coalesce(sum(u.table_bytes), 0)::int8 as table_bytes,
                coalesce(sum(u.index_bytes), 0)::int8 as index_bytes,
                coalesce(sum(u.toast_bytes), 0)::int8 as toast_bytes,
                coalesce(sum(u.row_estimate), 0)::int8 as row_estimate,
                coalesce(sum(u.connections), 0)::int8 as connections
         from tenant_schema s
         left join schema_usage u on u.schema_id = s.id
         where s.state not in ('purged', 'failed', 'provisioning')",
    )
    .fetch_one(store.pool())
    .await?)
}

/// An hour or a day of the whole fleet.
#[derive(Clone, Debug)]
pub struct FleetPoint {
    /// When it began.
    pub at: Timestamp,
    /// How many schemas there were, at its end.
    pub schemas: i64,
    /// Bytes of tables, at its end.
    pub table_bytes: i64,
    /// Bytes of indexes, at its end.
    pub index_bytes: i64,
    /// Bytes of TOAST, at its end.
    pub toast_bytes: i64,
}

impl FromRow<'_, PgRow> for FleetPoint {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            at: time(row, "at")?,
            schemas: row.try_get("schemas")?,
            table_bytes: row.try_get("table_bytes")?,
            index_bytes: row.try_get("index_bytes")?,
            toast_bytes: row.try_get("toast_bytes")?,
        })
    }
}

/// Writes what all use together, as it is now, into this hour and this day.
///
/// # Errors
/// When the control database cannot be asked.
pub async fn record_fleet(store: &Store, totals: &Totals) -> Result<(), PgError> {
    sqlx::query(
        "insert into fleet_usage_point (grain, at, schemas, table_bytes, index_bytes, toast_bytes)
         select grain, date_trunc(grain, clock_timestamp(), 'UTC'), $1, $2, $3, $4
         from (values ('hour'), ('day')) as by (grain)
         on conflict (grain, at) do update
         set schemas = excluded.schemas, table_bytes = excluded.table_bytes,
             index_bytes = excluded.index_bytes, toast_bytes = excluded.toast_bytes",
    )
    .bind(totals.schemas)
    .bind(totals.table_bytes)
    .bind(totals.index_bytes)
    .bind(totals.toast_bytes)
    .execute(store.pool())
    .await?;
    Ok(())
}

/// The points of the whole fleet between two times, the oldest first.
///
/// # Errors
/// When the control database cannot be asked.
pub async fn fleet_history(
    store: &Store,
    grain: Grain,
    from: Timestamp,
    to: Timestamp,
) -> Result<Vec<FleetPoint>, PgError> {
    Ok(sqlx::query_as(
        "select * from fleet_usage_point where grain = $1 and at >= $2 and at < $3 order by at",
    )
    .bind(grain.as_str())
    .bind(jiff_sqlx::Timestamp::from(from))
    .bind(jiff_sqlx::Timestamp::from(to))
    .fetch_all(store.pool())
    .await?)
}

/// A schema that grew.
#[derive(Clone, Debug, FromRow)]
pub struct Grown {
    /// The institution's name.
    pub name: String,
    /// Bytes now.
    pub bytes: i64,
    /// How many bytes it had less then; all of them where it was not there yet.
    pub grown_bytes: i64,
}

/// The schemas that grew most within a time, by whole days, the one that grew most first.
///
/// # Errors
/// When the control database cannot be asked.
pub async fn grown(store: &Store, within: Duration, limit: i64) -> Result<Vec<Grown>, PgError> {
    Ok(sqlx::query_as(
        "select s.name, s.usage_bytes as bytes, s.usage_bytes - coalesce(b.bytes, 0) as grown_bytes
         from tenant_schema s left join lateral (
           select p.table_bytes + p.index_bytes + p.toast_bytes as bytes from usage_point p
           where p.schema_id = s.id and p.grain = 'day'
             and p.at < clock_timestamp() - make_interval(secs => $1)
           order by p.at desc limit 1) b on true
         where s.state in ('active', 'suspended') and s.usage_bytes > coalesce(b.bytes, 0)
         order by grown_bytes desc, s.name limit $2",
    )
    .bind(within.as_secs_f64())
    .bind(limit)
    .fetch_all(store.pool())
    .await?)
}

/// Removes points that are older than they are kept, 10,000 at a time, and says how many.
///
/// # Errors
/// When the control database cannot be asked.
pub async fn forget_old(store: &Store, hours: Duration, days: Duration) -> Result<u64, PgError> {
    let done = sqlx::query(
        "with of_fleet as (
           delete from fleet_usage_point
           where (grain = 'hour' and at < clock_timestamp() - make_interval(secs => $1))
              or (grain = 'day' and at < clock_timestamp() - make_interval(secs => $2)))
         delete from usage_point where ctid = any(array(
           select ctid from usage_point
           where (grain = 'hour' and at < clock_timestamp() - make_interval(secs => $1))
              or (grain = 'day' and at < clock_timestamp() - make_interval(secs => $2))
           limit 10000))",
    )
    .bind(hours.as_secs_f64())
    .bind(days.as_secs_f64())
    .execute(store.pool())
    .await?;
    Ok(done.rows_affected())
}
