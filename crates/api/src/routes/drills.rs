//! The drill ledger: `/api/admin/drills`, evidence that backups restore, also as CSV.

use axum::Json;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use serde::Deserialize;
use tenantry_domain::problem::Code;
use tenantry_store::drills::{self, Drill};
use utoipa::IntoParams;

use super::schemas::page_size;
use crate::app::App;
use crate::extract::Query;
use crate::problem::Problem;
use crate::types::{DrillBody, DrillList, ProblemBody};

/// Which drills, which page.
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
    #[param(pattern = "^[0-9TZ:.+-]+$")]
    cursor: Option<String>,
}

/// Lists drills, the newest first.
#[utoipa::path(get, path = "/api/admin/drills", tag = "backups", operation_id = "list_drills", params(ListQuery), responses(
    (status = 200, body = DrillList),
    (status = 400, body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn list(
    State(app): State<App>,
    Query(query): Query<ListQuery>,
) -> Result<Json<DrillList>, Problem> {
    let limit = page_size(query.limit)?;
    let before = match &query.cursor {
        None => None,
        Some(cursor) => Some(cursor.parse::<Timestamp>().map_err(|_| {
            Problem::new(Code::InvalidRequest, "`cursor` does not belong to this list.")
        })?),
    };
    let schema = checked(query.schema.as_deref())?;
    let mut rows = drills::list(&app.fleet().store, schema, before, limit + 1).await?;
    let more = rows.len() as i64 > limit;
    rows.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    let next_cursor = rows.last().filter(|_| more).map(|last| last.drilled_at.to_string());
    Ok(Json(DrillList { items: rows.into_iter().map(shape).collect(), next_cursor }))
}

fn shape(row: Drill) -> DrillBody {
    DrillBody {
        operation: row.operation_id,
        backup: row.backup_id,
        schema: row.schema_name,
        outcome: row.outcome,
        detail: row.detail,
        restore_ms: row.restore_ms,
        compare_ms: row.compare_ms,
        rows: row.row_count,
        drilled_at: row.drilled_at,
    }
}

/// Of which institution.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ExportQuery {
    /// An institution's name; all when it is left out.
    schema: Option<String>,
}

/// The most drills in an export.
const MOST: i64 = 100_000;

/// Writes the drill ledger as CSV, the newest first: who was drilled when, how it ended, and the measured
/// recovery time.
#[utoipa::path(get, path = "/api/admin/drills/export", tag = "backups", operation_id = "export_drills", params(ExportQuery), responses(
    (status = 200, body = String, content_type = "text/csv"),
    (status = 400, body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn export(
    State(app): State<App>,
    Query(query): Query<ExportQuery>,
) -> Result<Response, Problem> {
    let schema = checked(query.schema.as_deref())?;
    let rows = drills::list(&app.fleet().store, schema, None, MOST).await?;
    let mut text =
        String::from("drilledAt,schema,backup,outcome,restoreMs,compareMs,rows,operation\r\n");
    for row in rows {
        let number = |number: Option<i64>| number.map_or(String::new(), |n| n.to_string());
        // names, ids, words and numbers: nothing in them needs quotes
        text.push_str(&format!(
            "{},{},{},{},{},{},{},{}\r\n",
            row.drilled_at,
            row.schema_name,
            row.backup_id,
            row.outcome,
            number(row.restore_ms),
            number(row.compare_ms),
            number(row.row_count),
            row.operation_id,
        ));
    }
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8; header=present"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"drills.csv\""),
    ];
    Ok((headers, text).into_response())
}

fn checked(name: Option<&str>) -> Result<Option<&str>, Problem> {
    match name {
        Some(name) if name.contains('\0') => {
            Err(Problem::new(Code::InvalidRequest, "The query contains a NUL character."))
        }
        name => Ok(name),
    }
}
