//! API tokens.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use tenantry_domain::access::Role;
use utoipa::ToSchema;
use uuid::Uuid;

/// What is known of a token; the token itself is not kept.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TokenBody {
    /// Its id.
    pub id: Uuid,
    /// Its name, which lists and the audit log show.
    pub name: String,
    /// What it may do.
    pub role: Role,
    /// Its first characters.
    pub prefix: String,
    /// Who made it.
    pub created_by: String,
    /// When.
    pub created_at: Timestamp,
    /// When it ceases to be valid.
    pub expires_at: Timestamp,
    /// When it was revoked.
    pub revoked_at: Option<Timestamp>,
    /// When it was used last, to the minute.
    pub last_used_at: Option<Timestamp>,
}

/// The tokens, newest first.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TokenList {
    /// The tokens.
    pub items: Vec<TokenBody>,
    /// How many.
    pub total: i64,
}

/// A token that is asked for.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewTokenRequest {
    /// Its name.
    #[schema(example = "ci", min_length = 1, max_length = 100)]
    pub name: String,
    /// What it may do.
    pub role: Role,
    /// For how many days it is valid; 90 when it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, maximum = 365)]
    pub valid_days: Option<u32>,
}

/// What opens a session.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SignInRequest {
    /// The token.
    #[schema(example = "tenantry_api_…")]
    pub token: String,
}

/// A token that was made: the only time that it is shown.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct IssuedToken {
    /// The secret; keep it, it is not shown again.
    pub secret: String,
    /// What is known of it.
    pub token: TokenBody,
}
