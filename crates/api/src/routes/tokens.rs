//! API tokens: `/api/admin/tokens`, and who the caller is.

use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use jiff::Timestamp;
use serde_json::json;
use tenantry_domain::access::Role;
use tenantry_domain::problem::Code;
use tenantry_domain::token::Token;
use tenantry_store::audit::{self, Entry};
use tenantry_store::sessions;
use tenantry_store::tokens::{self, NewToken};
use uuid::Uuid;

use crate::app::App;
use crate::caller::Caller;
use crate::extract::{Body, Path};
use crate::problem::Problem;
use crate::types::{IssuedToken, NewTokenRequest, ProblemBody, TokenBody, TokenList, Whoami};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// Tells who the caller is.
#[utoipa::path(get, path = "/api/admin/whoami", tag = "tokens", operation_id = "whoami", responses(
    (status = 200, body = Whoami),
))]
pub(crate) async fn whoami(State(app): State<App>, caller: Caller) -> Json<Whoami> {
    Json(who(&app, caller.name, caller.role, caller.expires_at))
}

/// What a caller is told of itself and of whom it speaks to.
pub(super) fn who(app: &App, name: String, role: Role, expires_at: Timestamp) -> Whoami {
    Whoami { name, role, expires_at, version: app.version().to_owned() }
}

/// Lists the tokens.
#[utoipa::path(get, path = "/api/admin/tokens", tag = "tokens", operation_id = "list_tokens", responses(
    (status = 200, body = TokenList),
))]
pub(crate) async fn list(State(app): State<App>) -> Result<Json<TokenList>, Problem> {
    let items: Vec<TokenBody> =
        tokens::list(&app.fleet().store).await?.into_iter().map(body).collect();
    Ok(Json(TokenList { total: items.len() as i64, items }))
}

/// Makes a token. The answer is the only place where its secret is ever shown.
#[utoipa::path(post, path = "/api/admin/tokens", tag = "tokens", operation_id = "create_token",
    request_body = NewTokenRequest, responses(
    (status = 201, body = IssuedToken),
    (status = 400, body = ProblemBody, content_type = "application/problem+json"),
    (status = 413, body = ProblemBody, content_type = "application/problem+json"),
    (status = 415, body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn create(
    State(app): State<App>,
    caller: Caller,
    Body { value, .. }: Body<NewTokenRequest>,
) -> Result<(StatusCode, Json<IssuedToken>), Problem> {
    let invalid = |detail: &str| Problem::new(Code::InvalidRequest, detail);
    let name = value.name.trim();
    if name.is_empty() || name.chars().count() > 100 || name.chars().any(char::is_control) {
        return Err(invalid("`name` has 1 to 100 characters and no control character."));
    }
    let days = value.valid_days.unwrap_or(90);
    if !(1..=365).contains(&days) {
        return Err(invalid("`validDays` is 1 to 365."));
    }
    let secret = Token::generate();
    let hash = secret.hash();
    let new = NewToken {
        id: Uuid::now_v7(),
        name,
        role: value.role,
        hash: &hash,
        prefix: secret.prefix(),
        created_by: &caller.name,
        valid_for: DAY * days,
    };
    let mut tx = app.fleet().store.begin().await?;
    let token = tokens::insert(&mut tx, &new).await?;
    audit::insert(&mut tx, &caller.actor(), &entry("create_token", &token)).await?;
    tx.commit().await?;
    let issued = IssuedToken { secret: secret.reveal().to_owned(), token: body(token) };
    Ok((StatusCode::CREATED, Json(issued)))
}

/// Revokes a token, at once and for good, and with it the sessions that it opened.
#[utoipa::path(delete, path = "/api/admin/tokens/{id}", tag = "tokens", operation_id = "revoke_token",
    params(("id" = Uuid, Path, description = "The token's id")), responses(
    (status = 200, body = TokenBody),
    (status = 400, body = ProblemBody, content_type = "application/problem+json"),
    (status = 404, body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn revoke(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<Uuid>,
) -> Result<Json<TokenBody>, Problem> {
    let mut tx = app.fleet().store.begin().await?;
    let token = tokens::revoke(&mut tx, id)
        .await?
        .ok_or_else(|| Problem::new(Code::TokenNotFound, "There is no token with this id."))?;
    sessions::end_of_token(&mut tx, id).await?;
    audit::insert(&mut tx, &caller.actor(), &entry("revoke_token", &token)).await?;
    tx.commit().await?;
    Ok(Json(body(token)))
}

fn entry<'a>(action: &'a str, token: &tokens::Token) -> Entry<'a> {
    Entry {
        action,
        schema_id: None,
        schema_name: None,
        operation_id: None,
        outcome: "succeeded",
        detail: json!({ "token": token.id, "name": token.name, "role": token.role }),
    }
}

fn body(row: tokens::Token) -> TokenBody {
    TokenBody {
        id: row.id,
        name: row.name,
        role: row.role,
        prefix: row.prefix,
        created_by: row.created_by,
        created_at: row.created_at,
        expires_at: row.expires_at,
        revoked_at: row.revoked_at,
        last_used_at: row.last_used_at,
    }
}
