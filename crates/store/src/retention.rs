//! Table `backup` as retention sees it: what it has to know of each, and the three things that it does to them.

use jiff::Timestamp;
use sqlx::postgres::PgRow;
use sqlx::{FromRow, Row};
use tenantry_domain::retention::Facts;
use uuid::Uuid;

use crate::columns::{optional_time, time};
use crate::{PgError, Store, Tx};

/// A backup that is there, and whose it is.
#[derive(Clone, Debug)]
pub struct Kept {
    /// The institution's schema.
    pub schema_id: Uuid,
    /// The institution's name.
    pub schema_name: String,
    /// What retention has to know.
    pub facts: Facts,
}

impl FromRow<'_, PgRow> for Kept {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            schema_id: row.try_get("schema_id")?,
            schema_name: row.try_get("schema_name")?,
            facts: Facts {
                id: row.try_get("id")?,
                taken_at: time(row, "taken_at")?,
                verified: row.try_get("verified")?,
                hold: row.try_get("hold")?,
                condemned_at: optional_time(row, "condemned_at")?,
            },
        })
    }
}

/// The backups that some institutions have, by institution, the newest first.
///
/// # Errors
/// When the control database cannot be asked.
pub async fn backups_of(store: &Store, schemas: &[Uuid]) -> Result<Vec<Kept>, PgError> {
    Ok(sqlx::query_as(
        // the last drill counts, not the best one
        "select b.schema_id, b.schema_name, b.id, b.taken_at, b.hold, b.condemned_at,
                b.verified_at is not null
                  and (b.failed_at is null or b.failed_at < b.verified_at) as verified
         from backup b
         where b.schema_id = any($1) and b.state <> 'removed'
         order by b.schema_id, b.id desc",
    )
    .bind(schemas)
    .fetch_all(store.pool())
    .await?)
}

/// The same of one institution, in a transaction until whose end nobody changes them.
///
/// # Errors
/// When the control database cannot be asked.
pub async fn hold_still(tx: &mut Tx, schema: Uuid) -> Result<(Vec<Kept>, Timestamp), PgError> {
    let kept = sqlx::query_as(
        "select b.schema_id, b.schema_name, b.id, b.taken_at, b.hold, b.condemned_at,
                b.verified_at is not null
                  and (b.failed_at is null or b.failed_at < b.verified_at) as verified
         from backup b
         where b.schema_id = $1 and b.state <> 'removed'
         order by b.id desc for update",
    )
    .bind(schema)
    .fetch_all(tx.connection())
    .await?;
    let now: jiff_sqlx::Timestamp =
        sqlx::query_scalar("select clock_timestamp()").fetch_one(tx.connection()).await?;
    Ok((kept, now.to_jiff()))
}

/// Schemas that have backups, purged ones too, after one of them.
///
/// # Errors
/// When the control database cannot be asked.
pub async fn schemas_with_backups(
    store: &Store,
    after: Uuid,
    limit: i64,
) -> Result<Vec<Uuid>, PgError> {
    Ok(sqlx::query_scalar(
        // from one schema to the next, not over all of their backups
        "with recursive walk as (
           (select schema_id from backup where schema_id > $1 and state <> 'removed'
            order by schema_id limit 1)
           union all
           select (select b.schema_id from backup b
                   where b.schema_id > walk.schema_id and b.state <> 'removed'
                   order by b.schema_id limit 1)
           from walk where walk.schema_id is not null)
         select schema_id from walk where schema_id is not null limit $2",
    )
    .bind(after)
    .bind(limit)
    .fetch_all(store.pool())
    .await?)
}

/// The control database's time.
///
/// # Errors
/// When the control database cannot be asked.
pub async fn now(store: &Store) -> Result<Timestamp, PgError> {
    let now: jiff_sqlx::Timestamp =
        sqlx::query_scalar("select clock_timestamp()").fetch_one(store.pool()).await?;
    Ok(now.to_jiff())
}

/// Condemns backups, each with why. One that is held or condemned by now is left alone; answers with how many
/// were not.
///
/// # Errors
/// When the control database cannot be asked.
pub async fn condemn(tx: &mut Tx, backups: &[(Uuid, &str)]) -> Result<u64, PgError> {
    let (ids, whys): (Vec<Uuid>, Vec<&str>) = backups.iter().copied().unzip();
    let done = sqlx::query(
        "update backup b
         set state = 'condemned', condemned_at = clock_timestamp(), condemned_why = c.why
         from unnest($1::uuid[], $2::text[]) as c (id, why)
         where b.id = c.id and b.state = 'stored' and b.hold is null",
    )
    .bind(ids)
    .bind(whys)
    .execute(tx.connection())
    .await?;
    Ok(done.rows_affected())
}

/// Takes condemnations back.
///
/// # Errors
/// When the control database cannot be asked.
pub async fn reprieve(tx: &mut Tx, backups: &[Uuid]) -> Result<u64, PgError> {
    let done = sqlx::query(
        "update backup set state = 'stored', condemned_at = null, condemned_why = null
         where id = any($1) and state = 'condemned'",
    )
    .bind(backups)
    .execute(tx.connection())
    .await?;
    Ok(done.rows_affected())
}
