//! Refusals.

use serde::{Deserialize, Serialize};
use tenantry_domain::problem::Code;
use tenantry_domain::template::Refusal;
use utoipa::ToSchema;

use super::import::ImportReport;

/// Why a request was refused (RFC 9457).
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ProblemBody {
    /// The kind of problem, as a URI.
    #[serde(rename = "type")]
    pub problem_type: String,
    /// The same for every occurrence.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// The kind of problem, for programs.
    pub code: Code,
    /// What it was this time.
    pub detail: String,
    /// What to do about it.
    pub help: String,
    /// The request's id, which the server's log has too.
    pub request_id: String,
    /// The places of a template that were refused.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub refusals: Vec<RefusalBody>,
    /// The rows of an import that was refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub report: Option<ImportReport>,
}

/// A place of a migration folder that was refused.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RefusalBody {
    /// The file.
    pub file: String,
    /// The line, from 1; 0 when it is about the whole folder.
    pub line: u32,
    /// The rule, for programs.
    pub code: String,
    /// What is wrong and what to do instead.
    pub reason: String,
}

impl From<Refusal> for RefusalBody {
    fn from(refusal: Refusal) -> Self {
        let code = serde_json::to_value(refusal.code).unwrap_or_default();
        Self {
            file: refusal.file,
            line: refusal.line,
            code: code.as_str().unwrap_or_default().to_owned(),
            reason: refusal.reason,
        }
    }
}
