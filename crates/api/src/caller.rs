//! Who calls: the token of a request, held against the access table before any handler runs.

use std::net::SocketAddr;

use axum::extract::{ConnectInfo, FromRequestParts, MatchedPath, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use tenantry_domain::access::{Access, ROUTES, Role, access_of};
use tenantry_domain::problem::Code;
use tenantry_domain::token::Token;
use tenantry_ops::submit::Requester;
use tenantry_store::audit::Actor;
use tenantry_store::tokens;
use uuid::Uuid;

use crate::app::App;
use crate::problem::{Problem, REQUEST_ID};

/// Whoever bears a valid token.
#[derive(Clone, Debug)]
pub(crate) struct Caller {
    pub(crate) token_id: Uuid,
    pub(crate) name: String,
    pub(crate) role: Role,
    pub(crate) expires_at: Timestamp,
    address: Option<String>,
    request_id: Option<String>,
}

impl Caller {
    /// The caller as the audit log names it.
    pub(crate) fn actor(&self) -> Actor {
        Actor {
            name: self.name.clone(),
            token_id: Some(self.token_id),
            source: "http",
            address: self.address.clone(),
            request_id: self.request_id.clone(),
        }
    }

    /// The caller as one who asks for a change.
    pub(crate) fn requester(&self, idempotency: Option<(String, Vec<u8>)>) -> Requester {
        Requester { actor: self.actor(), role: self.role, idempotency, expected: None }
    }

    /// Refuses a caller whose role does not suffice for a part of a route.
    pub(crate) fn needs(&self, role: Role) -> Result<(), Problem> {
        if self.role >= role {
            return Ok(());
        }
        Err(Problem::new(
            Code::Forbidden,
            format!("This needs the role {role}; this token has {}.", self.role),
        ))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        parts
            .extensions
            .get::<Self>()
            .cloned()
            .ok_or_else(|| Problem::internal("a handler asks for a caller on a public route"))
    }
}

/// Lets a request through to its handler when the access table says so.
pub(crate) async fn check_access(
    State(app): State<App>,
    path: Option<MatchedPath>,
    mut request: Request,
    next: Next,
) -> Response {
    let Some(path) = path else {
        return next.run(request).await; // no such path
    };
    let access = match access_of(request.method().as_str(), path.as_str()) {
        Some(access) => access,
        // never on to a handler: one without a line in the table would answer anybody
        None => return no_such_method(path.as_str()),
    };
    let Access::AtLeast(role) = access else {
        return next.run(request).await;
    };
    match authenticate(&app, request.headers(), request.extensions().get()).await {
        Ok(caller) => {
            if let Err(problem) = caller.needs(role) {
                return problem.into_response();
            }
            request.extensions_mut().insert(caller);
            next.run(request).await
        }
        Err(problem) => problem.into_response(),
    }
}

/// A method that the table has no line for, at a path that the router knows.
fn no_such_method(path: &str) -> Response {
    let mut methods = Vec::new();
    for route in ROUTES.iter().filter(|route| route.path == path) {
        methods.push(route.method);
        if route.method == "GET" {
            methods.push("HEAD"); // answered by the same handler
        }
    }
    if methods.is_empty() {
        let detail = format!("{path} is not in the access table.");
        return Problem::new(Code::Forbidden, detail).into_response();
    }
    let problem = Problem::new(Code::MethodNotAllowed, "This path does not know the method.");
    let mut response = problem.into_response();
    if let Ok(methods) = methods.join(", ").parse() {
        response.headers_mut().insert(header::ALLOW, methods);
    }
    response
}

async fn authenticate(
    app: &App,
    headers: &HeaderMap,
    address: Option<&ConnectInfo<SocketAddr>>,
) -> Result<Caller, Problem> {
    let refuse = |detail: &str| Problem::new(Code::Unauthenticated, detail);
    let bearer = headers
        .get(header::AUTHORIZATION)
        .ok_or_else(|| refuse("The request has no Authorization header."))?
        .to_str()
        .ok()
        .and_then(|value| value.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
        .map(|(_, token)| token.trim())
        .ok_or_else(|| refuse("The Authorization header is not `Bearer …`."))?;
    let token = Token::parse(bearer)
        .ok_or_else(|| refuse("The token is not well-formed; was it copied as a whole?"))?;
    let known = tokens::use_valid(&app.fleet().store, &token.hash())
        .await?
        .ok_or_else(|| refuse("The token is unknown, has expired or was revoked."))?;
    Ok(Caller {
        token_id: known.id,
        name: known.name,
        role: known.role,
        expires_at: known.expires_at,
        address: address.map(|ConnectInfo(address)| address.ip().to_string()),
        request_id: headers
            .get(REQUEST_ID)
            .and_then(|value| value.to_str().ok())
            .map(str::to_owned),
    })
}
