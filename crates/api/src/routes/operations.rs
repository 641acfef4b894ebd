//! Operations: `/api/admin/operations`.

use axum::Json;
use axum::extract::State;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;
use tenantry_domain::operation::OperationState;
use tenantry_domain::problem::Code;
use tenantry_ops::{Refusal, submit};
use tenantry_store::operations::{self, Filter};
use utoipa::IntoParams;
use uuid::Uuid;

use super::schemas::{page_size, parse_words};
use crate::app::App;
use crate::caller::Caller;
use crate::extract::{Path, Query};
use crate::problem::Problem;
use crate::shape;
use crate::span::{HistoryQuery, Span};
use crate::types::{OperationBody, OperationCounts, OperationHistory, OperationList, ProblemBody};

/// Which operations, which page.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListQuery {
    /// States, separated by commas; all when it is left out.
    #[param(example = "running,failed")]
    state: Option<String>,
    /// A kind, as `create_schema`.
    kind: Option<String>,
    /// An institution's name.
    schema: Option<String>,
    /// Rows on a page.
    #[param(minimum = 1, maximum = 500, default = 50)]
    limit: Option<i64>,
    /// Rows to pass over; not together with `cursor`.
    #[param(minimum = 0)]
    offset: Option<i64>,
    /// `nextCursor` of the page before.
    #[param(pattern = "^[A-Za-z0-9_-]+$")]
    cursor: Option<String>,
    /// The operation that they belong to; not together with `schema`.
    parent: Option<Uuid>,
    /// `true`: only those that belong to no other one; not together with `parent`.
    #[serde(default)]
    top_level: bool,
}

/// Lists operations, the newest first. The list leaves out each step's errors and times.
#[utoipa::path(get, path = "/api/admin/operations", tag = "operations", operation_id = "list_operations", params(ListQuery), responses(
    (status = 200, body = OperationList),
    (status = 400, body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn list(
    State(app): State<App>,
    Query(query): Query<ListQuery>,
) -> Result<Json<OperationList>, Problem> {
    let limit = page_size(query.limit)?;
    let offset = query.offset.unwrap_or(0);
    let invalid = |detail: &str| Problem::new(Code::InvalidRequest, detail);
    if offset < 0 || (query.cursor.is_some() && query.offset.is_some()) {
        return Err(invalid("`offset` is not negative, and not given together with `cursor`."));
    }
    let after = match &query.cursor {
        Some(cursor) => Some(
            decode_cursor(cursor)
                .ok_or_else(|| invalid("`cursor` does not belong to this list."))?,
        ),
        None => None,
    };
    if [&query.kind, &query.schema].into_iter().flatten().any(|text| text.contains('\0')) {
        return Err(invalid("The query contains a NUL character."));
    }
    let filter = Filter {
        states: parse_words::<OperationState>(query.state.as_deref())?,
        kind: query.kind,
        schema: query.schema,
        parent: query.parent,
        top_level: query.top_level,
    };
    if filter.parent.is_some() && filter.schema.is_some() {
        return Err(invalid("`parent` and `schema` exclude each other."));
    }
    if filter.parent.is_some() && filter.top_level {
        return Err(invalid("`parent` and `topLevel` exclude each other."));
    }
    let page = operations::list(&app.fleet().store, &filter, after, offset, limit).await?;
    let next_cursor =
        page.items.last().filter(|_| page.more).map(|last| URL_SAFE_NO_PAD.encode(last.id));
    Ok(Json(OperationList {
        items: page.items.into_iter().map(|row| shape::operation(&app, row, &[])).collect(),
        total: page.total,
        next_cursor,
    }))
}

/// Counts operations by the hour or day in which they were asked for, and by where they are now. Hours and days
/// (in UTC) without any are left out.
#[utoipa::path(get, path = "/api/admin/operations/history", tag = "operations", operation_id = "count_operations",
    params(HistoryQuery), responses(
    (status = 200, body = OperationHistory),
    (status = 400, body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn history(
    State(app): State<App>,
    Query(query): Query<HistoryQuery>,
) -> Result<Json<OperationHistory>, Problem> {
    let Span { by, from, to } = query.read()?;
    let counts = operations::history(&app.fleet().store, by, from, to).await?;
    let points = counts.into_iter().map(|row| OperationCounts {
        at: row.at,
        pending: row.pending,
        succeeded: row.succeeded,
        failed: row.failed,
        cancelled: row.cancelled,
        stuck: row.stuck,
    });
    Ok(Json(OperationHistory { by, from, to, points: points.collect() }))
}

fn decode_cursor(text: &str) -> Option<Uuid> {
    Uuid::from_slice(&URL_SAFE_NO_PAD.decode(text).ok()?).ok()
}

/// Shows an operation.
#[utoipa::path(get, path = "/api/admin/operations/{id}", tag = "operations", operation_id = "show_operation",
    params(("id" = Uuid, Path, description = "The operation's id")), responses(
    (status = 200, body = OperationBody),
    (status = 400, body = ProblemBody, content_type = "application/problem+json"),
    (status = 404, body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn show(
    State(app): State<App>,
    Path(id): Path<Uuid>,
) -> Result<Json<OperationBody>, Problem> {
    load(&app, id).await
}

/// Asks for an operation to be cancelled. What is under way stops and undoes what it did, unless it
/// is faster; the answer shows it as it is now.
#[utoipa::path(post, path = "/api/admin/operations/{id}/cancel", tag = "operations", operation_id = "cancel_operation",
    params(("id" = Uuid, Path, description = "The operation's id")), responses(
    (status = 202, body = OperationBody),
    (status = 400, body = ProblemBody, content_type = "application/problem+json"),
    (status = 404, body = ProblemBody, content_type = "application/problem+json"),
    (status = 409, body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn cancel(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<Uuid>,
) -> Result<(axum::http::StatusCode, Json<OperationBody>), Problem> {
    submit::cancel(app.fleet(), &caller.requester(None), id).await?;
    Ok((axum::http::StatusCode::ACCEPTED, load(&app, id).await?))
}

/// Queues a failed or stuck operation again. Needs the role that asking for it needs; from then on
/// it is this token that must still be valid when it starts.
#[utoipa::path(post, path = "/api/admin/operations/{id}/retry", tag = "operations", operation_id = "retry_operation",
    params(("id" = Uuid, Path, description = "The operation's id")), responses(
    (status = 202, body = OperationBody),
    (status = 400, body = ProblemBody, content_type = "application/problem+json"),
    (status = 404, body = ProblemBody, content_type = "application/problem+json"),
    (status = 409, body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn retry(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<Uuid>,
) -> Result<(axum::http::StatusCode, Json<OperationBody>), Problem> {
    submit::retry(app.fleet(), &caller.requester(None), id).await?;
    Ok((axum::http::StatusCode::ACCEPTED, load(&app, id).await?))
}

async fn load(app: &App, id: Uuid) -> Result<Json<OperationBody>, Problem> {
    let row = operations::by_id(&app.fleet().store, id)
        .await?
        .ok_or(Problem::from(Refusal::OperationNotFound))?;
    Ok(Json(shape::whole_operation(app, row).await?))
}
