//! The spares of a template: `/api/admin/templates/{name}/pool`.

use axum::Json;
use axum::extract::State;
use tenantry_domain::problem::Code;
use tenantry_ops::pool;
use tenantry_store::{pools, templates};

use super::templates::is_name;
use crate::app::App;
use crate::caller::Caller;
use crate::extract::{Body, Path};
use crate::problem::Problem;
use crate::types::{PoolBody, PoolPatch, ProblemBody, SparesOfVersion};

/// Shows how many schemas are made ahead from a template, and by which settings.
#[utoipa::path(get, path = "/api/admin/templates/{name}/pool", tag = "templates", operation_id = "show_pool",
    params(("name" = String, Path, description = "The template's name")), responses(
    (status = 200, body = PoolBody),
    (status = 400, body = ProblemBody, content_type = "application/problem+json"),
    (status = 404, body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn show(
    State(app): State<App>,
    Path(name): Path<String>,
) -> Result<Json<PoolBody>, Problem> {
    shape(&app, &name).await.map(Json)
}

/// Changes the settings of a template's pool. They hold from the next look, within a second.
#[utoipa::path(patch, path = "/api/admin/templates/{name}/pool", tag = "templates", operation_id = "update_pool",
    params(("name" = String, Path, description = "The template's name")),
    request_body = PoolPatch, responses(
    (status = 200, body = PoolBody),
    (status = 400, body = ProblemBody, content_type = "application/problem+json"),
    (status = 404, body = ProblemBody, content_type = "application/problem+json"),
    (status = 413, body = ProblemBody, content_type = "application/problem+json"),
    (status = 415, body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn update(
    State(app): State<App>,
    caller: Caller,
    Path(name): Path<String>,
    Body { value, idempotency }: Body<PoolPatch>,
) -> Result<Json<PoolBody>, Problem> {
    if !is_name(&name) {
        return Err(not_found(&name));
    }
    if value.floor.is_none() && value.ceiling.is_none() && value.rate.is_none() {
        return Err(Problem::new(Code::InvalidRequest, "Give `floor`, `ceiling` or `rate`."));
    }
    let who = caller.requester(idempotency);
    let own = pools::OwnSettings { floor: value.floor, ceiling: value.ceiling, rate: value.rate };
    pool::set_pool(app.fleet(), &who, &name, own).await?;
    shape(&app, &name).await.map(Json)
}

async fn shape(app: &App, name: &str) -> Result<PoolBody, Problem> {
    if !is_name(name) {
        return Err(not_found(name));
    }
    let fleet = app.fleet();
    let head = templates::find(&fleet.store, name, None).await?.ok_or_else(|| not_found(name))?;
    let mut tx = fleet.store.begin().await?;
    let settings = pools::own_settings(&mut tx, name).await?.over(fleet.config.pool);
    let refill = pools::last_refill(&mut tx, name).await?.filter(|refill| refill.pending);
    drop(tx);
    let ready = fleet.database.spares(Some(name)).await.map_err(Problem::managed)?;
    Ok(PoolBody {
        template: head.name,
        version: head.version,
        spares: head.spares,
        floor: settings.floor,
        ceiling: settings.ceiling,
        rate: settings.rate,
        ready: ready
            .into_iter()
            .map(|count| SparesOfVersion {
                version: count.version,
                ready: count.ready,
                broken: count.broken,
            })
            .collect(),
        refill: refill.map(|refill| refill.id),
    })
}

fn not_found(name: &str) -> Problem {
    Problem::new(Code::TemplateNotFound, format!("There is no template {name:?}."))
}
