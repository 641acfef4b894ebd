//! What an institution's application logs in with: `/api/admin/schemas/{name}/credentials`.

use axum::Json;
use axum::extract::State;
use tenantry_ops::credentials;
use url::Url;

use crate::app::App;
use crate::caller::Caller;
use crate::extract::{Body, Path};
use crate::problem::Problem;
use crate::routes::schemas::existing_name;
use crate::types::{
    ApplicationRoleBody, CredentialsBody, CredentialsRequest, CredentialsRole, CredentialsState,
    ProblemBody,
};

/// Shows which roles an institution has and when they got their passwords.
#[utoipa::path(get, path = "/api/admin/schemas/{name}/credentials", tag = "schemas",
    operation_id = "show_credentials",
    params(("name" = String, Path, description = "The institution's name")), responses(
    (status = 200, body = CredentialsState),
    (status = 400, body = ProblemBody, content_type = "application/problem+json"),
    (status = 404, body = ProblemBody, content_type = "application/problem+json"),
    (status = 409, body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn show(
    State(app): State<App>,
    Path(name): Path<String>,
) -> Result<Json<CredentialsState>, Problem> {
    let roles = credentials::roles(app.fleet(), existing_name(&name)?).await?;
    let Place { host, port, database } = Place::of(&credentials::address(app.fleet()));
    let items = roles
        .into_iter()
        .map(|role| ApplicationRoleBody {
            role: role_word(role.read_only),
            user: role.name,
            connection_limit: role.connection_limit,
            password_set_at: role.password_set_at,
        })
        .collect();
    Ok(Json(CredentialsState { items, host, port, database }))
}

/// Gives a role of an institution a new password and shows it, this once. Sessions that are open stay.
#[utoipa::path(post, path = "/api/admin/schemas/{name}/credentials", tag = "schemas",
    operation_id = "issue_credentials",
    params(("name" = String, Path, description = "The institution's name")),
    request_body = CredentialsRequest, responses(
    (status = 200, body = CredentialsBody, description = "The secret; it is not shown again"),
    (status = 400, body = ProblemBody, content_type = "application/problem+json"),
    (status = 404, body = ProblemBody, content_type = "application/problem+json"),
    (status = 409, body = ProblemBody, content_type = "application/problem+json"),
    (status = 413, body = ProblemBody, content_type = "application/problem+json"),
    (status = 415, body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn issue(
    State(app): State<App>,
    caller: Caller,
    Path(name): Path<String>,
    // a key that makes the request safe to repeat is not looked at: an answer that was lost is lost
    Body { value, .. }: Body<CredentialsRequest>,
) -> Result<Json<CredentialsBody>, Problem> {
    let request = credentials::CredentialsRequest {
        read_only: value.role == CredentialsRole::ReadOnly,
        rotate: value.rotate,
    };
    let who = caller.requester(None);
    let issued = credentials::issue(app.fleet(), &who, existing_name(&name)?, request).await?;
    let Place { host, port, database } = Place::of(&issued.url);
    Ok(Json(CredentialsBody {
        role: value.role,
        connection_string: issued.url.into(),
        user: issued.user,
        password: issued.password,
        host,
        port,
        database,
    }))
}

fn role_word(read_only: bool) -> CredentialsRole {
    if read_only { CredentialsRole::ReadOnly } else { CredentialsRole::Application }
}

/// Where a URL leads.
struct Place {
    host: String,
    port: u16,
    database: String,
}

impl Place {
    fn of(url: &Url) -> Self {
        Self {
            host: url.host_str().unwrap_or_default().trim_matches(['[', ']']).to_owned(),
            port: url.port().unwrap_or(5432),
            database: url.path().trim_start_matches('/').to_owned(),
        }
    }
}
