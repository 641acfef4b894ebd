//! Puts routes, layers and the OpenAPI document together, and serves them.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::{DefaultBodyLimit, MatchedPath, Request};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use tenantry_domain::access::{Access, access_of};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tower_http::CompressionLevel;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{DefaultPredicate, Predicate, SizeAbove};
use tower_http::request_id::{
    MakeRequestId, PropagateRequestIdLayer, RequestId, SetRequestIdLayer,
};
use tower_http::set_header::SetResponseHeaderLayer;
use utoipa::openapi::security::{
    ApiKey, ApiKeyValue, Http, HttpAuthScheme, SecurityRequirement, SecurityScheme,
};
use utoipa::openapi::{ContentBuilder, OpenApi as Document, Ref, RefOr, ResponseBuilder};
use utoipa::{OpenApi, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use utoipa_swagger_ui::SwaggerUi;
use uuid::Uuid;

use crate::app::{App, AppConfig};
use crate::caller::check_access;
use crate::console::POLICY;
use crate::problem::{Problem, REQUEST_ID, with_body};
use crate::routes::{
    adoptions, audit, backup_imports, backup_keys, backups, bulk, console, copies, credentials,
    drills, events, exports, findings, health, imports, lists, operations, plans, pools, schedules,
    schemas, session, templates, tokens, usage,
};
use crate::types::ProblemBody;

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Tenantry",
        description = "A control plane for PostgreSQL fleets that keep one schema per institution.",
        license(name = "Apache-2.0", identifier = "Apache-2.0")
    ),
    components(schemas(ProblemBody))
)]
struct Base;

const MIB: usize = 1024 * 1024;

const SESSION: &str = "The cookie of `POST /api/admin/session`, named `__Host-tenantry_session` over TLS. \
     Changes carry `X-Tenantry-Request: 1` besides.";

fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::with_openapi(Base::openapi())
        .routes(routes!(health::healthz))
        .routes(routes!(health::readyz))
        .routes(routes!(health::metrics))
        .routes(routes!(tokens::whoami))
        .routes(routes!(session::sign_in, session::sign_out))
        .routes(routes!(lists::list, schemas::create))
        .routes(routes!(lists::rows))
        .routes(routes!(lists::facets))
        .routes(routes!(exports::export))
        .routes(routes!(bulk::change))
        .merge(
            OpenApiRouter::new()
                .routes(routes!(imports::import))
                .layer(DefaultBodyLimit::max(8 * MIB)),
        )
        .routes(routes!(schemas::show, schemas::patch, schemas::delete))
        .routes(routes!(adoptions::create))
        .routes(routes!(credentials::show, credentials::issue))
        .routes(routes!(usage::history))
        .routes(routes!(usage::fleet))
        .routes(routes!(usage::fleet_history))
        .routes(routes!(backups::list, backups::create))
        .routes(routes!(backups::fresh))
        .routes(routes!(backups::verify_all))
        .routes(routes!(backup_imports::import))
        .routes(routes!(backups::prune_plan, backups::prune))
        .routes(routes!(backups::show, backups::patch))
        .routes(routes!(backups::verify))
        .routes(routes!(backups::restore))
        .routes(routes!(drills::list))
        .routes(routes!(drills::export))
        .routes(routes!(backup_keys::list, backup_keys::destroy))
        .routes(routes!(backup_keys::rotate))
        .routes(routes!(copies::list, copies::create))
        .routes(routes!(copies::delete))
        .routes(routes!(copies::swap))
        .routes(routes!(copies::compare))
        .routes(routes!(schedules::list, schedules::create))
        .routes(routes!(schedules::show, schedules::patch, schedules::delete))
        .routes(routes!(schedules::pause))
        .routes(routes!(schedules::resume))
        .routes(routes!(schedules::run))
        .routes(routes!(schedules::slots))
        .routes(routes!(operations::list))
        .routes(routes!(operations::history))
        .routes(routes!(operations::show))
        .routes(routes!(operations::cancel))
        .routes(routes!(operations::retry))
        .routes(routes!(events::stream))
        .merge(
            OpenApiRouter::new()
                .routes(routes!(templates::list, templates::create))
                .layer(DefaultBodyLimit::max(16 * MIB)),
        )
        .routes(routes!(templates::show))
        .routes(routes!(pools::show, pools::update))
        .routes(routes!(plans::list))
        .routes(routes!(findings::list))
        .routes(routes!(audit::list))
        .routes(routes!(tokens::list, tokens::create))
        .routes(routes!(tokens::revoke))
}

/// The OpenAPI document, made from the handlers and the access table.
pub fn openapi() -> Document {
    let mut document = routes().into_openapi();
    let scheme = SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer));
    let components = document.components.get_or_insert_default();
    components.add_security_scheme("token", scheme);
    let cookie = ApiKeyValue::with_description("tenantry_session", SESSION);
    components.add_security_scheme("session", SecurityScheme::ApiKey(ApiKey::Cookie(cookie)));
    for (path, item) in &mut document.paths.paths {
        for (method, operation) in [
            ("GET", &mut item.get),
            ("POST", &mut item.post),
            ("PATCH", &mut item.patch),
            ("DELETE", &mut item.delete),
        ] {
            let (Some(operation), Some(access)) = (operation, access_of(method, path)) else {
                continue;
            };
            let responses = &mut operation.responses.responses;
            responses
                .entry("500".into())
                .or_insert_with(|| problem("An error of the server's own"));
            if let Access::AtLeast(role) = access {
                let either = ["token", "session"];
                operation.security =
                    Some(either.map(|way| SecurityRequirement::new(way, [""; 0])).into());
                let forbidden = format!("The token has a lower role than `{role}`");
                for (status, description) in [
                    ("401", "There is no valid token"),
                    ("403", forbidden.as_str()),
                    ("503", "The control database does not answer"),
                ] {
                    responses.entry(status.into()).or_insert_with(|| problem(description));
                }
            }
        }
    }
    document
}

