//! Templates: `/api/admin/templates`.

use axum::Json;
use axum::extract::State;
use axum::response::Response;
use tenantry_domain::problem::Code;
use tenantry_domain::template::{Layout, Refusal, Seed, SourceFile, TemplateScript};
use tenantry_ops::submit;
use tenantry_store::templates::{self, Template};

use crate::app::App;
use crate::caller::Caller;
use crate::extract::{Body, Path};
use crate::headers::{ChangeHeaders, PreferredWait};
use crate::problem::Problem;
use crate::types::{
    NewTemplateRequest, OperationBody, ProblemBody, TemplateBody, TemplateLayout, TemplateList,
};
use crate::wait::answer;

/// Lists every version of every template.
#[utoipa::path(get, path = "/api/admin/templates", tag = "templates", operation_id = "list_templates", responses(
    (status = 200, body = TemplateList),
))]
pub(crate) async fn list(State(app): State<App>) -> Result<Json<TemplateList>, Problem> {
    Ok(Json(page(templates::list(&app.fleet().store, None).await?)))
}

/// Lists the versions of a template.
#[utoipa::path(get, path = "/api/admin/templates/{name}", tag = "templates", operation_id = "show_template",
    params(("name" = String, Path, description = "The template's name")), responses(
    (status = 200, body = TemplateList),
    (status = 400, body = ProblemBody, content_type = "application/problem+json"),
    (status = 404, body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn show(
    State(app): State<App>,
    Path(name): Path<String>,
) -> Result<Json<TemplateList>, Problem> {
    let not_found =
        || Problem::new(Code::TemplateNotFound, format!("There is no template {name:?}."));
    if !is_name(&name) {
        return Err(not_found());
    }
    let versions = templates::list(&app.fleet().store, Some(&name)).await?;
    if versions.is_empty() {
        return Err(not_found());
    }
    Ok(Json(page(versions)))
}

/// Asks for a template's next version, made from a migration folder. The files are read and checked
/// at once; the operation proves the script and publishes it.
#[utoipa::path(post, path = "/api/admin/templates", tag = "templates", operation_id = "create_template",
    params(ChangeHeaders),
    request_body = NewTemplateRequest, responses(
    (status = 200, body = OperationBody, description = "It ended within the wait"),
    (status = 202, body = OperationBody, description = "It is queued or under way"),
    (status = 400, body = ProblemBody, content_type = "application/problem+json"),
    (status = 413, body = ProblemBody, content_type = "application/problem+json"),
    (status = 415, body = ProblemBody, content_type = "application/problem+json"),
    (status = 422, body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn create(
    State(app): State<App>,
    caller: Caller,
    wait: PreferredWait,
    Body { value, idempotency }: Body<NewTemplateRequest>,
) -> Result<Response, Problem> {
    if !is_name(&value.name) {
        return Err(Problem::new(
            Code::InvalidName,
            "A template's name has 1 to 39 lower-case letters, digits and `_`, a letter first.",
        ));
    }
    let layout = value.layout.map(|layout| match layout {
        TemplateLayout::Prisma => Layout::Prisma,
        TemplateLayout::Plain => Layout::Plain,
    });
    let files =
        value.files.into_iter().map(|f| SourceFile { path: f.path, text: f.text }).collect();
    // reading and checking a large folder takes a while; the other requests go on meanwhile
    let seed = value.seed;
    let script = tokio::task::spawn_blocking(move || read(layout, files, seed.as_deref()))
        .await
        .map_err(Problem::internal)?
        .map_err(Problem::template)?;
    let who = caller.requester(idempotency);
    let accepted = submit::create_template(app.fleet(), &who, &value.name, &script).await?;
    answer(&app, accepted, wait).await
}

/// Folder and seed; what is wrong with either is told at once.
fn read(
    layout: Option<Layout>,
    files: Vec<SourceFile>,
    seed: Option<&str>,
) -> Result<TemplateScript, Vec<Refusal>> {
    let script = TemplateScript::read(layout, files);
    match (script, seed.map(Seed::read).transpose()) {
        (Ok(script), Ok(seed)) => Ok(TemplateScript { seed, ..script }),
        (script, seed) => {
            let mut refusals = script.err().unwrap_or_default();
            refusals.extend(seed.err().unwrap_or_default());
            Err(refusals)
        }
    }
}

pub(super) fn is_name(name: &str) -> bool {
    (1..=39).contains(&name.len())
        && name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
}

fn page(rows: Vec<Template>) -> TemplateList {
    let items: Vec<TemplateBody> = rows
        .into_iter()
        .map(|row| TemplateBody {
            name: row.name,
            version: row.version,
            layout: row.layout,
            checksum: row.checksum,
            migrations: serde_json::from_value(row.migrations).unwrap_or_default(),
            relations: row.relations,
            proof_ms: row.proof_ms,
            spares: row.spares,
            spares_reason: row.spares_reason,
            created_by: row.created_by,
            created_at: row.created_at,
            seed: row.seed,
            seed_requires: row.seed_requires.unwrap_or_default(),
        })
        .collect();
    TemplateList { total: items.len() as i64, items }
}
