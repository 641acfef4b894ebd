//! Institutions' schemas.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serialize};
use tenantry_domain::adoption::Origin;
use tenantry_domain::institution::Contact;
use tenantry_domain::quota::QuotaLevel;
use tenantry_domain::schema::SchemaState;
use utoipa::ToSchema;
use uuid::Uuid;

use super::usage::Usage;

/// An institution's schema.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SchemaBody {
    /// Its id, the same for its whole life.
    pub id: Uuid,
    /// The institution's name.
    #[schema(example = "oakwood")]
    pub name: String,
    /// The name of the schema in the managed database; null until it was made.
    #[schema(example = "inst_oakwood")]
    pub schema_name: Option<String>,
    /// The application role; null until it was made.
    pub role_name: Option<String>,
    /// The institution's name for people.
    pub display_name: String,
    /// Where it is in its life.
    pub state: SchemaState,
    /// The template that it is made from; null for an adopted schema.
    pub template: Option<String>,
    /// That template's version.
    pub template_version: Option<i32>,
    /// The newest migration by the history of the tool that made an adopted schema.
    #[schema(example = "pupils.0002_grade")]
    pub tool_version: Option<String>,
    /// How it came to Tenantry; null where Tenantry made it.
    pub adoption: Option<AdoptionOfSchema>,
    /// Free labels.
    pub labels: BTreeMap<String, String>,
    /// Its plan; null when it has none.
    pub plan: Option<String>,
    /// What it uses.
    pub usage: Usage,
    /// What it may use.
    pub quota: Quota,
    /// Why it failed, in state `failed`.
    pub failure: Option<String>,
    /// When it was dropped.
    pub archived_at: Option<Timestamp>,
    /// Until when it can be recovered.
    pub recoverable_until: Option<Timestamp>,
    /// When it was removed for good.
    pub purged_at: Option<Timestamp>,
    /// The operation that is queued or under way for it.
    pub active_operation: Option<Uuid>,
    /// When it was asked for.
    pub created_at: Timestamp,
    /// When anything of this changed last (a new measurement does not count).
    pub updated_at: Timestamp,
    /// Whom to ask there.
    pub contact: Contact,
    /// What your own system calls the institution.
    pub external_id: Option<String>,
    /// Its newest backup; null where the store holds none.
    pub backup: Option<BackupOfSchema>,
    /// When a schedule backs it up next, at the earliest; null where none will.
    pub next_backup_at: Option<Timestamp>,
    /// The version of all this but for what is measured or under way: in quotes it is the `ETag`, and
    /// what `If-Match` takes.
    pub version: String,
}

/// How a schema came to Tenantry that it did not make.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AdoptionOfSchema {
    /// What made it, or how it was found.
    pub tool: Origin,
    /// How many migrations were applied by the tool's history.
    pub migrations_applied: Option<i64>,
    /// When that history was read.
    pub version_read_at: Option<Timestamp>,
    /// Whether Tenantry only reads it.
    pub read_only: bool,
    /// When it was adopted; null while that is under way.
    pub adopted_at: Option<Timestamp>,
}

/// What a schema may use.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Quota {
    /// Bytes; null for no limit.
    pub bytes: Option<i64>,
    /// Whose limit that is; null for no limit.
    pub source: Option<QuotaSource>,
    /// How its use stands to that. An adopted schema is not kept from writing at any level.
    pub level: QuotaLevel,
    /// Since when its institution may not insert and update; null when it may.
    pub writes_blocked_at: Option<Timestamp>,
}

/// Where a quota comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum QuotaSource {
    /// The institution's own, which goes before its plan's.
    Own,
    /// Its plan's.
    Plan,
}

