//! The server itself: readiness, events, findings, audit.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tenantry_domain::access::Role;
use utoipa::ToSchema;
use uuid::Uuid;

/// Whether the server can do its work.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Readiness {
    /// Whether both databases answer.
    pub ready: bool,
    /// `ok`, or what the control database's trouble is.
    pub control_database: String,
    /// `ok`, or what the managed database's trouble is: `unavailable`, or `disk_full` where it is read but
    /// operations wait for room.
    pub managed_database: String,
}

/// Who the caller is.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Whoami {
    /// The token's name.
    pub name: String,
    /// What it may do.
    pub role: Role,
    /// When it ceases to be valid.
    pub expires_at: Timestamp,
    /// The server's version, and behind a `+` that of the console in it: another one than at the last look
    /// means that the pages are to be loaded again.
    #[schema(example = "0.1.0+4f2a9c01")]
    pub version: String,
}

/// The data of an event in the stream; its type is the event's name.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct EventBody {
    /// The schema that it is about.
    pub schema_id: Option<Uuid>,
    /// The operation that it is about.
    pub operation_id: Option<Uuid>,
    /// When it happened.
    pub at: Timestamp,
    /// What else there is to say.
    #[schema(value_type = Object)]
    pub data: Value,
}

/// Where the lists and the managed database disagree.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct FindingBody {
    /// Its id.
    pub id: Uuid,
    /// What kind of disagreement.
    pub kind: String,
    /// `critical`, `warning` or `info`.
    pub severity: String,
    /// The object.
    pub object: String,
    /// The schema.
    pub schema_id: Option<Uuid>,
    /// What was found.
    pub detail: String,
    /// What to do; often a statement.
    pub remedy: String,
    /// When it was found first.
    pub first_seen: Timestamp,
    /// When it was found last.
    pub last_seen: Timestamp,
}

/// The open findings, the gravest first.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct FindingList {
    /// The findings.
    pub items: Vec<FindingBody>,
    /// How many.
    pub total: i64,
}

/// A row of the audit log.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AuditRecord {
    /// Its number.
    pub id: i64,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub actor: String,
    /// `http`, `sql` or `system`.
    pub source: String,
    /// From where.
    pub address: Option<String>,
    /// The request.
    pub request_id: Option<String>,
    /// The change.
    pub action: String,
    /// The institution's name.
    pub schema: Option<String>,
    /// The operation.
    pub operation_id: Option<Uuid>,
    /// `accepted`, `succeeded`, `failed`, `cancelled` or `stuck`.
    pub outcome: String,
    /// What else there is to say.
    #[schema(value_type = Object)]
    pub detail: Value,
}

/// A page of the audit log, the newest first.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AuditList {
    /// The page.
    pub items: Vec<AuditRecord>,
    /// Give this as `cursor` for the next page; null on the last one.
    pub next_cursor: Option<String>,
}
