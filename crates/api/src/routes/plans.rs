//! Plans: `/api/admin/plans`.

use axum::Json;
use axum::extract::State;
use tenantry_store::plans::{self, PlanRow};

use crate::app::App;
use crate::problem::Problem;
use crate::types::{PlanBody, PlanList};

/// Lists the plans of the server's settings, and how many institutions have each.
#[utoipa::path(get, path = "/api/admin/plans", tag = "plans", operation_id = "list_plans", responses(
    (status = 200, body = PlanList),
))]
pub(crate) async fn list(State(app): State<App>) -> Result<Json<PlanList>, Problem> {
    let items = plans::all(&app.fleet().store).await?.into_iter().map(shape).collect();
    Ok(Json(PlanList { items }))
}

fn shape(row: PlanRow) -> PlanBody {
    let seconds = |millis: Option<i64>| millis.map(|millis| millis as f64 / 1000.0);
    PlanBody {
        name: row.name,
        quota_bytes: row.quota_bytes,
        connection_limit: row.connection_limit,
        statement_timeout_seconds: seconds(row.statement_ms),
        idle_in_transaction_timeout_seconds: seconds(row.idle_ms),
        is_default: row.is_default,
        configured: row.configured,
        schemas: row.schemas,
    }
}
