//! Answering when an operation ends, or at once.

use std::time::Duration;

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use tenantry_ops::Accepted;
use tenantry_store::operations::{self, Operation};
use tokio::sync::broadcast::error::RecvError;
use tokio::time::{Instant, timeout_at};
use uuid::Uuid;

use crate::app::App;
use crate::headers::PreferredWait;
use crate::problem::Problem;
use crate::shape;

/// How often to look for the end of an operation that another server may be running.
const LOOK: Duration = Duration::from_millis(250);

/// The answer to a request that asked for an operation: 202 with the operation as it is, or 200
/// when it ended within the time that the client is ready to wait.
pub(crate) async fn answer(
    app: &App,
    accepted: Accepted,
    wait: PreferredWait,
) -> Result<Response, Problem> {
    let operation = match wait.0 {
        Some(wait) => until_end(app, accepted.operation, wait).await?,
        None => find(app, accepted.operation).await?,
    };
    let status = if operation.state.is_final() { StatusCode::OK } else { StatusCode::ACCEPTED };
    let location = format!("/api/admin/operations/{}", operation.id);
    let body = shape::whole_operation(app, operation).await?;
    let mut response = (status, Json(body)).into_response();
    if let Ok(location) = HeaderValue::from_str(&location) {
        response.headers_mut().insert(header::LOCATION, location);
    }
    Ok(response)
}

async fn until_end(app: &App, id: Uuid, wait: Duration) -> Result<Operation, Problem> {
    let deadline = Instant::now() + wait;
    // subscribe before looking, so that an end in between is not missed
    let mut endings = app.fleet().endings();
    loop {
        let operation = find(app, id).await?;
        if operation.state.is_final() || Instant::now() >= deadline {
            return Ok(operation);
        }
        let look_again = (Instant::now() + LOOK).min(deadline);
        while let Ok(ending) = timeout_at(look_again, endings.recv()).await {
            match ending {
                Ok(ended) if ended != id => {}
                Ok(_) | Err(RecvError::Lagged(_)) => break,
                Err(RecvError::Closed) => return find(app, id).await,
            }
        }
    }
}

async fn find(app: &App, id: Uuid) -> Result<Operation, Problem> {
    operations::by_id(&app.fleet().store, id)
        .await?
        .ok_or_else(|| Problem::internal(format!("operation {id} vanished")))
}
