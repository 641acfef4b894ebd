//! Keeps the templates' pools of spares at their settings: looks how many are ready, and asks for a
//! refill where there are too few, too many, or old ones.

use std::collections::HashMap;

use tenantry_domain::pool::PoolSettings;
use tenantry_pg::PgError;
use tenantry_pg::spare::SpareCount;
use tenantry_store::pools::{self, Head};

use crate::fleet::Fleet;
use crate::submit::{self, Refusal};

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
        match submit::refill_pool(fleet, head, settings).await {
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

#[cfg(test)]
mod tests {
    use tenantry_store::pools::OwnSettings;

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
