//! Holds what schemas use against what they may, tells when a level is reached or left, and asks for the
//! operations that keep an institution from writing and let it write again.

use serde_json::json;
use tenantry_domain::access::Role;
use tenantry_domain::quota::QuotaLevel;
use tenantry_pg::PgError;
use tenantry_store::quotas::{self, Standing};
use uuid::Uuid;

use crate::fleet::Fleet;
use crate::kinds::{BlockWrites, UnblockWrites};
use crate::queue::queue;
use crate::request::{Accepted, Refusal, Requester};
use crate::usage::measure_now;

/// Schemas in a page.
const PAGE: i64 = 500;

/// The schemas nearest to their quotas are looked at more often than all others; no more than these.
const WATCHED: i64 = 50;

/// Of the schemas that somebody just happens to write to, so many are measured at a time: each takes the
/// server some milliseconds.
const TOUCHED: i64 = 10;

/// Judges every schema that has a quota.
///
/// # Errors
/// When the control database cannot be asked.
pub async fn judge_all(fleet: &Fleet) -> Result<(), PgError> {
    judge(fleet, None).await?;
    let levels = quotas::levels(&fleet.store).await?;
    for level in QuotaLevel::ALL {
        let count = levels.iter().find(|(word, _)| word == level.as_str()).map_or(0, |l| l.1);
        metrics::gauge!("tenantry_quota_schemas", "level" => level.as_str()).set(count as f64);
    }
    Ok(())
}

/// Measures and judges the schemas that are near their quotas or blocked.
///
/// # Errors
/// When a database cannot be asked.
pub async fn watch(fleet: &Fleet) -> Result<(), PgError> {
    let watched = quotas::to_watch(&fleet.store, WATCHED).await?;
    if watched.is_empty() {
        return Ok(());
    }
    for id in &watched {
        measure_now(fleet, *id).await?;
    }
    judge(fleet, Some(&watched)).await
}

/// Measures and judges schemas that have a quota and are being written to now: those in which a
/// transaction has been at it for long, and some of the others, the ones that were not measured for the
/// longest time.
///
/// # Errors
/// When a database cannot be asked.
pub async fn watch_writers(fleet: &Fleet) -> Result<(), PgError> {
    let written = fleet.database.written_now(fleet.config.quota.writers_every).await?;
    let mut measured = Vec::new();
    for (old, most) in [(true, WATCHED), (false, TOUCHED)] {
        let ids: Vec<Uuid> =
            written.iter().filter(|writing| writing.1 == old).map(|writing| writing.0).collect();
        if !ids.is_empty() {
            measured.extend(quotas::bounded(&fleet.store, &ids, most).await?);
        }
    }
    if measured.is_empty() {
        return Ok(());
    }
    for id in &measured {
        measure_now(fleet, *id).await?;
    }
    judge(fleet, Some(&measured)).await
}

/// Asks for an institution to be kept from writing because it is over so many bytes, or (none) to be
/// let write again.
///
/// # Errors
/// `IdempotencyMismatch`, `Store`.
pub async fn limit_writes(
    fleet: &Fleet,
    who: &Requester,
    id: Uuid,
    name: &str,
    quota_bytes: Option<i64>,
) -> Result<Accepted, Refusal> {
    let mut tx = fleet.store.begin().await?;
    let of = Some((id, name));
    let accepted = match quota_bytes {
        Some(quota) => {
            queue(&mut tx, who, &BlockWrites::new(id, name, quota), of, Role::Operator).await?
        }
        None => queue(&mut tx, who, &UnblockWrites::new(id, name), of, Role::Operator).await?,
    };
    tx.commit().await?;
    fleet.wake_workers();
    Ok(accepted)
}

async fn judge(fleet: &Fleet, only: Option<&[Uuid]>) -> Result<(), PgError> {
    let mut last = Uuid::nil();
    loop {
        let page = quotas::standings(&fleet.store, only, last, PAGE).await?;
        for standing in &page {
            judge_one(fleet, standing).await?;
        }
        match page.last() {
            Some(standing) => last = standing.id,
            None => return Ok(()),
        }
    }
}

async fn judge_one(fleet: &Fleet, standing: &Standing) -> Result<(), PgError> {
    let level = QuotaLevel::next(standing.level, standing.used_bytes, standing.quota_bytes);
    if level != standing.level {
        let mut tx = fleet.store.begin().await?;
        quotas::set_level(&mut tx, standing.id, level).await?;
        let data = json!({
            "level": level,
            "before": standing.level,
            "usedBytes": standing.used_bytes,
            "quotaBytes": standing.quota_bytes,
        });
        quotas::tell(&mut tx, standing.id, "quota.level", &data).await?;
        tx.commit().await?;
    }
    let is_to_be = level == QuotaLevel::Blocked;
    if is_to_be == standing.blocked || standing.busy {
        return Ok(());
    }
    let quota = standing.quota_bytes.filter(|_| is_to_be);
    match limit_writes(fleet, &Requester::system(), standing.id, &standing.name, quota).await {
        Err(Refusal::Store(error)) => Err(error),
        // nothing else can be wrong with it, and the next look finds out
        _ => Ok(()),
    }
}
