//! Backups, drills and keys.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

/// A backup of one institution.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct BackupBody {
    /// Its id.
    pub id: Uuid,
    /// The institution's name when it was taken.
    pub schema: String,
    /// The institution's id.
    pub schema_id: Uuid,
    /// The operation that took it.
    pub operation: Uuid,
    /// Why it was taken: `manual`, `schedule`, `purge` or `import`.
    pub reason: String,
    /// `stored`, `condemned` (retention wants it gone; it goes after the grace time) or `removed`.
    pub state: String,
    /// What wrote the archive: `tenantry`, or `pg_dump` for a schema with something that ours does not write.
    pub engine: String,
    /// When the snapshot was taken.
    pub taken_at: Timestamp,
    /// When it was last known that nothing had changed since, so that no other was taken.
    pub current_at: Option<Timestamp>,
    /// Milliseconds from the snapshot to the stored archive; 0 for one that was imported.
    pub took_ms: i64,
    /// Bytes in the store.
    pub archive_bytes: i64,
    /// Bytes of the archive when it is opened.
    pub plain_bytes: i64,
    /// Rows in it.
    pub rows: i64,
    /// Tables in it.
    pub tables: i32,
    /// The version of the server that it was taken from.
    pub server_version: String,
    /// Which of the institution's keys it is sealed to.
    pub key_epoch: i32,
    /// SHA-256 of the signed manifest.
    pub manifest_sha256: String,
    /// Whether a drill restored it and found it to be what was taken.
    pub verification: Verification,
    /// Why it is kept whatever retention says.
    pub hold: Option<String>,
    /// Since when retention wants it gone.
    pub condemned_at: Option<Timestamp>,
    /// Why.
    pub condemned_why: Option<String>,
    /// When it was removed from the store.
    pub removed_at: Option<Timestamp>,
    /// The manifest as it was signed: object list, each table's rows and hash, the archive's hash,
    /// prerequisites. Only where one backup is shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub manifest: Option<Value>,
}

/// What drills found.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Verification {
    /// `verified`, `failed` or `none`.
    pub state: String,
    /// When a drill last found it good.
    pub verified_at: Option<Timestamp>,
    /// Milliseconds that the restore of that drill took: the recovery time.
    pub restore_ms: Option<i64>,
    /// When a drill found it bad.
    pub failed_at: Option<Timestamp>,
    /// What it found.
    pub failure: Option<String>,
}

/// A page of backups, the newest first.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct BackupList {
    /// The page.
    pub items: Vec<BackupBody>,
    /// How many there are on all pages.
    pub total: i64,
    /// Give this as `cursor` for the next page; null on the last one.
    pub next_cursor: Option<String>,
}

/// A backup that is asked for: of one institution, or of all.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewBackupRequest {
    /// The institution's name; left out together with `all`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schema: Option<String>,
    /// Every institution that lives.
    #[serde(default)]
    pub all: bool,
    /// Take none where nothing changed since the newest backup.
    #[serde(default)]
    pub skip_unchanged: bool,
}

/// Which backups are to be drilled: the newest one of each institution.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct VerifyRequest {
    /// Only those that were not verified within so many hours; all when it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 0, maximum = 87840)]
    pub older_than_hours: Option<u32>,
}

/// An import of backups that is asked for.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ImportBackupsRequest {
    /// The store is this server's from now on: its retention may let go of what was imported. Without, everything that is
    /// imported is held.
    #[serde(default)]
    pub take_over: bool,
}

/// A restore that is asked for.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RestoreRequestBody {
    /// The name of the schema that it becomes, beside the living one.
    #[serde(default, rename = "as", skip_serializing_if = "Option::is_none")]
    pub as_name: Option<String>,
    /// Only these tables; all when it is left out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tables: Vec<String>,
    /// Functions and views whose text names the living schema may go on meaning it until the copy is swapped in;
    /// without this, such a backup is not restored beside it.
    #[serde(default)]
    pub accept_names: bool,
    /// It becomes the institution's schema, which was dropped, purged or lost.
    #[serde(default)]
    pub in_place: bool,
    /// For how many hours the copy is kept, or what it takes the place of; a week when it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, maximum = 87840)]
    pub keep_hours: Option<u32>,
}

