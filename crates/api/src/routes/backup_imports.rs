//! Backups that lie in the store and are not known here: `/api/admin/backups/import`.

use axum::extract::State;
use axum::response::Response;
use tenantry_ops::backups as asking;

use crate::app::App;
use crate::caller::Caller;
use crate::extract::Body;
use crate::headers::{ChangeHeaders, PreferredWait};
use crate::problem::Problem;
use crate::types::{ImportBackupsRequest, OperationBody, ProblemBody};
use crate::wait::answer;

/// Asks for the backups that lie in the store and are not known here to be entered: those of another server, or of this one
/// whose control database was lost.
#[utoipa::path(post, path = "/api/admin/backups/import", tag = "backups", operation_id = "import_backups",
    params(ChangeHeaders), request_body = ImportBackupsRequest, responses(
    (status = 200, body = OperationBody, description = "It ended within the wait"),
    (status = 202, body = OperationBody, description = "It is queued or under way"),
    (status = 400, body = ProblemBody, content_type = "application/problem+json"),
    (status = 409, body = ProblemBody, content_type = "application/problem+json"),
    (status = 413, body = ProblemBody, content_type = "application/problem+json"),
    (status = 415, body = ProblemBody, content_type = "application/problem+json"),
    (status = 422, body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn import(
    State(app): State<App>,
    caller: Caller,
    wait: PreferredWait,
    Body { value, idempotency }: Body<ImportBackupsRequest>,
) -> Result<Response, Problem> {
    let who = caller.requester(idempotency);
    let accepted = asking::import(app.fleet(), &who, value.take_over).await?;
    answer(&app, accepted, wait).await
}
