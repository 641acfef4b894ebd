//! How many schemas pass a filter. Every page of a list tells it, and counting them is what a page
//! of a large fleet would spend most of its time on, so a count is kept while nothing has changed.

use std::collections::HashMap;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use jiff_sqlx::Timestamp;
use sqlx::PgPool;

use crate::PgError;

/// A count is not used for longer. The last change of a row tells of all changes but one that began
/// earlier and was committed later than another.
const KEPT_FOR: Duration = Duration::from_secs(1);

/// More filters than a fleet has people looking at it.
const MOST: usize = 256;

#[derive(Clone, Copy, Debug)]
struct Counted {
    total: i64,
    last_change: Option<Timestamp>,
    at: Instant,
}

/// The counts that are kept.
#[derive(Debug, Default)]
pub(crate) struct Totals {
    kept: Mutex<HashMap<String, Counted>>,
}

impl Totals {
    /// How many schemas pass the filter that `key` is the words of; `count` counts them.
    pub(crate) async fn of(
        &self,
        pool: &PgPool,
        key: String,
        count: impl AsyncFnOnce() -> Result<i64, PgError>,
    ) -> Result<i64, PgError> {
        // before the count: a change between the two makes the count be thrown away
        let (last_change,): (Option<Timestamp>,) =
            sqlx::query_as("select max(updated_at) from tenant_schema").fetch_one(pool).await?;
        if let Some(known) = self.lock().get(&key)
            && known.last_change == last_change
            && known.at.elapsed() < KEPT_FOR
        {
            return Ok(known.total);
        }
        let at = Instant::now();
        let total = count().await?;
        let mut kept = self.lock();
        if kept.len() >= MOST {
            kept.retain(|_, counted| counted.at.elapsed() < KEPT_FOR);
        }
        if kept.len() < MOST {
            kept.insert(key, Counted { total, last_change, at });
        }
        Ok(total)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<String, Counted>> {
        self.kept.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}
