//! Table `drill`: each attempt to restore a backup and to compare what came back. This is the evidence
//! that backups restore; rows are never changed.

use jiff::Timestamp;
use serde_json::Value;
use sqlx::postgres::PgRow;
use sqlx::{FromRow, Row};
use uuid::Uuid;

use crate::columns::time;
use crate::{PgError, Store, Tx};

/// A drill that ended.
#[derive(Clone, Debug)]
pub struct Drill {
    /// The operation that did it.
    pub operation_id: Uuid,
    /// The backup.
    pub backup_id: Uuid,
    /// The institution's id.
    pub schema_id: Uuid,
    /// The institution's name.
    pub schema_name: String,
    /// `verified`, `differs`, or `failed` when it could not be restored.
    pub outcome: String,
    /// What differs, or why it could not be restored.
    pub detail: Value,
    /// Milliseconds from the first byte fetched to the restored schema: the recovery time.
    pub restore_ms: Option<i64>,
    /// Milliseconds of the comparison.
    pub compare_ms: Option<i64>,
    /// Rows that were compared.
    pub row_count: Option<i64>,
    /// When it ended.
    pub drilled_at: Timestamp,
}

impl FromRow<'_, PgRow> for Drill {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            operation_id: row.try_get("operation_id")?,
            backup_id: row.try_get("backup_id")?,
            schema_id: row.try_get("schema_id")?,
            schema_name: row.try_get("schema_name")?,
            outcome: row.try_get("outcome")?,
            detail: row.try_get("detail")?,
            restore_ms: row.try_get("restore_ms")?,
            compare_ms: row.try_get("compare_ms")?,
            row_count: row.try_get("row_count")?,
            drilled_at: time(row, "drilled_at")?,
        })
    }
}

/// A drill that has just ended.
#[derive(Clone, Debug)]
pub struct NewDrill<'a> {
    /// The operation that did it.
    pub operation_id: Uuid,
    /// The backup.
    pub backup_id: Uuid,
    /// The institution's id.
    pub schema_id: Uuid,
    /// The institution's name.
    pub schema_name: &'a str,
    /// `verified`, `differs` or `failed`.
    pub outcome: &'a str,
    /// What differs, or why it could not be restored.
    pub detail: &'a Value,
    /// What is wrong with the backup, in a sentence; none where nothing is, or where the drill failed
    /// for reasons that are not the backup's.
    pub fault: Option<&'a str>,
    /// The recovery time in milliseconds.
    pub restore_ms: Option<i64>,
    /// Milliseconds of the comparison.
    pub compare_ms: Option<i64>,
    /// Rows that were compared.
    pub row_count: Option<i64>,
}

/// Enters a drill, and what it says of its backup.
///
/// # Errors
/// When the control database cannot be asked.
pub async fn insert(tx: &mut Tx, new: &NewDrill<'_>) -> Result<(), PgError> {
    sqlx::query(
        "insert into drill (operation_id, backup_id, schema_id, schema_name, outcome, detail,
                            restore_ms, compare_ms, row_count)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
         -- an operation that is tried again writes its last word
         on conflict (operation_id) do update
           set outcome = excluded.outcome, detail = excluded.detail, restore_ms = excluded.restore_ms,
               compare_ms = excluded.compare_ms, row_count = excluded.row_count,
               drilled_at = clock_timestamp()",
    )
    .bind(new.operation_id)
    .bind(new.backup_id)
    .bind(new.schema_id)
    .bind(new.schema_name)
    .bind(new.outcome)
    .bind(new.detail)
    .bind(new.restore_ms)
    .bind(new.compare_ms)
    .bind(new.row_count)
    .execute(tx.connection())
    .await?;
    if new.outcome == "verified" {
        sqlx::query(
            "update backup set verified_at = clock_timestamp(), restore_ms = $2, failed_at = null,
               failure = null where id = $1",
        )
        .bind(new.backup_id)
        .bind(new.restore_ms)
        .execute(tx.connection())
        .await?;
    } else if let Some(fault) = new.fault {
        sqlx::query("update backup set failed_at = clock_timestamp(), failure = $2 where id = $1")
            .bind(new.backup_id)
            .bind(fault)
            .execute(tx.connection())
            .await?;
    }
    Ok(())
}

/// Drills, the newest first, those of one institution or all; `before` is the time of the last row of the
/// page before.
///
/// # Errors
/// When the control database cannot be asked.
pub async fn list(
    store: &Store,
    schema: Option<&str>,
    before: Option<Timestamp>,
    limit: i64,
) -> Result<Vec<Drill>, PgError> {
    Ok(sqlx::query_as(
        "select * from drill
         where ($1::text is null or schema_name = $1) and ($2::timestamptz is null or drilled_at < $2)
         order by drilled_at desc, operation_id limit $3",
    )
    .bind(schema)
    .bind(before.map(jiff_sqlx::Timestamp::from))
    .bind(limit)
    .fetch_all(store.pool())
    .await?)
}

/// How the fleet stands: what the numbers on the first page and the alarms are made of.
#[derive(Clone, Copy, Debug, FromRow)]
pub struct Freshness {
    /// Institutions that live.
    pub institutions: i64,
    /// Those without any backup.
    pub without_backup: i64,
    /// Those whose newest backup is older than the time asked for.
    pub stale: i64,
    /// Those whose newest backup is not verified.
    pub unverified: i64,
    /// Seconds since the oldest of the institutions' newest backups was taken, or was last known to be as
    /// good as one taken then.
    pub oldest_backup_seconds: Option<f64>,
    /// Seconds since the oldest of those among them that are not verified was taken, or since its
    /// institution was made where there is no backup at all.
    pub oldest_unverified_seconds: Option<f64>,
}

/// How old and how sure backups are over the fleet.
///
/// # Errors
/// When the control database cannot be asked.
pub async fn freshness(store: &Store, stale_after_seconds: f64) -> Result<Freshness, PgError> {
    Ok(sqlx::query_as(
        "with newest as (
           select s.id, s.created_at, b.taken_at, coalesce(b.current_at, b.taken_at) as good_at,
                  b.verified_at is not null and b.failed_at is null as verified
           from tenant_schema s
           left join lateral (
             select taken_at, current_at, verified_at, failed_at from backup
             where schema_id = s.id and state <> 'removed' order by id desc limit 1) b on true
           where s.state in ('active', 'suspended')
         )
         select count(*) as institutions,
                count(*) filter (where taken_at is null) as without_backup,
                count(*) filter (where good_at < clock_timestamp() - make_interval(secs => $1)) as stale,
                count(*) filter (where taken_at is not null and not verified) as unverified,
                extract(epoch from clock_timestamp() - min(good_at))::float8 as oldest_backup_seconds,
                extract(epoch from clock_timestamp()
                        - min(coalesce(taken_at, created_at)) filter (where verified is not true))::float8
                  as oldest_unverified_seconds
         from newest",
    )
    .bind(stale_after_seconds)
    .fetch_one(store.pool())
    .await?)
}
