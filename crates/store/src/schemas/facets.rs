//! How the fleet is made up: counts over all schemas, for filters and overviews.

use super::filter::{BackupAge, Filter};
use super::list::count;
use crate::{PgError, Store};

/// How many schemas there are of each kind; all but the states without purged ones.
#[derive(Debug)]
pub struct Facets {
    /// State and count.
    pub states: Vec<(String, i64)>,
    /// Template, version and count.
    pub templates: Vec<(String, Option<i32>, i64)>,
    /// Plan and count; none for those without one.
    pub plans: Vec<(Option<String>, i64)>,
    /// Level of the quota and count.
    pub levels: Vec<(String, i64)>,
    /// Of those that live, how many are without a backup.
    pub without_backup: i64,
    /// Of those that live, how many have a newest backup that is too old.
    pub stale: i64,
    /// How many an operation failed of and nothing succeeded since.
    pub failing: i64,
    /// Bytes used by all, as far as they were measured.
    pub usage_bytes: i64,
}

/// Counts over the whole fleet; `stale` says which backups are too old.
///
/// # Errors
/// When the control database cannot be asked.
pub async fn facets(store: &Store, stale: BackupAge) -> Result<Facets, PgError> {
    let states = sqlx::query_as("select state, count(*) from tenant_schema group by 1 order by 1")
        .fetch_all(store.pool())
        .await?;
    let templates = sqlx::query_as(
        "select template, template_version, count(*) from tenant_schema
         where state <> 'purged' and template is not null group by 1, 2 order by 1, 2",
    )
    .fetch_all(store.pool())
    .await?;
    let plans = sqlx::query_as(
        "select plan, count(*) from tenant_schema where state <> 'purged'
         group by 1 order by 1 nulls last",
    )
    .fetch_all(store.pool())
    .await?;
    let levels = sqlx::query_as(
        "select quota_level, count(*) from tenant_schema where state <> 'purged' group by 1
         order by array_position(array['ok', 'warning', 'soft', 'blocked'], quota_level)",
    )
    .fetch_all(store.pool())
    .await?;
    let usage_bytes = sqlx::query_scalar(
        "select coalesce(sum(usage_bytes), 0)::int8 from tenant_schema where state <> 'purged'",
    )
    .fetch_one(store.pool())
    .await?;
    let living = |backup| Filter { backup: Some(backup), ..Filter::living() };
    let failing = Filter { failing: true, ..Filter::default() };
    Ok(Facets {
        states,
        templates,
        plans,
        levels,
        without_backup: count(store, &living(BackupAge::Missing)).await?,
        stale: count(store, &living(stale)).await?,
        failing: count(store, &failing).await?,
        usage_bytes,
    })
}
