//! How old and how sure the fleet's backups are, as metrics. The age of the oldest backup that nobody verified
//! comes first: it is the time for which a broken backup may go unnoticed.

use std::time::Duration;

use tenantry_pg::PgError;
use tenantry_store::drills::{self, Freshness};

use crate::fleet::Fleet;

/// A backup that is older than this counts as stale: a day, and the time that a night's run may take.
pub const STALE_AFTER: Duration = Duration::from_secs(26 * 60 * 60);

/// The fleet's numbers.
///
/// # Errors
/// When the control database cannot be asked.
pub async fn freshness(fleet: &Fleet) -> Result<Freshness, PgError> {
    drills::freshness(&fleet.store, STALE_AFTER.as_secs_f64()).await
}

/// Writes them as metrics, where backups were set up.
pub(crate) async fn measure(fleet: &Fleet) -> Result<(), PgError> {
    if fleet.backups.is_none() {
        return Ok(());
    }
    let now = freshness(fleet).await?;
    metrics::gauge!("tenantry_backup_oldest_unverified_age_seconds")
        .set(now.oldest_unverified_seconds.unwrap_or(0.0));
    metrics::gauge!("tenantry_backup_oldest_age_seconds")
        .set(now.oldest_backup_seconds.unwrap_or(0.0));
    for (state, count) in [
        ("none", now.without_backup),
        ("stale", now.stale),
        ("unverified", now.unverified),
        ("all", now.institutions),
    ] {
        metrics::gauge!("tenantry_backup_institutions", "backup" => state).set(count as f64);
    }
    Ok(())
}
