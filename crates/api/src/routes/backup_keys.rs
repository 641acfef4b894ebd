//! Keys of institutions' backups: `/api/admin/schemas/{name}/backup-keys` and `/api/admin/backup-keys/rotate`.

use axum::Json;
use axum::extract::State;
use axum::response::Response;
use tenantry_domain::problem::Code;
use tenantry_ops::backups as asking;
use tenantry_store::{backups, schemas};

use super::schemas::{confirm, existing_name};
use crate::app::App;
use crate::caller::Caller;
use crate::extract::{Body, Bodyless, Path};
use crate::headers::{ChangeHeaders, PreferredWait};
use crate::problem::Problem;
use crate::types::{BackupKeyBody, BackupKeyList, DropRequest, OperationBody, ProblemBody};
use crate::wait::answer;

/// Lists the keys that an institution's backups are sealed to, and those that were destroyed with the proof.
#[utoipa::path(get, path = "/api/admin/schemas/{name}/backup-keys", tag = "backups", operation_id = "list_backup_keys",
    params(("name" = String, Path, description = "The institution's name")), responses(
    (status = 200, body = BackupKeyList),
    (status = 400, body = ProblemBody, content_type = "application/problem+json"),
    (status = 404, body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn list(
    State(app): State<App>,
    Path(name): Path<String>,
) -> Result<Json<BackupKeyList>, Problem> {
    let name = existing_name(&name)?;
    let store = &app.fleet().store;
    let schema = schemas::by_name(store, name).await?.ok_or_else(|| {
        Problem::new(Code::SchemaNotFound, format!("There is no institution {name}."))
    })?;
    let items = backups::keys(store, schema.id)
        .await?
        .into_iter()
        .map(|key| BackupKeyBody {
            epoch: key.epoch,
            recipient: key.recipient,
            created_at: key.created_at,
            destroyed_at: key.destroyed_at,
            proof: key.proof,
        })
        .collect();
    Ok(Json(BackupKeyList { items }))
}

/// Asks for the keys of an institution's backups to be destroyed: nobody can open any of them afterwards.
#[utoipa::path(delete, path = "/api/admin/schemas/{name}/backup-keys", tag = "backups", operation_id = "destroy_backup_keys",
    params(("name" = String, Path, description = "The institution's name"), ChangeHeaders),
    request_body = DropRequest, responses(
    (status = 200, body = OperationBody, description = "It ended within the wait"),
    (status = 202, body = OperationBody, description = "It is queued or under way"),
    (status = 400, body = ProblemBody, content_type = "application/problem+json"),
    (status = 404, body = ProblemBody, content_type = "application/problem+json"),
    (status = 409, body = ProblemBody, content_type = "application/problem+json"),
    (status = 413, body = ProblemBody, content_type = "application/problem+json"),
    (status = 415, body = ProblemBody, content_type = "application/problem+json"),
    (status = 422, body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn destroy(
    State(app): State<App>,
    caller: Caller,
    wait: PreferredWait,
    Path(name): Path<String>,
    Body { value, idempotency }: Body<DropRequest>,
) -> Result<Response, Problem> {
    let name = existing_name(&name)?;
    confirm(name, Some(&value.confirm))?;
    let who = caller.requester(idempotency);
    let accepted = asking::destroy_keys(app.fleet(), &who, name).await?;
    answer(&app, accepted, wait).await
}

/// Asks for the keys of all institutions to be sealed anew, to the recipients of the settings. Archives
/// are not touched.
#[utoipa::path(post, path = "/api/admin/backup-keys/rotate", tag = "backups", operation_id = "rotate_backup_keys",
    params(ChangeHeaders), responses(
    (status = 200, body = OperationBody, description = "It ended within the wait"),
    (status = 202, body = OperationBody, description = "It is queued or under way"),
    (status = 400, body = ProblemBody, content_type = "application/problem+json"),
    (status = 409, body = ProblemBody, content_type = "application/problem+json"),
    (status = 413, body = ProblemBody, content_type = "application/problem+json"),
    (status = 422, body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn rotate(
    State(app): State<App>,
    caller: Caller,
    wait: PreferredWait,
    Bodyless { idempotency }: Bodyless,
) -> Result<Response, Problem> {
    let accepted = asking::rotate_keys(app.fleet(), &caller.requester(idempotency)).await?;
    answer(&app, accepted, wait).await
}
