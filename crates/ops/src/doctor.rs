//! Has the managed database examined and keeps what was found beside what the reconciler finds.

use tenantry_pg::PgError;
use tenantry_store::findings::{self, Observation, Source};

use crate::fleet::Fleet;

/// Makes every check once and brings the findings up to date; says how many are open.
///
/// # Errors
/// When a database cannot be asked; then the findings stay as they are.
pub async fn examine(fleet: &Fleet) -> Result<usize, PgError> {
    let observed: Vec<Observation> = fleet
        .database
        .examine()
        .await?
        .into_iter()
        .map(|finding| Observation {
            kind: finding.check.into(),
            severity: finding.severity.as_str(),
            object: finding.object,
            schema_id: finding.schema_id,
            detail: finding.detail,
            remedy: finding.remedy,
        })
        .collect();
    let mut tx = fleet.store.begin().await?;
    findings::replace(&mut tx, Source::Doctor, &observed).await?;
    tx.commit().await?;
    metrics::gauge!("tenantry_findings_open", "source" => "doctor").set(observed.len() as f64);
    Ok(observed.len())
}
