//! Whether the server lives, can work, and what it measured.

use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use tenantry_pg::PgError;

use crate::app::App;
use crate::types::{Health, Readiness};

/// Tells that the process is alive.
#[utoipa::path(get, path = "/healthz", tag = "server", security(()), responses(
    (status = 200, body = Health),
))]
pub(crate) async fn healthz() -> Json<Health> {
    Json(Health { status: "ok".into(), version: env!("CARGO_PKG_VERSION").into() })
}

/// Tells whether both databases answer, and that the server is not about to stop.
#[utoipa::path(get, path = "/readyz", tag = "server", security(()), responses(
    (status = 200, body = Readiness),
    (status = 503, body = Readiness),
))]
pub(crate) async fn readyz(State(app): State<App>) -> Response {
    let fleet = app.fleet();
    let (control, managed) = tokio::join!(fleet.store.ping(), fleet.database.ping());
    let ready = control.is_ok() && managed.is_ok() && !app.stopping().is_cancelled();
    // a full disk does not keep it from reading, and what is asked for waits
    let managed_database = match fleet.paused().filter(|_| managed.is_ok()) {
        Some(reason) => reason.into(),
        None => word(managed),
    };
    let body = Readiness { ready, control_database: word(control), managed_database };
    let status = if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(body)).into_response()
}

/// A public route tells that a database is away, not where it is or what it said.
fn word(answer: Result<(), PgError>) -> String {
    match answer {
        Ok(()) => "ok".into(),
        Err(error) => {
            tracing::warn!("Not ready: {error}");
            "unavailable".into()
        }
    }
}

/// What was measured, for Prometheus.
#[utoipa::path(get, path = "/metrics", tag = "server", responses(
    (status = 200, body = String, content_type = "text/plain"),
))]
pub(crate) async fn metrics(State(app): State<App>) -> Response {
    let text = app.metrics().render();
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], text).into_response()
}
