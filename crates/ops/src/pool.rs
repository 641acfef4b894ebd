//! Keeps the templates' pools of spares at their settings: looks how many are ready, and asks for a
//! refill where there are too few, too many, or old ones. And the door through which the settings change.

use std::collections::HashMap;

use serde_json::json;
use tenantry_domain::access::Role;
use tenantry_domain::pool::PoolSettings;
use tenantry_pg::PgError;
use tenantry_pg::spare::SpareCount;
use tenantry_store::pools::{self, Head, OwnSettings};
use tenantry_store::{audit, templates};

use crate::fleet::Fleet;
use crate::kinds::RefillPool;
use crate::queue::queue;
use crate::request::{Accepted, Refusal, Requester};

/// Looks once at every pool, and asks for the refills that are needed.
///
/// # Errors
/// When a database cannot be asked.
pub async fn keep_pools(fleet: &Fleet) -> Result<(), PgError> {
    let heads = pools::heads(&fleet.store).await?;
    let mut spares: HashMap<String, Vec<SpareCount>> = HashMap::new();
    for count in fleet.database.spares(None).await? {
        spares.entry(count.template.clone()).or_default().push(count);
    }
    for head in &heads {
        let there = spares.get(&head.template).map_or(&[][..], Vec::as_slice);
        metrics::gauge!("tenantry_spares_ready", "template" => head.template.clone())
            .set(ready(head, there) as f64);
        let settings = head.own.over(fleet.config.pool);
        if !needs_refill(head, settings, there) {
            continue;
        }
        match refill(fleet, head, settings).await {
            Ok(_) => {}
            Err(Refusal::Store(error)) => return Err(error),
            Err(refusal) => tracing::warn!("No refill of {}: {refusal:?}", head.template),
        }
    }
    Ok(())
}

/// How many spares of a template's newest version can be claimed.
fn ready(head: &Head, spares: &[SpareCount]) -> i64 {
    spares.iter().find(|count| count.version == head.version).map_or(0, |count| count.ready)
}

fn needs_refill(head: &Head, settings: PoolSettings, spares: &[SpareCount]) -> bool {
    let ready = ready(head, spares);
    let too_few = head.can_have_spares && ready < i64::from(settings.floor);
    let too_many = ready > i64::from(settings.ceiling);
    let useless = spares.iter().any(|count| count.version < head.version || count.broken > 0);
    too_few || too_many || useless
}

/// Asks for a template's pool to be brought to its newest version and its settings, unless that is
/// pending or has just failed; none then.
///
/// # Errors
/// `Store`.
pub async fn refill(
    fleet: &Fleet,
    head: &Head,
    settings: PoolSettings,
) -> Result<Option<Accepted>, Refusal> {
    let mut tx = fleet.store.begin().await?;
    pools::lock(&mut tx, &head.template).await?;
    let last = pools::last_refill(&mut tx, &head.template).await?;
    if last.is_some_and(|last| last.pending || last.failed_lately) {
        return Ok(None);
    }
    let wanted = if head.can_have_spares { settings.ceiling } else { 0 };
    let kind = RefillPool::new(&head.template, head.version, wanted, settings.rate);
    let accepted = queue(&mut tx, &Requester::system(), &kind, None, Role::Operator).await?;
    tx.commit().await?;
    fleet.wake_workers();
    Ok(Some(accepted))
}

/// Changes the settings of a template's pool; done at once, no operation. Answers with those that
/// hold now.
///
/// # Errors
/// `TemplateNotFound`, `BadPool`, `Store`.
pub async fn set_pool(
    fleet: &Fleet,
    who: &Requester,
    template: &str,
    own: OwnSettings,
) -> Result<PoolSettings, Refusal> {
    templates::find(&fleet.store, template, None)
        .await?
        .ok_or_else(|| Refusal::TemplateNotFound(template.to_owned()))?;
    let mut tx = fleet.store.begin().await?;
    pools::lock(&mut tx, template).await?;
    let before = pools::own_settings(&mut tx, template).await?.over(fleet.config.pool);
    let settings = own.over(before).check().map_err(Refusal::BadPool)?;
    pools::set_own(&mut tx, template, own).await?;
    let entry = audit::Entry {
        action: "update_pool",
        schema_id: None,
        schema_name: None,
        operation_id: None,
        outcome: "succeeded",
        detail: json!({
            "template": template,
            "floor": own.floor,
            "ceiling": own.ceiling,
            "rate": own.rate,
        }),
    };
    audit::insert(&mut tx, &who.actor, &entry).await?;
    tx.commit().await?;
    Ok(settings)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pool_is_refilled_when_it_is_low_old_or_overfull() {
        let head = |can_have_spares| Head {
            template: "default".into(),
            version: 2,
            can_have_spares,
            own: OwnSettings::default(),
        };
        let count = |version, ready, broken| SpareCount {
            template: "default".into(),
            version,
            ready,
            broken,
        };
        let settings = PoolSettings { floor: 2, ceiling: 4, rate: 1.0 };
        let needs = |can, spares: &[SpareCount]| needs_refill(&head(can), settings, spares);
        assert!(needs(true, &[]));
        assert!(needs(true, &[count(2, 1, 0)]));
        assert!(!needs(true, &[count(2, 2, 0)]));
        assert!(needs(true, &[count(2, 2, 1)]), "a broken one is cleared away");
        assert!(needs(true, &[count(2, 2, 0), count(1, 1, 0)]), "an old one is retired");
        assert!(needs(true, &[count(2, 5, 0)]));
        assert!(!needs(false, &[]), "this version has none");
        let off = PoolSettings { floor: 0, ..settings };
        assert!(!needs_refill(&head(true), off, &[]));
    }
}
