//! Findings: `/api/admin/findings`.

use axum::Json;
use axum::extract::State;
use tenantry_store::findings;

use crate::app::App;
use crate::problem::Problem;
use crate::types::{FindingBody, FindingList};

/// Lists where the lists and the managed database disagree (looked for every minute), and what the
/// doctor found in the managed database (every hour).
#[utoipa::path(get, path = "/api/admin/findings", tag = "findings", operation_id = "list_findings", responses(
    (status = 200, body = FindingList),
))]
pub(crate) async fn list(State(app): State<App>) -> Result<Json<FindingList>, Problem> {
    let items: Vec<FindingBody> = findings::open(&app.fleet().store)
        .await?
        .into_iter()
        .map(|row| FindingBody {
            id: row.id,
            kind: row.kind,
            severity: row.severity,
            object: row.object,
            schema_id: row.schema_id,
            detail: row.detail,
            remedy: row.remedy,
            first_seen: row.first_seen,
            last_seen: row.last_seen,
        })
        .collect();
    Ok(Json(FindingList { total: items.len() as i64, items }))
}
