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

/// Which schemas are counted.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Filter {
    /// A LIKE pattern for name and display name.
    pub(crate) pattern: Option<String>,
    /// In one of these states.
    pub(crate) states: Vec<String>,
    /// With one of these plans.
    pub(crate) plans: Option<Vec<String>>,
    /// With this external id.
    pub(crate) external_id: Option<String>,
    /// With these labels.
    pub(crate) labels: Option<serde_json::Value>,
}

#[derive(Clone, Copy, Debug)]
struct Counted {
    total: i64,
    last_change: Option<Timestamp>,
    at: Instant,
}

/// The counts that are kept.
#[derive(Debug, Default)]
pub(crate) struct Totals {
    kept: Mutex<HashMap<Filter, Counted>>,
}

impl Totals {
    /// How many schemas pass the filter.
    pub(crate) async fn of(&self, pool: &PgPool, filter: Filter) -> Result<i64, PgError> {
        // before the count: a change between the two makes the count be thrown away
        let (last_change,): (Option<Timestamp>,) =
            sqlx::query_as("select max(updated_at) from tenant_schema").fetch_one(pool).await?;
        if let Some(known) = self.lock().get(&filter)
            && known.last_change == last_change
            && known.at.elapsed() < KEPT_FOR
        {
            return Ok(known.total);
        }
        let at = Instant::now();
        let total = sqlx::query_scalar(
            "select count(*) from tenant_schema s
             where ($1::text is null or s.search like (select lower($1))) and s.state = any($2)
               and ($3::text is null or s.external_id = $3)
               and ($4::jsonb is null or s.labels @> $4)
               and ($5::text[] is null or s.plan = any($5))",
        )
        .bind(&filter.pattern)
        .bind(&filter.states)
        .bind(&filter.external_id)
        .bind(&filter.labels)
        .bind(&filter.plans)
        .fetch_one(pool)
        .await?;
        let mut kept = self.lock();
        if kept.len() >= MOST {
            kept.retain(|_, counted| counted.at.elapsed() < KEPT_FOR);
        }
        if kept.len() < MOST {
            kept.insert(filter, Counted { total, last_change, at });
        }
        Ok(total)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<Filter, Counted>> {
        self.kept.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}