/// An institution that is asked for.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewSchemaRequest {
    /// The institution's name: 2 to 39 lower-case letters, digits and `_`, a letter first.
    #[schema(example = "oakwood", pattern = "^[a-z][a-z0-9_]{1,38}$")]
    pub name: String,
    /// Its name for people; the name itself when it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 1, max_length = 200)]
    pub display_name: Option<String>,
    /// The template; `default` when it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "default")]
    pub template: Option<String>,
    /// The template's version; the newest when it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1)]
    pub template_version: Option<i32>,
    /// Free labels.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub labels: Option<BTreeMap<String, String>>,
    /// Its plan; the server's default plan, if there is one, when it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "basic")]
    pub plan: Option<String>,
    /// Bytes that it may use; what its plan allows when it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 0)]
    pub quota_bytes: Option<i64>,
    /// Whom to ask there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contact: Option<Contact>,
    /// What your own system calls the institution: up to 128 bytes, and nobody else's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 1, max_length = 128)]
    pub external_id: Option<String>,
    /// Values for the template's seed, which reads them as `tenantry.parameter('locale')`: at most 20 of up
    /// to 1,000 characters. `institution` and `institution_name` are there anyway.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parameters: Option<BTreeMap<String, String>>,
}

/// Either an action or new attributes.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SchemaPatch {
    /// What is to be done; not together with attributes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub action: Option<PatchAction>,
    /// The institution's name once more, for `purge`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confirm: Option<String>,
    /// With `purge`: no last backup is taken and verified first.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub without_backup: bool,
    /// A new name for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 1, max_length = 200)]
    pub display_name: Option<String>,
    /// New labels, replacing all that there are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub labels: Option<BTreeMap<String, String>>,
    /// Another plan; null takes it away.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "some")]
    pub plan: Option<Option<String>>,
    /// A new quota in bytes of its own; null leaves what its plan allows.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "some")]
    #[schema(minimum = 0)]
    pub quota_bytes: Option<Option<i64>>,
    /// How many sessions each of its roles may have at a time; null is its plan's, or the default.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "some")]
    #[schema(minimum = 1, maximum = 10000)]
    pub connection_limit: Option<Option<i32>>,
    /// What of the contact is to change.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contact: Option<ContactPatch>,
    /// What your own system calls the institution; null takes it away.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "some")]
    #[schema(min_length = 1, max_length = 128)]
    pub external_id: Option<Option<String>>,
}

/// What of a contact is to change: what is left out stays, null takes it away.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ContactPatch {
    /// The person's or office's name.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "some")]
    #[schema(min_length = 1, max_length = 200)]
    pub name: Option<Option<String>>,
    /// An e-mail address.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "some")]
    #[schema(min_length = 3, max_length = 254)]
    pub email: Option<Option<String>>,
    /// A telephone number as people write it.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "some")]
    #[schema(min_length = 3, max_length = 40)]
    pub phone: Option<Option<String>>,
}

/// Tells a field that is null from one that is left out.
pub(super) fn some<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Option<T>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}

/// What can be done to a schema by PATCH; dropping is DELETE.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PatchAction {
    /// Shut the institution out.
    Suspend,
    /// Let it in again.
    Resume,
    /// Bring it back from the archive.
    Undrop,
    /// Remove it for good; needs the role `admin` and `confirm`.
    Purge,
    /// Let Tenantry change an adopted schema; needs the role `admin`.
    Manage,
    /// Forget an adopted schema and leave it as it is; needs the role `admin`.
    Release,
}

/// The answer to PATCH: the operation that an action became, or the schema with its new attributes.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(untagged)]
pub enum PatchOutcome {
    /// For an action.
    Operation(Box<super::OperationBody>),
    /// For attributes.
    Schema(Box<SchemaBody>),
}

/// The confirmation of a drop.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DropRequest {
    /// The institution's name once more.
    #[schema(example = "oakwood")]
    pub confirm: String,
}

/// That the server is alive.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Health {
    /// Always `ok`.
    pub status: String,
    /// The server's version.
    pub version: String,
}

/// The newest backup of an institution.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct BackupOfSchema {
    /// Its id.
    pub id: Uuid,
    /// When it was taken.
    pub taken_at: Timestamp,
    /// `verified`, `failed` or `none`.
    pub verification: String,
    /// When a drill last found it good.
    pub verified_at: Option<Timestamp>,
    /// Milliseconds that the restore of that drill took: the recovery time.
    pub restore_ms: Option<i64>,
}
