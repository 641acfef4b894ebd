//! Who calls: the token of a request, or the session of its cookie, held against the access table before any
//! handler runs.

use std::convert::Infallible;
use std::net::{IpAddr, SocketAddr};

use axum::extract::{ConnectInfo, FromRequestParts, MatchedPath, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use tenantry_domain::access::{Access, ROUTES, Role, access_of};
use tenantry_domain::problem::Code;
use tenantry_domain::token::Token;
use tenantry_ops::submit::Requester;
use tenantry_store::audit::Actor;
use tenantry_store::{sessions, tokens};
use uuid::Uuid;

use crate::app::App;
use crate::cookie;
use crate::problem::{Problem, REQUEST_ID};
use crate::same_origin;

/// Where a request comes from.
#[derive(Clone, Debug)]
pub(crate) struct Client {
    pub(crate) address: Option<IpAddr>,
    request_id: Option<String>,
}

impl Client {
    /// Whoever is there, as the audit log names them.
    pub(crate) fn actor(&self, name: &str, token_id: Option<Uuid>) -> Actor {
        Actor {
            name: name.to_owned(),
            token_id,
            source: "http",
            address: self.address.map(|address| address.to_string()),
            request_id: self.request_id.clone(),
        }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Client {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let address = parts.extensions.get::<ConnectInfo<SocketAddr>>();
        Ok(Self {
            address: address.map(|ConnectInfo(address)| address.ip()),
            request_id: parts
                .headers
                .get(REQUEST_ID)
                .and_then(|value| value.to_str().ok())
                .map(str::to_owned),
        })
    }
}

/// Whoever bears a valid token, or has a session that one opened.
#[derive(Clone, Debug)]
pub(crate) struct Caller {
    pub(crate) token_id: Uuid,
    pub(crate) name: String,
    pub(crate) role: Role,
    pub(crate) expires_at: Timestamp,
    /// The session; none for a program that sends its token.
    pub(crate) session: Option<Uuid>,
    client: Client,
}

impl Caller {
    /// The caller as the audit log names it.
    pub(crate) fn actor(&self) -> Actor {
        self.client.actor(&self.name, Some(self.token_id))
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
    request: Request,
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
    let (mut parts, body) = request.into_parts();
    match authenticate(&app, &mut parts).await {
        Ok(caller) => {
            if let Err(problem) = caller.needs(role) {
                return problem.into_response();
            }
            parts.extensions.insert(caller);
            next.run(Request::from_parts(parts, body)).await
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

async fn authenticate(app: &App, parts: &mut Parts) -> Result<Caller, Problem> {
    let Ok(client) = Client::from_request_parts(parts, app).await;
    let (token, session) = match parts.headers.get(header::AUTHORIZATION) {
        Some(value) => (by_token(app, value).await?, None),
        None => by_session(app, &parts.method, &parts.headers).await?,
    };
    Ok(Caller {
        token_id: token.id,
        name: token.name,
        role: token.role,
        expires_at: token.expires_at,
        session,
        client,
    })
}

fn unauthenticated(detail: &str) -> Problem {
    Problem::new(Code::Unauthenticated, detail)
}

async fn by_token(app: &App, value: &HeaderValue) -> Result<tokens::Token, Problem> {
    let bearer = value
        .to_str()
        .ok()
        .and_then(|value| value.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
        .map(|(_, token)| token.trim())
        .ok_or_else(|| unauthenticated("The Authorization header is not `Bearer …`."))?;
    let token = Token::parse(bearer).ok_or_else(|| {
        unauthenticated("The token is not well-formed; was it copied as a whole?")
    })?;
    tokens::use_valid(&app.fleet().store, &token.hash())
        .await?
        .ok_or_else(|| unauthenticated("The token is unknown, has expired or was revoked."))
}

async fn by_session(
    app: &App,
    method: &Method,
    headers: &HeaderMap,
) -> Result<(tokens::Token, Option<Uuid>), Problem> {
    let secret = cookie::read(headers)
        .ok_or_else(|| unauthenticated("The request has no Authorization header."))?;
    same_origin::check_change(method, headers)?;
    let session = sessions::use_valid(&app.fleet().store, &secret.hash())
        .await?
        .ok_or_else(|| unauthenticated("The session has ended; sign in again."))?;
    Ok((session.token, Some(session.id)))
}
