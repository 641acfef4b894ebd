//! What institutions' applications log in with.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Asks for new credentials.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CredentialsRequest {
    /// Whether a password that is there is replaced; it is worth nothing then.
    #[serde(default)]
    pub rotate: bool,
    /// The role that they are for; `application` when it is left out.
    #[serde(default)]
    pub role: CredentialsRole,
}

/// One of an institution's roles.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub enum CredentialsRole {
    /// Reads and writes.
    #[default]
    Application,
    /// Only reads; made when it is asked for the first time.
    ReadOnly,
}

/// New credentials: shown this once, and kept nowhere.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CredentialsBody {
    /// The role that they are for.
    pub role: CredentialsRole,
    /// Everything below in one text, as drivers take it.
    #[schema(example = "postgres://inst_oakwood:…@db.example.org:5432/tenantry_managed")]
    pub connection_string: String,
    /// The user.
    #[schema(example = "inst_oakwood")]
    pub user: String,
    /// The password.
    pub password: String,
    /// The host.
    pub host: String,
    /// The port.
    pub port: u16,
    /// The database.
    pub database: String,
}

/// An institution's roles, without a secret.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CredentialsState {
    /// The roles, the one that may write first.
    pub items: Vec<ApplicationRoleBody>,
    /// Where applications reach the database.
    pub host: String,
    /// The port there.
    pub port: u16,
    /// The database's name.
    pub database: String,
}

/// A role that an institution's application logs in as.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ApplicationRoleBody {
    /// Which of the roles.
    pub role: CredentialsRole,
    /// Its name.
    pub user: String,
    /// How many sessions it may have at a time.
    pub connection_limit: i32,
    /// When it was given its password last; null when it has none.
    pub password_set_at: Option<Timestamp>,
}
