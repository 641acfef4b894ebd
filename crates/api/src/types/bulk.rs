//! One change of many institutions.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use tenantry_domain::bulk::BulkAction;
use tenantry_domain::quota::QuotaLevel;
use tenantry_domain::schema::SchemaState;
use utoipa::ToSchema;

use super::list::BackupFilter;
use super::operation::OperationBody;

/// What is to be done, and to which institutions: either `names` or `filter`.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct BulkRequestBody {
    /// What is done to each; those in a state that does not go with it are passed over.
    pub action: BulkAction,
    /// Their names, at most 10,000.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(min_items = 1, max_items = 10000)]
    pub names: Option<Vec<String>>,
    /// What they have in common, as in a list; an empty one means all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filter: Option<BulkFilter>,
    /// What and how many, as the answer to `dryRun` words it. Dropping needs it; where it is given, it must
    /// be right.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "drop 37 schemas")]
    pub confirm: Option<String>,
    /// Only say what it would be about.
    #[serde(default)]
    pub dry_run: bool,
}

/// Which institutions, as the query of a list says it.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct BulkFilter {
    /// A part of the name or display name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub q: Option<String>,
    /// Only these states.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub state: Vec<SchemaState>,
    /// Only these plans.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub plan: Vec<String>,
    /// Only these levels of the quota.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub quota: Vec<QuotaLevel>,
    /// Only those made from this template.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub template: Option<String>,
    /// Only those at this version of their template.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1)]
    pub template_version: Option<i32>,
    /// Only those whose newest backup is like this.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub backup: Option<BackupFilter>,
    /// Only those of which an operation failed or is stuck, within a week, and none succeeded since.
    pub failing: bool,
    /// Only the one that your own system calls so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub external_id: Option<String>,
    /// Only those that have all these labels.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: BTreeMap<String, String>,
}

/// What a bulk change would be about.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct BulkPreview {
    /// What would be done.
    pub action: BulkAction,
    /// How many institutions would be changed.
    pub count: usize,
    /// How many of the selection would not: their state is another one, or they are only read.
    pub passed_over: usize,
    /// The first ten of their names.
    pub names: Vec<String>,
    /// Bytes of them all when last measured.
    pub usage_bytes: i64,
    /// What confirms it.
    #[schema(example = "drop 37 schemas")]
    pub confirm: String,
}

/// The answer to a bulk change: what a dry run found, or the operation to which one for each belongs.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(untagged)]
pub enum BulkOutcome {
    /// For `dryRun`.
    Preview(BulkPreview),
    /// Else.
    Operation(Box<OperationBody>),
}
