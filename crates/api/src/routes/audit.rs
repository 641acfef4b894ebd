//! The audit log: `/api/admin/audit`.

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use tenantry_domain::problem::Code;
use tenantry_store::audit;
use utoipa::IntoParams;

use super::schemas::page_size;
use crate::app::App;
use crate::extract::Query;
use crate::problem::Problem;
use crate::types::{AuditList, AuditRecord, ProblemBody};

/// Which rows, which page.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListQuery {
    /// An institution's name.
    schema: Option<String>,
    /// Rows on a page.
    #[param(minimum = 1, maximum = 500, default = 50)]
    limit: Option<i64>,
    /// `nextCursor` of the page before.
    #[param(pattern = "^[0-9]+$")]
    cursor: Option<String>,
}

/// Lists who did what, the newest first.
#[utoipa::path(get, path = "/api/admin/audit", tag = "audit", operation_id = "list_audit", params(ListQuery), responses(
    (status = 200, body = AuditList),
    (status = 400, body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn list(
    State(app): State<App>,
    Query(query): Query<ListQuery>,
) -> Result<Json<AuditList>, Problem> {
    let invalid = |detail: &str| Problem::new(Code::InvalidRequest, detail);
    let limit = page_size(query.limit)?;
    let before = match &query.cursor {
        Some(cursor) => {
            Some(cursor.parse().map_err(|_| invalid("`cursor` does not belong to this list."))?)
        }
        None => None,
    };
    if query.schema.as_deref().is_some_and(|name| name.contains('\0')) {
        return Err(invalid("`schema` contains a NUL character."));
    }
    let store = &app.fleet().store;
    let rows = audit::list(store, query.schema.as_deref(), before, limit).await?;
    let next_cursor =
        rows.last().filter(|_| rows.len() as i64 == limit).map(|row| row.id.to_string());
    let items = rows
        .into_iter()
        .map(|row| AuditRecord {
            id: row.id,
            at: row.at,
            actor: row.actor,
            source: row.source,
            address: row.address,
            request_id: row.request_id,
            action: row.action,
            schema: row.schema_name,
            operation_id: row.operation_id,
            outcome: row.outcome,
            detail: row.detail,
        })
        .collect();
    Ok(Json(AuditList { items, next_cursor }))
}
