//! Which backups retention would let go of, and why it keeps the others. Changes nothing: that is what
//! pruning does, an operation.

use tenantry_domain::retention::{Decision, Facts, judge};
use tenantry_pg::PgError;
use tenantry_store::retention::{self, Kept};
use uuid::Uuid;

use crate::fleet::Fleet;

/// What becomes of a backup of an institution.
#[derive(Clone, Debug)]
pub struct PlannedFate {
    /// The institution's schema.
    pub schema_id: Uuid,
    /// The institution's name.
    pub schema_name: String,
    /// The decision.
    pub decision: Decision,
}

/// So many institutions' backups are read at a time.
const PAGE: i64 = 500;

/// What becomes of every backup of one institution, or of all: by institution, the newest first.
///
/// # Errors
/// When the control database cannot be asked.
pub async fn plan_prune(
    fleet: &Fleet,
    institution: Option<Uuid>,
) -> Result<Vec<PlannedFate>, PgError> {
    if let Some(institution) = institution {
        return plan_for(fleet, &[institution]).await;
    }
    let mut all = Vec::new();
    let mut after = Uuid::nil();
    loop {
        let page = retention::schemas_with_backups(&fleet.store, after, PAGE).await?;
        let Some(last) = page.last() else {
            return Ok(all);
        };
        after = *last;
        all.extend(plan_for(fleet, &page).await?);
    }
}

/// What becomes of every backup of some institutions.
///
/// # Errors
/// When the control database cannot be asked.
pub async fn plan_for(fleet: &Fleet, schemas: &[Uuid]) -> Result<Vec<PlannedFate>, PgError> {
    let now = retention::now(&fleet.store).await?;
    let kept = retention::backups_of(&fleet.store, schemas).await?;
    Ok(kept
        .chunk_by(|one, next| one.schema_id == next.schema_id)
        .flat_map(|of_one| decide(fleet, of_one, now))
        .collect())
}

/// What becomes of the backups of one institution at this time.
pub fn decide(fleet: &Fleet, kept: &[Kept], now: jiff::Timestamp) -> Vec<PlannedFate> {
    let Some(first) = kept.first() else {
        return Vec::new();
    };
    let facts: Vec<Facts> = kept.iter().map(|backup| backup.facts.clone()).collect();
    judge(&fleet.config.retention, &facts, now)
        .into_iter()
        .map(|decision| PlannedFate {
            schema_id: first.schema_id,
            schema_name: first.schema_name.clone(),
            decision,
        })
        .collect()
}
