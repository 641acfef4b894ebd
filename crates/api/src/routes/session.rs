//! The console's session: `/api/admin/session`. A browser gives a token once and gets a cookie for it.

use std::time::Instant;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;
use tenantry_domain::problem::Code;
use tenantry_domain::session::SessionSecret;
use tenantry_domain::token::Token;
use tenantry_store::audit::{self, Entry};
use tenantry_store::{sessions, tokens};
use uuid::Uuid;

use super::tokens::who;
use crate::app::App;
use crate::caller::{Caller, Client};
use crate::cookie;
use crate::extract::Body;
use crate::problem::Problem;
use crate::same_origin::check_origin;
use crate::types::{ProblemBody, SignInRequest, Whoami};

/// Opens a session for a token. The answer sets a cookie that no script can read, and that stands for the
/// token until it expires, is revoked or was not used for 12 hours. With the cookie a change must carry
/// `X-Tenantry-Request: 1` and come from this server's own pages.
#[utoipa::path(post, path = "/api/admin/session", tag = "tokens", operation_id = "sign_in",
    request_body = SignInRequest, responses(
    (status = 200, body = Whoami, headers(("Set-Cookie" = String, description = "The session"))),
    (status = 400, body = ProblemBody, content_type = "application/problem+json"),
    (status = 401, body = ProblemBody, content_type = "application/problem+json"),
    (status = 403, body = ProblemBody, content_type = "application/problem+json"),
    (status = 413, body = ProblemBody, content_type = "application/problem+json"),
    (status = 415, body = ProblemBody, content_type = "application/problem+json"),
    (status = 429, body = ProblemBody, content_type = "application/problem+json"),
    (status = 503, body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn sign_in(
    State(app): State<App>,
    client: Client,
    headers: HeaderMap,
    Body { value, .. }: Body<SignInRequest>,
) -> Result<Response, Problem> {
    check_origin(&headers)?;
    let address = client.address;
    if address.is_some_and(|address| app.failed_sign_ins().are_too_many(address, Instant::now())) {
        let detail = "Too many sign-ins from this address failed within a minute.";
        return Err(Problem::new(Code::TooManySignIns, detail));
    }
    let store = &app.fleet().store;
    let valid = match Token::parse(value.token.trim()) {
        Some(token) => tokens::use_valid(store, &token.hash()).await?,
        None => None,
    };
    let mut tx = store.begin().await?;
    let Some(token) = valid else {
        if let Some(address) = address {
            app.failed_sign_ins().note(address, Instant::now());
        }
        audit::insert(&mut tx, &client.actor("nobody", None), &entry("sign_in", "failed", None))
            .await?;
        tx.commit().await?;
        // the same for every token that does not hold, so that nothing is learned about it
        let detail = "The token is unknown, has expired or was revoked.";
        return Err(Problem::new(Code::Unauthenticated, detail));
    };
    let (id, secret) = (Uuid::now_v7(), SessionSecret::generate());
    if let Some(earlier) = cookie::read(&headers) {
        sessions::end(&mut tx, &earlier.hash()).await?;
    }
    sessions::open(&mut tx, id, token.id, &secret.hash()).await?;
    let actor = client.actor(&token.name, Some(token.id));
    audit::insert(&mut tx, &actor, &entry("sign_in", "succeeded", Some(id))).await?;
    tx.commit().await?;
    let cookie = [(header::SET_COOKIE, cookie::set(&headers, &secret))];
    Ok((cookie, Json(who(&app, token.name, token.role, token.expires_at))).into_response())
}

/// Ends the session of the request's cookie, and takes the cookie away.
#[utoipa::path(delete, path = "/api/admin/session", tag = "tokens", operation_id = "sign_out", responses(
    (status = 204, description = "It has ended", headers(("Set-Cookie" = String, description = "An empty one"))),
    (status = 400, body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn sign_out(
    State(app): State<App>,
    caller: Caller,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let (Some(id), Some(secret)) = (caller.session, cookie::read(&headers)) else {
        let detail = "The request bears a token and no session; there is nothing to end.";
        return Err(Problem::new(Code::InvalidRequest, detail));
    };
    let mut tx = app.fleet().store.begin().await?;
    sessions::end(&mut tx, &secret.hash()).await?;
    audit::insert(&mut tx, &caller.actor(), &entry("sign_out", "succeeded", Some(id))).await?;
    tx.commit().await?;
    Ok((StatusCode::NO_CONTENT, [(header::SET_COOKIE, cookie::clear(&headers))]).into_response())
}

fn entry(action: &'static str, outcome: &'static str, session: Option<Uuid>) -> Entry<'static> {
    Entry {
        action,
        schema_id: None,
        schema_name: None,
        operation_id: None,
        outcome,
        detail: session.map_or_else(|| json!({}), |id| json!({ "session": id })),
    }
}