fn problem(description: &str) -> RefOr<utoipa::openapi::Response> {
    let content =
        ContentBuilder::new().schema(Some(Ref::from_schema_name(ProblemBody::name()))).build();
    RefOr::T(
        ResponseBuilder::new()
            .description(description)
            .content("application/problem+json", content)
            .build(),
    )
}

/// Everything that is served.
pub fn router(config: AppConfig) -> Router {
    let (newest, follower) = watch::channel(0);
    tokio::spawn(events::watch_newest(config.fleet.store.clone(), newest, config.stopping.clone()));
    let app = App::new(config, follower);
    let document = openapi();
    let (api, _) = routes().split_for_parts();
    api.route(
        "/openapi.json",
        get({
            let document = serde_json::to_string(&document).unwrap_or_default();
            move || async move { ([(header::CONTENT_TYPE, "application/json")], document) }
        }),
    )
    .merge(SwaggerUi::new("/docs").config(utoipa_swagger_ui::Config::from("/openapi.json")))
    .fallback(console::serve)
    .layer(compressed())
    .layer(from_fn_with_state(app.clone(), check_access))
    .layer(from_fn(measure))
    .layer(CatchPanicLayer::custom(|_| Problem::internal("a handler panicked").into_response()))
    .layer(from_fn(with_body))
    .layer(PropagateRequestIdLayer::new(REQUEST_ID))
    .layer(SetRequestIdLayer::new(REQUEST_ID, NewRequestId))
    .layer(from_fn(drop_foreign_request_id))
    .layer(DefaultBodyLimit::max(MIB))
    .layer(header("content-security-policy", POLICY))
    .layer(header("cross-origin-opener-policy", "same-origin"))
    .layer(header("x-content-type-options", "nosniff"))
    .layer(header("x-frame-options", "DENY"))
    .layer(header("referrer-policy", "no-referrer"))
    .layer(header("cache-control", "no-store"))
    .with_state(app)
}

/// Long answers in gzip for who takes it, quickly rather than well: a page of a list is a tenth then. Events are sent as
/// they come, and the console's files are compressed already.
fn compressed() -> CompressionLayer<impl Predicate> {
    CompressionLayer::new()
        .quality(CompressionLevel::Fastest)
        .compress_when(DefaultPredicate::new().and(SizeAbove::new(2048)))
}

fn header(name: &'static str, value: &'static str) -> SetResponseHeaderLayer<HeaderValue> {
    SetResponseHeaderLayer::if_not_present(
        HeaderName::from_static(name),
        HeaderValue::from_static(value),
    )
}

#[derive(Clone)]
struct NewRequestId;

impl MakeRequestId for NewRequestId {
    fn make_request_id<B>(&mut self, _: &axum::http::Request<B>) -> Option<RequestId> {
        Uuid::now_v7().to_string().parse().ok().map(RequestId::new)
    }
}

/// A request id from outside is kept when it is harmless: it goes into logs and audit rows.
async fn drop_foreign_request_id(mut request: Request, next: Next) -> Response {
    let harmless = |value: &HeaderValue| {
        (1..=100).contains(&value.len())
            && value.as_bytes().iter().all(|b| b.is_ascii_alphanumeric() || b"-_.:".contains(b))
    };
    if request.headers().get(REQUEST_ID).is_some_and(|value| !harmless(value)) {
        request.headers_mut().remove(REQUEST_ID);
    }
    next.run(request).await
}

/// Counts and times requests by route, never by what a client put into the path.
async fn measure(request: Request, next: Next) -> Response {
    let started = Instant::now();
    let method = request.method().clone();
    let route =
        request.extensions().get::<MatchedPath>().map_or("none", MatchedPath::as_str).to_owned();
    let response = next.run(request).await;
    let status = response.status().as_u16().to_string();
    let labels = [("method", method.as_str().to_owned()), ("route", route), ("status", status)];
    metrics::histogram!("tenantry_http_request_seconds", &labels)
        .record(started.elapsed().as_secs_f64());
    if response.status() == StatusCode::INTERNAL_SERVER_ERROR {
        metrics::counter!("tenantry_http_errors_total").increment(1);
    }
    response
}

/// How long requests under way may take when the server stops.
const GRACE: Duration = Duration::from_secs(30);

/// Serves until the server is told to stop and what is under way has ended.
///
/// # Errors
/// When the listener fails.
pub async fn serve(listener: TcpListener, config: AppConfig) -> std::io::Result<()> {
    let stopping = config.stopping.clone();
    let service = router(config).into_make_service_with_connect_info::<SocketAddr>();
    let server =
        axum::serve(listener, service).with_graceful_shutdown(stopping.clone().cancelled_owned());
    tokio::select! {
        served = async { server.await } => served,
        () = async { stopping.cancelled().await; tokio::time::sleep(GRACE).await } => Ok(()),
    }
}
