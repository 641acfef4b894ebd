//! Institutions' schemas: `/api/admin/schemas`.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::Value;
use tenantry_domain::access::Role;
use tenantry_domain::institution;
use tenantry_domain::problem::Code;
use tenantry_domain::schema::SchemaAction;
use tenantry_domain::slug::Slug;
use tenantry_domain::template::check_parameters;
use tenantry_domain::version::tag;
use tenantry_ops::adoption::read_version;
use tenantry_ops::submit::{self, CreateRequest, Requester};
use tenantry_ops::usage::measure_now;
use tenantry_store::schemas;

use super::attributes::{change_attributes, check_attributes, check_labels, is_listed};
use crate::app::App;
use crate::caller::Caller;
use crate::extract::{Body, Path};
use crate::headers::{BasedOn, ChangeHeaders, IfMatch, IfNoneMatch, KnownAs, PreferredWait, etag};
use crate::problem::Problem;
use crate::shape;
use crate::types::{
    DropRequest, NewSchemaRequest, OperationBody, PatchAction, PatchOutcome, ProblemBody,
    SchemaBody, SchemaPatch,
};
use crate::wait::answer;

/// Shows a schema, with its size measured now if the managed database answers. The living one bears
/// the name; without one, the one dropped last. `ETag` is the version of what people change and of the
/// state; what is measured or under way is not part of it.
#[utoipa::path(get, path = "/api/admin/schemas/{name}", tag = "schemas", operation_id = "show_schema",
    params(("name" = String, Path, description = "The institution's name"), KnownAs), responses(
    (status = 200, body = SchemaBody, headers(("ETag" = String, description = "Its version"))),
    (status = 304, description = "It is at the version of `If-None-Match`"),
    (status = 400, body = ProblemBody, content_type = "application/problem+json"),
    (status = 404, body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn show(
    State(app): State<App>,
    Path(name): Path<String>,
    IfNoneMatch(known): IfNoneMatch,
) -> Result<Response, Problem> {
    let name = existing_name(&name)?;
    let fleet = app.fleet();
    let not_found =
        || Problem::new(Code::SchemaNotFound, format!("There is no institution {name}."));
    let schema = schemas::by_name(&fleet.store, name).await?.ok_or_else(not_found)?;
    if known.is_some_and(|known| known.holds(schema.id, schema.revision)) {
        let etag = etag(&tag(schema.id, schema.revision));
        return Ok((StatusCode::NOT_MODIFIED, etag).into_response());
    }
    // a size that cannot be had (the server is away) leaves the last one standing
    if let Err(error) = measure_now(fleet, schema.id).await {
        tracing::debug!("{name} was not measured: {error}");
    }
    if let Err(error) = read_version(fleet, &schema).await {
        tracing::debug!("the version of {name} was not read: {error}");
    }
    let schema = schemas::by_id(&fleet.store, schema.id).await?.ok_or_else(not_found)?;
    let body = shape::schema(&app, schema).await?;
    Ok((etag(&body.version), Json(body)).into_response())
}

/// Asks for an institution's schema.
#[utoipa::path(post, path = "/api/admin/schemas", tag = "schemas", operation_id = "create_schema",
    params(ChangeHeaders),
    request_body = NewSchemaRequest, responses(
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
    Body { value, idempotency }: Body<NewSchemaRequest>,
) -> Result<Response, Problem> {
    let name = Slug::parse(&value.name).map_err(|error| {
        Problem::new(Code::InvalidName, format!("{:?} is not usable: {error}.", value.name))
    })?;
    check_attributes(value.display_name.as_deref(), value.quota_bytes)?;
    let labels = check_labels(value.labels)?;
    let contact = value.contact.unwrap_or_default();
    institution::check_contact(&contact).map_err(invalid)?;
    value.external_id.as_deref().map_or(Ok(()), institution::check_external_id).map_err(invalid)?;
    let parameters = value.parameters.unwrap_or_default();
    check_parameters(&parameters).map_err(invalid)?;
    let template = value.template.unwrap_or_else(|| "default".to_owned());
    if template.contains('\0') {
        return Err(invalid("`template` contains a NUL character."));
    }
    let request = CreateRequest {
        name,
        display_name: value.display_name,
        template,
        template_version: value.template_version,
        labels: labels.unwrap_or_else(|| Value::Object(serde_json::Map::new())),
        quota_bytes: value.quota_bytes,
        contact,
        external_id: value.external_id,
        parameters,
        plan: value.plan,
    };
    let accepted =
        submit::create_schema(app.fleet(), &caller.requester(idempotency), request).await?;
    answer(&app, accepted, wait).await
}

/// Changes attributes, or asks for an action. With `If-Match` only where that version is still there.
#[utoipa::path(patch, path = "/api/admin/schemas/{name}", tag = "schemas", operation_id = "patch_schema",
    params(
        ("name" = String, Path, description = "The institution's name"),
        ChangeHeaders, BasedOn,
    ),
    request_body = SchemaPatch, responses(
    (status = 200, body = PatchOutcome, headers(("ETag" = String, description = "The new version, for attributes")), description = "Attributes are changed, or the operation ended within the wait"),
    (status = 202, body = OperationBody, description = "The operation is queued or under way"),
    (status = 400, body = ProblemBody, content_type = "application/problem+json"),
    (status = 404, body = ProblemBody, content_type = "application/problem+json"),
    (status = 409, body = ProblemBody, content_type = "application/problem+json"),
    (status = 412, body = ProblemBody, content_type = "application/problem+json"),
    (status = 413, body = ProblemBody, content_type = "application/problem+json"),
    (status = 415, body = ProblemBody, content_type = "application/problem+json"),
    (status = 422, body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn patch(
    State(app): State<App>,
    caller: Caller,
    wait: PreferredWait,
    IfMatch(expected): IfMatch,
    Path(name): Path<String>,
    Body { value, idempotency }: Body<SchemaPatch>,
) -> Result<Response, Problem> {
    let name = existing_name(&name)?;
    let who = Requester { expected, ..caller.requester(idempotency) };
    let attributes = is_listed(&value) || value.connection_limit.is_some();
    let without_backup = value.without_backup;
    if without_backup && !matches!(value.action, Some(PatchAction::Purge)) {
        return Err(invalid("`withoutBackup` goes with `purge` only."));
    }
    let Some(action) = value.action else {
        if !attributes || value.confirm.is_some() {
            return Err(invalid("Give either `action` or attributes to change."));
        }
        return change_attributes(&app, &who, name, value).await;
    };
    if attributes {
        return Err(invalid("`action` and attributes exclude each other."));
    }
    let action = match action {
        PatchAction::Suspend => SchemaAction::Suspend,
        PatchAction::Resume => SchemaAction::Resume,
        PatchAction::Undrop => SchemaAction::Undrop,
        PatchAction::Purge => {
            caller.needs(Role::Admin)?;
            confirm(name, value.confirm.as_deref())?;
            SchemaAction::Purge
        }
        PatchAction::Manage => {
            caller.needs(Role::Admin)?;
            SchemaAction::Manage
        }
        PatchAction::Release => {
            caller.needs(Role::Admin)?;
            SchemaAction::Release
        }
    };
    let accepted = match without_backup {
        true => submit::purge_without_backup(app.fleet(), &who, name).await?,
        false => submit::change_schema(app.fleet(), &who, name, action).await?,
    };
    answer(&app, accepted, wait).await
}

/// Drops an institution's schema: it is archived and can be recovered for a time.
#[utoipa::path(delete, path = "/api/admin/schemas/{name}", tag = "schemas", operation_id = "drop_schema",
    params(
        ("name" = String, Path, description = "The institution's name"),
        ChangeHeaders, BasedOn,
    ),
    request_body = DropRequest, responses(
    (status = 200, body = OperationBody, description = "It ended within the wait"),
    (status = 202, body = OperationBody, description = "It is queued or under way"),
    (status = 400, body = ProblemBody, content_type = "application/problem+json"),
    (status = 404, body = ProblemBody, content_type = "application/problem+json"),
    (status = 409, body = ProblemBody, content_type = "application/problem+json"),
    (status = 412, body = ProblemBody, content_type = "application/problem+json"),
    (status = 413, body = ProblemBody, content_type = "application/problem+json"),
    (status = 415, body = ProblemBody, content_type = "application/problem+json"),
    (status = 422, body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn delete(
    State(app): State<App>,
    caller: Caller,
    wait: PreferredWait,
    IfMatch(expected): IfMatch,
    Path(name): Path<String>,
    Body { value, idempotency }: Body<DropRequest>,
) -> Result<Response, Problem> {
    let name = existing_name(&name)?;
    confirm(name, Some(&value.confirm))?;
    let who = Requester { expected, ..caller.requester(idempotency) };
    let accepted = submit::change_schema(app.fleet(), &who, name, SchemaAction::Drop).await?;
    answer(&app, accepted, wait).await
}

/// A name that may exist; one that breaks the rules certainly does not.
pub(crate) fn existing_name(name: &str) -> Result<&str, Problem> {
    match Slug::parse(name) {
        Ok(_) => Ok(name),
        Err(_) => {
            Err(Problem::new(Code::SchemaNotFound, format!("There is no institution {name:?}.")))
        }
    }
}

pub(super) fn confirm(name: &str, confirmation: Option<&str>) -> Result<(), Problem> {
    if confirmation == Some(name) {
        return Ok(());
    }
    Err(Problem::new(Code::ConfirmationMismatch, format!("`confirm` must be {name:?}.")))
}

/// Words separated by commas.
pub(crate) fn parse_words<T>(text: Option<&str>) -> Result<Vec<T>, Problem>
where
    T: std::str::FromStr<Err = String>,
{
    text.unwrap_or_default()
        .split(',')
        .filter(|word| !word.is_empty())
        .map(|word| word.trim().parse().map_err(|error: String| invalid(format!("{error}."))))
        .collect()
}

/// The size of a page: 50 unless asked otherwise, 500 at most.
pub(crate) fn page_size(limit: Option<i64>) -> Result<i64, Problem> {
    match limit.unwrap_or(50) {
        limit @ 1..=500 => Ok(limit),
        _ => Err(invalid("`limit` is 1 to 500.")),
    }
}

pub(crate) fn invalid(detail: impl Into<String>) -> Problem {
    Problem::new(Code::InvalidRequest, detail)
}
