//! Lists of institutions' schemas: their rows, and counts over the whole fleet.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use tenantry_domain::operation::OperationState;
use tenantry_domain::quota::QuotaLevel;
use tenantry_domain::schema::SchemaState;
use utoipa::ToSchema;
use uuid::Uuid;

use super::operation::Progress;
use super::schema::SchemaBody;

/// A page of schemas.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SchemaList {
    /// The page.
    pub items: Vec<SchemaBody>,
    /// How many there are on all pages.
    pub total: i64,
    /// Give this as `cursor` for the next page; null on the last one.
    pub next_cursor: Option<String>,
}

/// A page of schemas with what a row on a screen shows.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SchemaRowList {
    /// The page.
    pub items: Vec<SchemaRow>,
    /// How many there are on all pages.
    pub total: i64,
    /// Give this as `cursor` for the next page; null on the last one.
    pub next_cursor: Option<String>,
}

/// A schema on a page. What is not known, or not so, is left out; times are to the second.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SchemaRow {
    /// Its id, the same for its whole life.
    pub id: Uuid,
    /// The institution's name.
    #[schema(example = "oakwood")]
    pub name: String,
    /// The institution's name for people.
    pub display_name: String,
    /// Where it is in its life.
    pub state: SchemaState,
    /// The template that it is made from; an adopted schema has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub template: Option<String>,
    /// That template's version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub template_version: Option<i32>,
    /// Whether it was adopted and Tenantry only reads it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub read_only: bool,
    /// Its plan.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plan: Option<String>,
    /// Bytes when last measured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub usage_bytes: Option<i64>,
    /// Bytes that it may use; left out where there is no limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quota_bytes: Option<i64>,
    /// How its use stands to that.
    pub quota_level: QuotaLevel,
    /// Its newest backup.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub backup: Option<BackupOfRow>,
    /// When it was last used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_activity_at: Option<Timestamp>,
    /// What is queued or under way for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operation: Option<OperationOfRow>,
    /// Until when it can be recovered, once dropped.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recoverable_until: Option<Timestamp>,
    /// When it was asked for.
    pub created_at: Timestamp,
}

/// The newest backup of a schema on a page.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct BackupOfRow {
    /// When it was taken, or was last known to be as good as one taken then.
    pub good_at: Timestamp,
    /// `verified`, `failed` or `none`.
    pub verification: String,
}

/// What is queued or under way for a schema on a page.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct OperationOfRow {
    /// Its id.
    pub id: Uuid,
    /// Its kind.
    #[schema(example = "backup_schema")]
    pub kind: String,
    /// Where it is.
    pub state: OperationState,
    /// How far it is.
    pub progress: Progress,
}

/// How old an institution's newest backup is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum BackupFilter {
    /// There is none.
    None,
    /// It is older than 26 hours.
    Stale,
    /// It is not.
    Fresh,
}

/// Counts over the whole fleet; all but the states without purged schemas.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Facets {
    /// By state.
    pub states: Vec<StateCount>,
    /// By template and version.
    pub templates: Vec<TemplateCount>,
    /// By plan, the last one those without.
    pub plans: Vec<PlanCount>,
    /// By level of the quota, the best first.
    pub quota_levels: Vec<LevelCount>,
    /// Of those that live, how many have no backup.
    pub without_backup: i64,
    /// Of those that live, how many have a newest backup that is older than 26 hours.
    pub stale_backup: i64,
    /// Of how many an operation failed or is stuck, within a week, and none succeeded since.
    pub failing: i64,
    /// Bytes used by all, as far as they were measured.
    pub usage_bytes: i64,
}

/// How many schemas have a plan.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PlanCount {
    /// The plan; null for those without.
    pub plan: Option<String>,
    /// How many.
    pub count: i64,
}

/// How many schemas are at a level of their quotas.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct LevelCount {
    /// The level.
    pub level: QuotaLevel,
    /// How many.
    pub count: i64,
}

/// How many schemas are in a state.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct StateCount {
    /// The state.
    pub state: String,
    /// How many.
    pub count: i64,
}

/// How many schemas were made from a template's version.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TemplateCount {
    /// The template.
    pub template: String,
    /// Its version.
    pub version: Option<i32>,
    /// How many.
    pub count: i64,
}
