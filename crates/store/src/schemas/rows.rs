//! What a row on a screen shows of a schema: much less than is known, because a page has hundreds.

use jiff::Timestamp;
use sqlx::postgres::PgRow;
use sqlx::{FromRow, Row};
use tenantry_domain::operation::OperationState;
use tenantry_domain::quota::QuotaLevel;
use tenantry_domain::schema::SchemaState;
use uuid::Uuid;

use super::order::{Placed, SortKey, or_epoch};
use crate::backups::{self, NewestBackup};
use crate::columns::{optional_time, time, word};

/// A schema on a page.
#[derive(Clone, Debug)]
pub struct SchemaRow {
    /// Its id.
    pub id: Uuid,
    /// The institution's name.
    pub name: String,
    /// The institution's name for people.
    pub display_name: String,
    /// Where it is in its life.
    pub state: SchemaState,
    /// The template that it is made from; none for an adopted schema.
    pub template: Option<String>,
    /// That template's version.
    pub template_version: Option<i32>,
    /// Whether it was adopted and is only read.
    pub read_only: bool,
    /// Its plan.
    pub plan: Option<String>,
    /// Bytes when last measured.
    pub usage_bytes: Option<i64>,
    /// Bytes that it may use.
    pub quota_bytes: Option<i64>,
    /// How its use stood to that when last judged.
    pub quota_level: QuotaLevel,
    /// Its newest backup that the store still holds.
    pub backup: Option<NewestBackup>,
    /// When that was taken, or was last known to be as good as one taken then.
    pub backup_at: Option<Timestamp>,
    /// When it was last used.
    pub last_activity: Option<Timestamp>,
    /// The same to some minutes, which the order follows.
    active_at: Option<Timestamp>,
    /// The operation that is queued or under way for it, the next one first.
    pub operation: Option<ActiveOperation>,
    /// Until when it can be recovered, once dropped.
    pub recoverable_until: Option<Timestamp>,
    /// When it was asked for.
    pub created_at: Timestamp,
    updated_at: Timestamp,
}

/// What is queued or under way for a schema.
#[derive(Clone, Debug)]
pub struct ActiveOperation {
    /// Its id.
    pub id: Uuid,
    /// Its kind.
    pub kind: String,
    /// Where it is.
    pub state: OperationState,
    /// Steps done.
    pub steps_done: i32,
    /// Steps in all.
    pub steps_total: i32,
    /// The step that is under way.
    pub current_step: Option<String>,
    /// Whether it is undoing what it did.
    pub unwinding: bool,
}

impl FromRow<'_, PgRow> for SchemaRow {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        let operation = match row.try_get::<Option<Uuid>, _>("operation_id")? {
            Some(id) => Some(ActiveOperation {
                id,
                kind: row.try_get("operation_kind")?,
                state: word(row, "operation_state")?,
                steps_done: row.try_get("steps_done")?,
                steps_total: row.try_get("steps_total")?,
                current_step: row.try_get("current_step")?,
                unwinding: row.try_get("unwinding")?,
            }),
            None => None,
        };
        Ok(Self {
            id: row.try_get("id")?,
            name: row.try_get("name")?,
            display_name: row.try_get("display_name")?,
            state: word(row, "state")?,
            template: row.try_get("template")?,
            template_version: row.try_get("template_version")?,
            read_only: row.try_get::<Option<bool>, _>("read_only")?.unwrap_or(false),
            plan: row.try_get("plan")?,
            usage_bytes: row.try_get("usage_bytes")?,
            quota_bytes: row.try_get("allowed_bytes")?,
            quota_level: word(row, "quota_level")?,
            backup: backups::newest_of_row(row)?,
            backup_at: optional_time(row, "backup_at")?,
            last_activity: optional_time(row, "last_activity")?,
            active_at: optional_time(row, "active_at")?,
            operation,
            recoverable_until: optional_time(row, "recoverable_until")?,
            created_at: time(row, "created_at")?,
            updated_at: time(row, "updated_at")?,
        })
    }
}

impl Placed for SchemaRow {
    fn place(&self, key: SortKey) -> (String, Uuid) {
        let value = match key {
            SortKey::Name => self.name.clone(),
            SortKey::State => self.state.to_string(),
            SortKey::CreatedAt => self.created_at.to_string(),
            SortKey::UpdatedAt => self.updated_at.to_string(),
            SortKey::Usage => self.usage_bytes.unwrap_or(0).to_string(),
            SortKey::Backup => or_epoch(self.backup_at),
            SortKey::Activity => or_epoch(self.active_at),
        };
        (value, self.id)
    }
}

/// What a row shows, of some rows of the table.
macro_rules! select_row {
    ($rows:literal) => {
        concat!(
            "select s.id, s.name, s.display_name, s.state, s.template, s.template_version, s.plan,
                s.usage_bytes, coalesce(s.quota_bytes, p.quota_bytes) as allowed_bytes, s.quota_level,
                s.backup_at, s.active_at, s.recoverable_until, s.created_at, s.updated_at,
                u.last_activity, a.read_only,
                o.id as operation_id, o.kind as operation_kind, o.state as operation_state,
                o.steps_done, o.steps_total, o.current_step, o.unwinding,
                b.id as backup_id, b.taken_at as backup_taken_at, b.verified_at as backup_verified_at,
                b.failed_at as backup_failed_at, b.restore_ms as backup_restore_ms
             from ",
            $rows,
            " s left join schema_usage u on u.schema_id = s.id left join plan p on p.name = s.plan
                left join adoption a on a.schema_id = s.id
                left join lateral (
                  select id, kind, state, steps_done, steps_total, current_step, unwinding
                  from operation
                  where schema_id = s.id and state in ('queued', 'running', 'waiting')
                  order by state = 'queued', priority desc, created_at limit 1) o on true
                left join lateral (
                  select id, taken_at, verified_at, failed_at, restore_ms from backup
                  where schema_id = s.id and state <> 'removed' order by id desc limit 1) b on true "
        )
    };
}
pub(super) use select_row;
