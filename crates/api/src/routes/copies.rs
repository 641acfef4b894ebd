//! Copies of institutions' schemas: `/api/admin/schemas/{name}/copies`.

use axum::Json;
use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use tenantry_backup::compare::Comparison;
use tenantry_domain::problem::Code;
use tenantry_ops::backups::copies as asking;
use utoipa::IntoParams;

use super::backups::keep_hours;
use super::schemas::existing_name;
use crate::app::App;
use crate::caller::Caller;
use crate::extract::{Body, Bodyless, Path, Query};
use crate::headers::{ChangeHeaders, PreferredWait};
use crate::problem::Problem;
use crate::types::{CopyBody, CopyList, KeepRequest, OperationBody, ProblemBody};
use crate::wait::answer;

/// Lists the copies of an institution's schema.
#[utoipa::path(get, path = "/api/admin/schemas/{name}/copies", tag = "copies", operation_id = "list_copies",
    params(("name" = String, Path, description = "The institution's name")), responses(
    (status = 200, body = CopyList),
    (status = 400, body = ProblemBody, content_type = "application/problem+json"),
    (status = 404, body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn list(
    State(app): State<App>,
    Path(name): Path<String>,
) -> Result<Json<CopyList>, Problem> {
    let copies = asking::list(app.fleet(), existing_name(&name)?).await?;
    let items = copies
        .into_iter()
        .map(|copy| CopyBody {
            id: copy.id,
            name: copy.copy_name,
            kind: copy.kind,
            backup: copy.backup_id,
            made_at: copy.made_at,
            expires_at: copy.expires_at,
        })
        .collect();
    Ok(Json(CopyList { items }))
}

/// Asks for a snapshot: a copy of an institution's schema beside itself.
#[utoipa::path(post, path = "/api/admin/schemas/{name}/copies", tag = "copies", operation_id = "create_copy",
    params(("name" = String, Path, description = "The institution's name"), ChangeHeaders),
    request_body = KeepRequest, responses(
    (status = 200, body = OperationBody, description = "It ended within the wait"),
    (status = 202, body = OperationBody, description = "It is queued or under way"),
    (status = 400, body = ProblemBody, content_type = "application/problem+json"),
    (status = 404, body = ProblemBody, content_type = "application/problem+json"),
    (status = 409, body = ProblemBody, content_type = "application/problem+json"),
    (status = 413, body = ProblemBody, content_type = "application/problem+json"),
    (status = 415, body = ProblemBody, content_type = "application/problem+json"),
    (status = 422, body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn create(
    State(app): State<App>,
    caller: Caller,
    wait: PreferredWait,
    Path(name): Path<String>,
    Body { value, idempotency }: Body<KeepRequest>,
) -> Result<Response, Problem> {
    let (name, hours) = (existing_name(&name)?, keep_hours(value.keep_hours)?);
    let who = caller.requester(idempotency);
    let accepted = asking::snapshot(app.fleet(), &who, name, hours).await?;
    answer(&app, accepted, wait).await
}

/// Asks for a copy to become the institution's schema; what lives until then becomes a copy.
#[utoipa::path(post, path = "/api/admin/schemas/{name}/copies/{copy}/swap", tag = "copies", operation_id = "swap_copy",
    params(
        ("name" = String, Path, description = "The institution's name"),
        ("copy" = String, Path, description = "The copy's name"),
        ChangeHeaders,
    ),
    request_body = KeepRequest, responses(
    (status = 200, body = OperationBody, description = "It ended within the wait"),
    (status = 202, body = OperationBody, description = "It is queued or under way"),
    (status = 400, body = ProblemBody, content_type = "application/problem+json"),
    (status = 404, body = ProblemBody, content_type = "application/problem+json"),
    (status = 409, body = ProblemBody, content_type = "application/problem+json"),
    (status = 413, body = ProblemBody, content_type = "application/problem+json"),
    (status = 415, body = ProblemBody, content_type = "application/problem+json"),
    (status = 422, body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn swap(
    State(app): State<App>,
    caller: Caller,
    wait: PreferredWait,
    Path((name, copy)): Path<(String, String)>,
    Body { value, idempotency }: Body<KeepRequest>,
) -> Result<Response, Problem> {
    let (name, copy) = (existing_name(&name)?, existing_copy(&copy)?);
    let hours = keep_hours(value.keep_hours)?;
    let who = caller.requester(idempotency);
    let accepted = asking::swap(app.fleet(), &who, name, copy, hours).await?;
    answer(&app, accepted, wait).await
}

/// Asks for a copy to be dropped.
#[utoipa::path(delete, path = "/api/admin/schemas/{name}/copies/{copy}", tag = "copies", operation_id = "drop_copy",
    params(
        ("name" = String, Path, description = "The institution's name"),
        ("copy" = String, Path, description = "The copy's name"),
        ChangeHeaders,
    ), responses(
    (status = 200, body = OperationBody, description = "It ended within the wait"),
    (status = 202, body = OperationBody, description = "It is queued or under way"),
    (status = 400, body = ProblemBody, content_type = "application/problem+json"),
    (status = 404, body = ProblemBody, content_type = "application/problem+json"),
    (status = 422, body = ProblemBody, content_type = "application/problem+json"),
    (status = 413, body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn delete(
    State(app): State<App>,
    caller: Caller,
    wait: PreferredWait,
    Path((name, copy)): Path<(String, String)>,
    Bodyless { idempotency }: Bodyless,
) -> Result<Response, Problem> {
    let (name, copy) = (existing_name(&name)?, existing_copy(&copy)?);
    let who = caller.requester(idempotency);
    let accepted = asking::drop(app.fleet(), &who, name, copy).await?;
    answer(&app, accepted, wait).await
}

/// How much a comparison tells.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct CompareQuery {
    /// For each table, keys of so many rows that are only on one side.
    #[param(minimum = 0, maximum = 100, default = 5)]
    sample: Option<usize>,
}

/// How an institution's schema and one of its copies differ, looked at now from one snapshot.
#[utoipa::path(get, path = "/api/admin/schemas/{name}/copies/{copy}/compare", tag = "copies", operation_id = "compare_copy",
    params(
        ("name" = String, Path, description = "The institution's name"),
        ("copy" = String, Path, description = "The copy's name"),
        CompareQuery,
    ), responses(
    (status = 200, body = Comparison),
    (status = 400, body = ProblemBody, content_type = "application/problem+json"),
    (status = 404, body = ProblemBody, content_type = "application/problem+json"),
    (status = 409, body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn compare(
    State(app): State<App>,
    Path((name, copy)): Path<(String, String)>,
    Query(query): Query<CompareQuery>,
) -> Result<Json<Comparison>, Problem> {
    let (name, copy) = (existing_name(&name)?, existing_copy(&copy)?);
    let sample = query.sample.unwrap_or(5);
    if sample > 100 {
        return Err(Problem::new(Code::InvalidRequest, "`sample` is at most 100."));
    }
    Ok(Json(asking::compare(app.fleet(), name, copy, sample).await?))
}

/// A name that a copy may have; one that PostgreSQL cannot have is certainly not there.
fn existing_copy(name: &str) -> Result<&str, Problem> {
    if name.is_empty() || name.len() > 63 || name.contains('\0') {
        return Err(Problem::new(Code::CopyNotFound, format!("There is no copy {name:?}.")));
    }
    Ok(name)
}
