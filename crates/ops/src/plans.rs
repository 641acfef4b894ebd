//! Plans: takes them from the settings, and sees to it that what an institution's roles are held to
//! follows its plan, whoever changed which of the two.

use tenantry_domain::access::Role;
use tenantry_domain::plan::Plans;
use tenantry_pg::PgError;
use tenantry_store::findings::Observation;
use tenantry_store::plans::{self, PlanRow};

use crate::fleet::Fleet;
use crate::kinds::ApplyPlan;
use crate::queue::queue;
use crate::request::{Refusal, Requester};

/// Operations that may be pending at a time: a change of a plan that the whole fleet has leaves places
/// for everything else.
const PENDING: i64 = 4;

/// Takes the plans of the settings, and warns of those that institutions have and the settings do not.
///
/// # Errors
/// When the control database cannot be asked.
pub async fn install(fleet: &Fleet, settings: &Plans) -> Result<(), PgError> {
    plans::replace(&fleet.store, settings).await?;
    for plan in plans::all(&fleet.store).await?.iter().filter(|plan| is_gone(plan)) {
        tracing::warn!(plan = plan.name, "{} {}", gone(plan), REMEDY);
    }
    Ok(())
}

/// Asks for the plans of institutions to be applied where they are not.
///
/// # Errors
/// When the control database cannot be asked.
pub async fn apply_plans(fleet: &Fleet) -> Result<(), PgError> {
    let free = PENDING - plans::pending(&fleet.store).await?;
    if free <= 0 {
        return Ok(());
    }
    let asked = plans::unapplied(&fleet.store, free).await?;
    for schema in &asked {
        let kind =
            ApplyPlan::new(schema.id, schema.name.clone(), schema.plan.clone(), schema.limits.0);
        let mut tx = fleet.store.begin().await?;
        let of = Some((schema.id, schema.name.as_str()));
        match queue(&mut tx, &Requester::system(), &kind, of, Role::Operator).await {
            Ok(_) => tx.commit().await?,
            Err(Refusal::Store(error)) => return Err(error),
            Err(_) => {} // nothing else can be wrong with it, and the next look finds out
        }
    }
    if !asked.is_empty() {
        fleet.wake_workers();
    }
    Ok(())
}

/// The plans that institutions have and the settings do not, for the list of findings.
pub(crate) async fn findings(fleet: &Fleet) -> Result<Vec<Observation>, PgError> {
    let all = plans::all(&fleet.store).await?;
    Ok(all
        .into_iter()
        .filter(is_gone)
        .map(|plan| Observation {
            kind: "plan_missing".into(),
            severity: "warning",
            detail: gone(&plan),
            object: plan.name,
            schema_id: None,
            remedy: REMEDY.into(),
        })
        .collect())
}

const REMEDY: &str = "Put it back into the settings, or give them another plan. Until then its last \
                      limits hold.";

fn is_gone(plan: &PlanRow) -> bool {
    !plan.configured && plan.schemas > 0
}

fn gone(plan: &PlanRow) -> String {
    format!(
        "The settings have no plan {} any more; {} institutions have it.",
        plan.name, plan.schemas
    )
}
