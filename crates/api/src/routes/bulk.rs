//! One change of many institutions: `/api/admin/schemas/bulk`.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use tenantry_domain::slug::Slug;
use tenantry_ops::bulk::{self, BulkRequest};
use tenantry_store::schemas::Filter;

use super::lists::backup_age;
use super::schemas::invalid;
use crate::app::App;
use crate::caller::Caller;
use crate::extract::Body;
use crate::headers::{ChangeHeaders, PreferredWait};
use crate::problem::Problem;
use crate::types::{
    BulkFilter, BulkOutcome, BulkPreview, BulkRequestBody, OperationBody, ProblemBody,
};
use crate::wait::answer;

/// More are not named one by one; a filter says it shorter.
const MOST_NAMES: usize = 10_000;

/// Does one thing to many institutions: one operation, to which one for each belongs. Who drops confirms how many
/// they are, and when it is another number by then nothing is done.
#[utoipa::path(post, path = "/api/admin/schemas/bulk", tag = "schemas", operation_id = "change_schemas",
    params(ChangeHeaders), request_body = BulkRequestBody, responses(
    (status = 200, body = BulkOutcome, description = "What a dry run found, or the operation that ended within the wait"),
    (status = 202, body = OperationBody, description = "It is queued or under way"),
    (status = 400, body = ProblemBody, content_type = "application/problem+json"),
    (status = 409, body = ProblemBody, content_type = "application/problem+json"),
    (status = 413, body = ProblemBody, content_type = "application/problem+json"),
    (status = 415, body = ProblemBody, content_type = "application/problem+json"),
    (status = 422, body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn change(
    State(app): State<App>,
    caller: Caller,
    wait: PreferredWait,
    Body { value, idempotency }: Body<BulkRequestBody>,
) -> Result<Response, Problem> {
    let action = value.action;
    let request = BulkRequest {
        action,
        filter: selection(value.names, value.filter)?,
        confirm: value.confirm,
    };
    if value.dry_run {
        let found = bulk::preview(app.fleet(), &request).await?;
        return Ok(Json(BulkOutcome::Preview(BulkPreview {
            action,
            count: found.count,
            passed_over: found.passed_over,
            names: found.names,
            usage_bytes: found.usage_bytes,
            confirm: action.phrase(found.count),
        }))
        .into_response());
    }
    let accepted = bulk::change(app.fleet(), &caller.requester(idempotency), &request).await?;
    answer(&app, accepted, wait).await
}

fn selection(names: Option<Vec<String>>, filter: Option<BulkFilter>) -> Result<Filter, Problem> {
    match (names, filter) {
        (Some(names), None) if names.is_empty() => Err(invalid("`names` is empty.")),
        (Some(names), None) if names.len() > MOST_NAMES => {
            Err(invalid(format!("`names` has more than {MOST_NAMES}; give a `filter`.")))
        }
        (Some(names), None) => {
            if let Some(bad) = names.iter().find(|name| Slug::parse(name).is_err()) {
                return Err(invalid(format!("{bad:?} in `names` is no institution's name.")));
            }
            Ok(Filter { names: Some(names), ..Filter::default() })
        }
        (None, Some(filter)) => common(filter),
        _ => Err(invalid("Give either `names` or `filter`.")),
    }
}

fn common(filter: BulkFilter) -> Result<Filter, Problem> {
    let texts = [&filter.q, &filter.template, &filter.external_id].into_iter().flatten();
    let words = filter.labels.iter().flat_map(|(key, value)| [key, value]);
    if texts.chain(&filter.plan).chain(words).any(|text| text.contains('\0')) {
        return Err(invalid("The filter contains a NUL character."));
    }
    if filter.template_version.is_some_and(|version| version < 1) {
        return Err(invalid("`templateVersion` is 1 or more."));
    }
    Ok(Filter {
        text: filter.q.filter(|q| !q.is_empty()),
        states: filter.state,
        plans: filter.plan,
        levels: filter.quota,
        template: filter.template,
        template_version: filter.template_version,
        backup: filter.backup.map(backup_age),
        failing: filter.failing,
        external_id: filter.external_id,
        labels: (!filter.labels.is_empty())
            .then(|| serde_json::to_value(filter.labels).unwrap_or_default()),
        names: None,
    })
}