/// A change of a backup.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct BackupPatch {
    /// Why it is to be kept whatever retention says; null to let retention decide again.
    pub hold: Option<String>,
}

/// A drill: an attempt to restore a backup and to compare it.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DrillBody {
    /// The operation.
    pub operation: Uuid,
    /// The backup.
    pub backup: Uuid,
    /// The institution's name.
    pub schema: String,
    /// `verified`, `differs`, or `failed` when it could not be restored.
    pub outcome: String,
    /// What differs, or why it could not be restored.
    #[schema(value_type = Object)]
    pub detail: Value,
    /// Milliseconds from the first byte fetched to the restored schema.
    pub restore_ms: Option<i64>,
    /// Milliseconds of the comparison.
    pub compare_ms: Option<i64>,
    /// Rows that were compared.
    pub rows: Option<i64>,
    /// When it ended.
    pub drilled_at: Timestamp,
}

/// Drills, the newest first.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DrillList {
    /// The page.
    pub items: Vec<DrillBody>,
    /// Give this as `cursor` for the next page; null on the last one.
    pub next_cursor: Option<String>,
}

/// How the fleet's backups stand.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct BackupFreshness {
    /// Whether this server has a place for backups.
    pub configured: bool,
    /// Whether this server can open them.
    pub can_restore: bool,
    /// Where they are kept, without secrets.
    pub place: Option<String>,
    /// Institutions that live.
    pub institutions: i64,
    /// Those without any backup.
    pub without_backup: i64,
    /// Those whose newest backup is older than 26 hours.
    pub stale: i64,
    /// Those whose newest backup is not verified.
    pub unverified: i64,
    /// Seconds since the oldest of the institutions' newest backups was taken.
    pub oldest_backup_seconds: Option<f64>,
    /// Seconds for which the oldest of those that are not verified may have been broken unnoticed.
    pub oldest_unverified_seconds: Option<f64>,
}

/// What retention makes of a backup.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PruneDecision {
    /// The backup.
    pub backup: Uuid,
    /// The institution's name.
    pub schema: String,
    /// When it was taken.
    pub taken_at: Timestamp,
    /// Whether it is verified.
    pub verified: bool,
    /// `keep`, `condemn` or `remove`.
    pub decision: String,
    /// Why, for people.
    pub reasons: Vec<String>,
    /// When it goes, for one that is condemned.
    pub removed_from: Option<Timestamp>,
}

/// What pruning would do now.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PrunePlan {
    /// Each backup that the store holds.
    pub items: Vec<PruneDecision>,
}

/// A key of an institution's backups.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct BackupKeyBody {
    /// Which one; later ones are larger.
    pub epoch: i32,
    /// Its public half.
    pub recipient: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was destroyed.
    pub destroyed_at: Option<Timestamp>,
    /// The signed proof of that.
    #[schema(value_type = Option<Object>)]
    pub proof: Option<Value>,
}

/// The keys of an institution's backups.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct BackupKeyList {
    /// The first one first.
    pub items: Vec<BackupKeyBody>,
}

/// A schema that belongs to an institution and is not the one that it lives in.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CopyBody {
    /// Its id.
    pub id: Uuid,
    /// Its name: that of the schema in the managed database.
    pub name: String,
    /// `snapshot`, `restored`, `replaced` (what a swap put aside) or `drill`.
    pub kind: String,
    /// The backup that it was restored from.
    pub backup: Option<Uuid>,
    /// When it was made.
    pub made_at: Timestamp,
    /// When it goes by itself.
    pub expires_at: Option<Timestamp>,
}

/// The copies of an institution's schema.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CopyList {
    /// The newest first.
    pub items: Vec<CopyBody>,
}

/// A copy that is asked for, or a swap: for how long what it makes is kept.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct KeepRequest {
    /// For how many hours; a week when it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, maximum = 87840)]
    pub keep_hours: Option<u32>,
}
