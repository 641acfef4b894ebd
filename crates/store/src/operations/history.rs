//! How many operations there were, over time.

use jiff::{SignedDuration, Timestamp};
use sqlx::postgres::PgRow;
use sqlx::{FromRow, Row};
use tenantry_domain::usage::Grain;

use crate::columns::time;
use crate::ids::first_at;
use crate::{PgError, Store};

/// The operations that were asked for in an hour or a day, by where they are now.
#[derive(Clone, Copy, Debug)]
pub struct Counts {
    /// When it began.
    pub at: Timestamp,
    /// Queued, running or waiting.
    pub pending: i64,
    /// Done.
    pub succeeded: i64,
    /// Given up.
    pub failed: i64,
    /// Stopped on request.
    pub cancelled: i64,
    /// In need of somebody.
    pub stuck: i64,
}

impl FromRow<'_, PgRow> for Counts {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            at: time(row, "at")?,
            pending: row.try_get("pending")?,
            succeeded: row.try_get("succeeded")?,
            failed: row.try_get("failed")?,
            cancelled: row.try_get("cancelled")?,
            stuck: row.try_get("stuck")?,
        })
    }
}

/// By so much the clock that ids are made by may be ahead of the database's, or behind it.
const SLACK: SignedDuration = SignedDuration::from_hours(1);

/// The counts between two times, the oldest first; hours and days (in UTC) without operations are left out.
///
/// # Errors
/// When the control database cannot be asked.
pub async fn history(
    store: &Store,
    grain: Grain,
    from: Timestamp,
    to: Timestamp,
) -> Result<Vec<Counts>, PgError> {
    Ok(sqlx::query_as(
        "select date_trunc($1, created_at, 'UTC') as at,
                count(*) filter (where state in ('queued', 'running', 'waiting')) as pending,
                count(*) filter (where state = 'succeeded') as succeeded,
                count(*) filter (where state = 'failed') as failed,
                count(*) filter (where state = 'cancelled') as cancelled,
                count(*) filter (where state = 'stuck') as stuck
         from operation
         -- the primary key is in the order of time
         where id >= $2 and id < $5 and created_at >= $3 and created_at < $4
         group by 1 order by 1",
    )
    .bind(grain.as_str())
    .bind(first_at(from.saturating_sub(SLACK).unwrap_or(Timestamp::MIN)))
    .bind(jiff_sqlx::Timestamp::from(from))
    .bind(jiff_sqlx::Timestamp::from(to))
    .bind(first_at(to.saturating_add(SLACK).unwrap_or(Timestamp::MAX)))
    .fetch_all(store.pool())
    .await?)
}
