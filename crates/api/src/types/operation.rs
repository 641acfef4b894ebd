//! Operations.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tenantry_domain::operation::OperationState;
use tenantry_domain::usage::Grain;
use utoipa::ToSchema;
use uuid::Uuid;

/// A durable change, asked for, under way or over.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct OperationBody {
    /// Its id.
    pub id: Uuid,
    /// Its kind, as `create_schema`.
    pub kind: String,
    /// The institution's name; null for an operation of the whole fleet.
    pub schema: Option<String>,
    /// The schema's id.
    pub schema_id: Option<Uuid>,
    /// Where it is.
    pub state: OperationState,
    /// What it is going to do, a sentence for each step.
    pub plan: Vec<String>,
    /// Its steps, in order.
    pub steps: Vec<StepBody>,
    /// How far it is.
    pub progress: Progress,
    /// Why it did not succeed, or what its last try ran into: `code`, `message`, `hint`, `step`.
    #[schema(value_type = Option<Object>)]
    pub error: Option<Value>,
    /// What it brought about.
    #[schema(value_type = Option<Object>)]
    pub result: Option<Value>,
    /// Who asked for it.
    pub actor: String,
    /// `http`, `sql` or `system`.
    pub source: String,
    /// The request that asked for it.
    pub request_id: Option<String>,
    /// Tries since the last step that was done.
    pub attempt: i32,
    /// When cancelling was asked for.
    pub cancel_requested_at: Option<Timestamp>,
    /// Until when the worker that has it is taken to be alive, unless it is heard of before; after that another one takes
    /// it over. Null while no worker has it.
    pub lease_until: Option<Timestamp>,
    /// When it is due.
    pub run_at: Timestamp,
    /// When it was asked for.
    pub created_at: Timestamp,
    /// When a worker first had it.
    pub started_at: Option<Timestamp>,
    /// When it ended.
    pub finished_at: Option<Timestamp>,
    /// Milliseconds from its start to its end.
    pub duration_ms: Option<f64>,
    /// The operation that it belongs to.
    pub parent: Option<Uuid>,
}

/// A step of an operation.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct StepBody {
    /// What it does, in words.
    pub name: String,
    /// `pending`, `running`, `done`, `failed` or `undone`.
    pub state: String,
    /// Whether it can be taken back.
    pub reversible: bool,
    /// What it ran into.
    #[schema(value_type = Option<Object>)]
    pub error: Option<Value>,
    /// When it ended.
    pub finished_at: Option<Timestamp>,
}

/// How far an operation is.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Progress {
    /// Steps done; for an operation that others belong to, those of them that are over.
    pub done: i32,
    /// Steps, or operations that belong to it, in all.
    pub total: i32,
    /// The step that is under way.
    pub current: Option<String>,
    /// Whether it is undoing what it did.
    pub unwinding: bool,
}

/// A page of operations, the newest first.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct OperationList {
    /// The page.
    pub items: Vec<OperationBody>,
    /// How many there are on all pages, counted up to 10,000.
    pub total: i64,
    /// Give this as `cursor` for the next page; null on the last one.
    pub next_cursor: Option<String>,
}

/// How many operations were asked for, hour by hour or day by day.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct OperationHistory {
    /// What a point stands for.
    pub by: Grain,
    /// The first time.
    pub from: Timestamp,
    /// The time after the last one.
    pub to: Timestamp,
    /// The points, the oldest first.
    pub points: Vec<OperationCounts>,
}

/// How many operations were asked for in an hour or a day, by where they are now.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct OperationCounts {
    /// When it began.
    pub at: Timestamp,
    /// Queued, running or waiting.
    pub pending: i64,
    /// Done.
    pub succeeded: i64,
    /// Given up.
    pub failed: i64,
    /// Stopped on request.
    pub cancelled: i64,
    /// In need of somebody.
    pub stuck: i64,
}
