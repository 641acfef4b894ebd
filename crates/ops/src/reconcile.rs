//! Compares both databases and reports where they disagree. It changes neither: what was done by
//! hand may have been meant.

use std::collections::{HashMap, HashSet};

use tenantry_domain::schema::SchemaState;
use tenantry_pg::PgError;
use tenantry_pg::catalog::MarkerState;
use tenantry_store::findings::{self, Observation, Source};
use tenantry_store::schemas;
use uuid::Uuid;

use crate::fleet::Fleet;
use crate::plans;

/// Looks once over everything and brings the findings up to date; says how many are open.
///
/// # Errors
/// When a database cannot be asked; then the findings stay as they are.
pub async fn reconcile(fleet: &Fleet) -> Result<usize, PgError> {
    // Control first: a schema that is made between the two looks is then missing from neither.
    let expected = schemas::expected_markers(&fleet.store).await?;
    let markers = fleet.database.marker_states().await?;
    let known = schemas::known_ids(&fleet.store).await?;
    let drift = fleet.database.drift().await?;

    let mut observed: Vec<Observation> = drift
        .into_iter()
        .map(|drift| Observation {
            severity: severity(&drift.kind),
            kind: drift.kind,
            object: drift.object,
            schema_id: drift.schema_id,
            detail: drift.detail,
            remedy: drift.remedy,
        })
        .collect();
    observed.extend(disagreements(&expected, &markers, &known));
    observed.extend(plans::findings(fleet).await?);
    let mut tx = fleet.store.begin().await?;
    findings::replace(&mut tx, Source::Reconcile, &observed).await?;
    tx.commit().await?;
    metrics::gauge!("tenantry_findings_open", "source" => "reconcile").set(observed.len() as f64);
    Ok(observed.len())
}

fn severity(kind: &str) -> &'static str {
    match kind {
        "schema_missing" | "grant_added" | "owner_changed" | "role_right_added" => "critical",
        "schema_unknown" => "info",
        _ => "warning",
    }
}

fn disagreements(
    expected: &[(Uuid, String, SchemaState)],
    markers: &[MarkerState],
    known: &[Uuid],
) -> Vec<Observation> {
    let by_id: HashMap<Uuid, &MarkerState> = markers.iter().map(|m| (m.id, m)).collect();
    let mut found = Vec::new();
    for (id, name, state) in expected {
        match by_id.get(id) {
            None => found.push(Observation {
                kind: "marker_missing".into(),
                severity: "critical",
                object: name.clone(),
                schema_id: Some(*id),
                detail: format!(
                    "The lists say that {name} is {state}, but the managed database has no marker of it."
                ),
                remedy: "The managed database may have been restored to an earlier time. Restore the \
                         schema from a backup, or drop it from the lists."
                    .into(),
            }),
            Some(marker) if marker.state != state.as_str() => found.push(Observation {
                kind: "state_differs".into(),
                severity: "warning",
                object: name.clone(),
                schema_id: Some(*id),
                detail: format!(
                    "The lists say that {name} is {state}, its marker says {}.",
                    marker.state
                ),
                remedy: "One of the two databases may have been restored to an earlier time; the marker \
                         tells what the schema really is."
                    .into(),
            }),
            Some(_) => {}
        }
    }
    let known: HashSet<&Uuid> = known.iter().collect();
    for marker in markers.iter().filter(|marker| !known.contains(&marker.id)) {
        found.push(Observation {
            kind: "schema_unlisted".into(),
            severity: "warning",
            object: marker.institution.clone(),
            schema_id: Some(marker.id),
            detail: format!(
                "The managed database has a schema of {} ({}) that the lists do not know.",
                marker.institution, marker.state
            ),
            remedy: "The control database may have been restored to an earlier time. Nothing is \
                     dropped or adopted by itself."
                .into(),
        });
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_side_is_missed_by_the_other() {
        let here = Uuid::from_u128(1);
        let there = Uuid::from_u128(2);
        let expected = [(here, "oakwood".to_owned(), SchemaState::Active)];
        let marker =
            |id, state: &str| MarkerState { id, institution: "x".into(), state: state.into() };
        let kinds = |found: Vec<Observation>| -> Vec<String> {
            found.into_iter().map(|o| o.kind).collect()
        };
        let found = disagreements(&expected, &[marker(there, "active")], &[here]);
        assert_eq!(kinds(found), ["marker_missing", "schema_unlisted"]);
        let found = disagreements(&expected, &[marker(here, "suspended")], &[here]);
        assert_eq!(kinds(found), ["state_differs"]);
        assert!(disagreements(&expected, &[marker(here, "active")], &[here]).is_empty());
    }
}
