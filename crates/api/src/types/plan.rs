//! Plans.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A plan, as the server's settings have it.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PlanBody {
    /// Its name.
    #[schema(example = "basic")]
    pub name: String,
    /// Bytes that a schema may use; null for no limit.
    pub quota_bytes: Option<i64>,
    /// Sessions that each role of an institution may have; null for the server's default.
    pub connection_limit: Option<i32>,
    /// How long a statement may run, in seconds; null for the server's default.
    pub statement_timeout_seconds: Option<f64>,
    /// How long a transaction may be open with nothing going on in it, in seconds; null for the
    /// server's default.
    pub idle_in_transaction_timeout_seconds: Option<f64>,
    /// Whether institutions get it that are made without a plan being named.
    pub is_default: bool,
    /// Whether the settings have it. One that is gone from them stays as long as an institution has it,
    /// and can be given to nobody.
    pub configured: bool,
    /// How many institutions have it.
    pub schemas: i64,
}

/// Every plan, by name.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PlanList {
    /// The plans.
    pub items: Vec<PlanBody>,
}
