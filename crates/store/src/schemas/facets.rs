//! How the fleet is made up: counts over all schemas, for filters and overviews.

use std::collections::BTreeMap;
use std::time::Duration;

use sqlx::FromRow;
use tenantry_domain::quota::QuotaLevel;

use super::filter::Filter;
use super::list::count;
use crate::{PgError, Store};

/// How many schemas there are of each kind; all but the states without purged ones.
#[derive(Debug, Default)]
pub struct Facets {
    /// State and count.
    pub states: Vec<(String, i64)>,
    /// Template, version and count.
    pub templates: Vec<(String, Option<i32>, i64)>,
    /// Plan and count; none, the last one, for those without.
    pub plans: Vec<(Option<String>, i64)>,
    /// Level of the quota and count, the best first.
    pub levels: Vec<(QuotaLevel, i64)>,
    /// Of those that live, how many are without a backup.
    pub without_backup: i64,
    /// Of those that live, how many have a newest backup that is too old.
    pub stale: i64,
    /// How many an operation failed of and nothing succeeded since.
    pub failing: i64,
    /// Bytes used by all, as far as they were measured.
    pub usage_bytes: i64,
}

/// Schemas that are alike.
#[derive(FromRow)]
struct Group {
    state: String,
    template: Option<String>,
    template_version: Option<i32>,
    plan: Option<String>,
    quota_level: String,
    count: i64,
    usage_bytes: i64,
    without_backup: i64,
    stale: i64,
}

/// Counts over the whole fleet; `stale_after` says which backups are too old. The table is read once.
///
/// # Errors
/// When the control database cannot be asked.
pub async fn facets(store: &Store, stale_after: Duration) -> Result<Facets, PgError> {
    let groups: Vec<Group> = sqlx::query_as(
        "select state, template, template_version, plan, quota_level, count(*) as count,
                coalesce(sum(usage_bytes), 0)::int8 as usage_bytes,
                count(*) filter (where state in ('active', 'suspended') and backup_at is null)
                  as without_backup,
                count(*) filter (where state in ('active', 'suspended')
                                   and backup_at < now() - make_interval(secs => $1)) as stale
         from tenant_schema group by 1, 2, 3, 4, 5",
    )
    .bind(stale_after.as_secs_f64())
    .fetch_all(store.pool())
    .await?;
    let failing = count(store, &Filter { failing: true, ..Filter::default() }).await?;
    Ok(Facets { failing, ..fold(&groups) })
}

fn fold(groups: &[Group]) -> Facets {
    let mut facets = Facets::default();
    let (mut states, mut templates) = (BTreeMap::new(), BTreeMap::new());
    let (mut plans, mut levels) = (BTreeMap::new(), BTreeMap::new());
    for group in groups {
        *states.entry(group.state.clone()).or_default() += group.count;
        if group.state == "purged" {
            continue;
        }
        if let Some(template) = &group.template {
            // those without a version last
            let key = (template.clone(), group.template_version.is_none(), group.template_version);
            *templates.entry(key).or_default() += group.count;
        }
        *plans.entry((group.plan.is_none(), group.plan.clone())).or_default() += group.count;
        if let Ok(level) = group.quota_level.parse::<QuotaLevel>() {
            *levels.entry(level).or_default() += group.count;
        }
        facets.usage_bytes += group.usage_bytes;
        facets.without_backup += group.without_backup;
        facets.stale += group.stale;
    }
    facets.states = states.into_iter().collect();
    facets.templates = templates
        .into_iter()
        .map(|((template, _, version), count)| (template, version, count))
        .collect();
    facets.plans = plans.into_iter().map(|((_, plan), count)| (plan, count)).collect();
    facets.levels = levels.into_iter().collect();
    facets
}
