//! Table `tenant_schema`: every institution's schema that there is or was.

mod attributes;
mod facets;
mod filter;
mod list;
mod many;
mod order;
mod rows;
mod selection;

use jiff::Timestamp;
use sqlx::postgres::PgRow;
use sqlx::{FromRow, Row};
use tenantry_domain::institution::Contact;
use tenantry_domain::quota::QuotaLevel;
use tenantry_domain::schema::SchemaState;
use tenantry_domain::slug::Slug;
use tenantry_domain::usage::SchemaUsage;
use uuid::Uuid;

use crate::adoptions::{self, Adoption};
use crate::backups::{self, NewestBackup};
use crate::columns::{optional_time, time, word};
use crate::{PgError, Store, Tx, usage};

pub use attributes::{Attributes, ContactChange, Version, bearer_of, set_attributes, version};
pub use facets::{Facets, facets};
pub use filter::{BackupAge, Filter};
pub use list::{Page, count, list, list_rows};
pub use many::{Known, Wanted, insert_many, known, tell_of_updates, update_many};
pub use order::{Cursor, Sort, SortKey, Start};
pub use rows::{ActiveOperation, SchemaRow};
pub use selection::{Selected, select};

use order::{Placed, or_epoch};

/// What we know of an institution's schema.
#[derive(Clone, Debug)]
pub struct TenantSchema {
    /// Its id, the same as in the managed database's marker.
    pub id: Uuid,
    /// The institution's name.
    pub name: String,
    /// The schema's name in the managed database; none until it was made.
    pub schema_name: Option<String>,
    /// The application role's name; none until it was made.
    pub role_name: Option<String>,
    /// The institution's name for people.
    pub display_name: String,
    /// Where it is in its life.
    pub state: SchemaState,
    /// The template that it is made from; none for an adopted schema.
    pub template: Option<String>,
    /// That template's version; none until it was made.
    pub template_version: Option<i32>,
    /// Free labels.
    pub labels: serde_json::Value,
    /// Bytes of its tables, indexes and TOAST when last measured.
    pub usage_bytes: Option<i64>,
    /// What it uses in detail, and how old that is.
    pub usage: SchemaUsage,
    /// Bytes that it may use by a quota of its own; none for its plan's.
    pub quota_bytes: Option<i64>,
    /// Its plan.
    pub plan: Option<String>,
    /// Bytes that it may use by its plan.
    pub plan_quota_bytes: Option<i64>,
    /// How its use stood to that when last judged.
    pub quota_level: QuotaLevel,
    /// Since when its institution may not insert and update.
    pub writes_blocked_at: Option<Timestamp>,
    /// Why it failed, in state `failed`.
    pub failure: Option<String>,
    /// When it was dropped.
    pub archived_at: Option<Timestamp>,
    /// Until when it can be recovered.
    pub recoverable_until: Option<Timestamp>,
    /// When it was removed for good.
    pub purged_at: Option<Timestamp>,
    /// When it was asked for.
    pub created_at: Timestamp,
    /// When this row changed last.
    pub updated_at: Timestamp,
    /// The operation that is queued or under way for it, the next one first.
    pub active_operation: Option<Uuid>,
    /// Whom to ask there.
    pub contact: Contact,
    /// What the user's own system calls it.
    pub external_id: Option<String>,
    /// How often the row was changed; measuring does not count.
    pub revision: i64,
    /// Its newest backup that the store still holds.
    pub backup: Option<NewestBackup>,
    /// What is known of it as an adopted schema; none where Tenantry made it.
    pub adoption: Option<Adoption>,
    /// When its newest backup was taken, or was last known to be as good as one taken then.
    backup_at: Option<Timestamp>,
    /// When it was last used, to some minutes.
    active_at: Option<Timestamp>,
}

impl FromRow<'_, PgRow> for TenantSchema {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            id: row.try_get("id")?,
            name: row.try_get("name")?,
            schema_name: row.try_get("schema_name")?,
            role_name: row.try_get("role_name")?,
            display_name: row.try_get("display_name")?,
            state: word(row, "state")?,
            template: row.try_get("template")?,
            template_version: row.try_get("template_version")?,
            labels: row.try_get("labels")?,
            usage_bytes: row.try_get("usage_bytes")?,
            usage: usage::of_row(row)?,
            quota_bytes: row.try_get("quota_bytes")?,
            plan: row.try_get("plan")?,
            plan_quota_bytes: row.try_get("plan_quota_bytes")?,
            quota_level: word(row, "quota_level")?,
            writes_blocked_at: optional_time(row, "writes_blocked_at")?,
            failure: row.try_get("failure")?,
            archived_at: optional_time(row, "archived_at")?,
            recoverable_until: optional_time(row, "recoverable_until")?,
            purged_at: optional_time(row, "purged_at")?,
            created_at: time(row, "created_at")?,
            updated_at: time(row, "updated_at")?,
            active_operation: row.try_get("active_operation")?,
            contact: Contact {
                name: row.try_get("contact_name")?,
                email: row.try_get("contact_email")?,
                phone: row.try_get("contact_phone")?,
            },
            external_id: row.try_get("external_id")?,
            revision: row.try_get("revision")?,
            backup: backups::newest_of_row(row)?,
            adoption: adoptions::of_row(row)?,
            backup_at: optional_time(row, "backup_at")?,
            active_at: optional_time(row, "active_at")?,
        })
    }
}

impl Placed for TenantSchema {
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

impl TenantSchema {
    /// Bytes that it may use: by its own quota, else by its plan's; none for no limit.
    pub fn allowed_bytes(&self) -> Option<i64> {
        self.quota_bytes.or(self.plan_quota_bytes)
    }
}

/// Every column, the operation that is under way and what it uses; of the whole table, or of some of its rows.
macro_rules! select_schema {
    () => {
        select_schema!("tenant_schema")
    };
    ($rows:literal) => {
        concat!(
            "select s.*,
                (select o.id from operation o
                 where o.schema_id = s.id and o.state in ('queued', 'running', 'waiting')
                 order by o.state = 'queued', o.priority desc, o.created_at limit 1)
                  as active_operation,
                u.table_bytes, u.index_bytes, u.toast_bytes, u.row_estimate, u.writes_total,
                u.connections, u.last_activity, u.measured_at, u.stale_since,
                p.quota_bytes as plan_quota_bytes,
                a.tool, a.tool_version, a.tool_applied, a.version_read_at, a.read_only, a.adopted_at,
                b.id as backup_id, b.taken_at as backup_taken_at, b.verified_at as backup_verified_at,
                b.failed_at as backup_failed_at, b.restore_ms as backup_restore_ms
             from ",
            $rows,
            " s left join schema_usage u on u.schema_id = s.id left join plan p on p.name = s.plan
                left join adoption a on a.schema_id = s.id
                left join lateral (
                  select id, taken_at, verified_at, failed_at, restore_ms from backup
                  where schema_id = s.id and state <> 'removed' order by id desc limit 1) b on true "
        )
    };
}
pub(crate) use select_schema;

/// A schema that is asked for.
#[derive(Clone, Debug)]
pub struct NewSchema<'a> {
    /// Its id.
    pub id: Uuid,
    /// The institution's name.
    pub name: &'a Slug,
    /// The institution's name for people.
    pub display_name: &'a str,
    /// The template.
    pub template: &'a str,
    /// The template's version.
    pub template_version: i32,
    /// Free labels.
    pub labels: &'a serde_json::Value,
    /// Bytes that it may use; none for what its plan allows.
    pub quota_bytes: Option<i64>,
    /// Whom to ask there.
    pub contact: &'a Contact,
    /// What the user's own system calls it.
    pub external_id: Option<&'a str>,
    /// Its plan; none for the default one.
    pub plan: Option<&'a str>,
}

/// What a marker in the managed database says; the control database follows it.
#[derive(Clone, Debug)]
pub struct MarkerFacts<'a> {
    /// The schema's id.
    pub id: Uuid,
    /// The institution's name.
    pub institution: &'a str,
    /// The schema's name.
    pub schema_name: &'a str,
    /// The application role's name; empty where it has none of ours.
    pub role_name: &'a str,
    /// The state, in the control database's words.
    pub state: SchemaState,
    /// The template's name; none for an adopted schema.
    pub template: Option<&'a str>,
    /// The template's version.
    pub template_version: Option<i32>,
}

/// Enters a schema in state `provisioning`; false when a living one bears the name.
///
/// # Errors
/// When the control database cannot be asked; 23505 when another one has the external id.
pub async fn insert(tx: &mut Tx, new: &NewSchema<'_>) -> Result<bool, PgError> {
    let done = sqlx::query(
        "insert into tenant_schema
           (id, name, display_name, state, template, template_version, labels, quota_bytes,
            contact_name, contact_email, contact_phone, external_id, plan)
         values ($1, $2, $3, 'provisioning', $4, $5, $6, $7, $8, $9, $10, $11,
                 coalesce($12, (select p.name from plan p where p.is_default)))
         on conflict (name) where state not in ('archived', 'purging', 'purged') do nothing",
    )
    .bind(new.id)
    .bind(new.name.as_str())
    .bind(new.display_name)
    .bind(new.template)
    .bind(new.template_version)
    .bind(new.labels)
    .bind(new.quota_bytes)
    .bind(&new.contact.name)
    .bind(&new.contact.email)
    .bind(&new.contact.phone)
    .bind(new.external_id)
    .bind(new.plan)
    .execute(tx.connection())
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Enters an institution that lived elsewhere, with nothing of it here: as purged. False when it is known, which then stays
/// as it is.
///
/// # Errors
/// When the control database cannot be asked.
pub async fn insert_purged(tx: &mut Tx, id: Uuid, name: &str) -> Result<bool, PgError> {
    let done = sqlx::query(
        "insert into tenant_schema (id, name, display_name, state, plan, purged_at)
         values ($1, $2, $2, 'purged', (select p.name from plan p where p.is_default), clock_timestamp())
         on conflict (id) do nothing",
    )
    .bind(id)
    .bind(name)
    .execute(tx.connection())
    .await?;
    Ok(done.rows_affected() == 1)
}

/// The schema of that name: the living one, else the one archived last, else the one purged last.
///
/// # Errors
/// When the control database cannot be asked.
pub async fn by_name(store: &Store, name: &str) -> Result<Option<TenantSchema>, PgError> {
    Ok(sqlx::query_as(concat!(
        select_schema!(),
        "where s.name = $1
         order by case when s.state in ('purged') then 2 when s.state in ('archived', 'purging') then 1
                       else 0 end,
                  s.updated_at desc
         limit 1"
    ))
    .bind(name)
    .fetch_optional(store.pool())
    .await?)
}

/// Which of these names are taken by living schemas.
///
/// # Errors
/// When the control database cannot be asked.
pub async fn living_of(store: &Store, names: &[String]) -> Result<Vec<String>, PgError> {
    Ok(sqlx::query_scalar(
        "select name from tenant_schema
         where name = any($1) and state not in ('archived', 'purging', 'purged')",
    )
    .bind(names)
    .fetch_all(store.pool())
    .await?)
}

/// The archived schema of that name that was dropped last.
///
/// # Errors
/// When the control database cannot be asked.
pub async fn archived_by_name(store: &Store, name: &str) -> Result<Option<TenantSchema>, PgError> {
    Ok(sqlx::query_as(concat!(
        select_schema!(),
        "where s.name = $1 and s.state = 'archived' order by s.archived_at desc limit 1"
    ))
    .bind(name)
    .fetch_optional(store.pool())
    .await?)
}

/// The schema with that id.
///
/// # Errors
/// When the control database cannot be asked.
pub async fn by_id(store: &Store, id: Uuid) -> Result<Option<TenantSchema>, PgError> {
    Ok(sqlx::query_as(concat!(select_schema!(), "where s.id = $1"))
        .bind(id)
        .fetch_optional(store.pool())
        .await?)
}

/// Id, name and state of every schema that should have a marker.
///
/// # Errors
/// When the control database cannot be asked.
pub async fn expected_markers(store: &Store) -> Result<Vec<(Uuid, String, SchemaState)>, PgError> {
    let rows: Vec<(Uuid, String, String)> = sqlx::query_as(
        "select id, name, state from tenant_schema s
         where state in ('active', 'suspended', 'archived')
           and not exists (select from operation o where o.schema_id = s.id
                           and o.state in ('queued', 'running', 'waiting'))",
    )
    .fetch_all(store.pool())
    .await?;
    Ok(rows
        .into_iter()
        .filter_map(|(id, name, state)| Some((id, name, state.parse().ok()?)))
        .collect())
}

/// Ids of every schema that the control database knows, whatever its state.
///
/// # Errors
/// When the control database cannot be asked.
pub async fn known_ids(store: &Store) -> Result<Vec<Uuid>, PgError> {
    Ok(sqlx::query_scalar("select id from tenant_schema").fetch_all(store.pool()).await?)
}

/// Follows a marker: enters the schema when it is not known yet, else takes over what the marker
/// says. `recoverable_for` counts from now and only where the schema becomes archived.
///
/// # Errors
/// When the control database cannot be asked.
pub async fn follow_marker(
    tx: &mut Tx,
    facts: &MarkerFacts<'_>,
    recoverable_for: std::time::Duration,
) -> Result<(), PgError> {
    sqlx::query(
        "insert into tenant_schema as s
           (id, name, schema_name, role_name, display_name, state, template, template_version, plan,
            archived_at, recoverable_until)
         values ($1, $2, $3, nullif($4, ''), $2, $5, $6, $7,
                 (select p.name from plan p where p.is_default),
                 case when $5 = 'archived' then clock_timestamp() end,
                 case when $5 = 'archived' then clock_timestamp() + make_interval(secs => $8) end)
         on conflict (id) do update
         set schema_name = excluded.schema_name,
             role_name = excluded.role_name,
             state = excluded.state,
             template_version = excluded.template_version,
             failure = null,
             archived_at = case when excluded.state = 'archived'
                                then coalesce(s.archived_at, excluded.archived_at) end,
             recoverable_until = case when excluded.state = 'archived'
                                      then coalesce(s.recoverable_until, excluded.recoverable_until) end,
             updated_at = clock_timestamp()",
    )
    .bind(facts.id)
    .bind(facts.institution)
    .bind(facts.schema_name)
    .bind(facts.role_name)
    .bind(facts.state.as_str())
    .bind(facts.template)
    .bind(facts.template_version)
    .bind(recoverable_for.as_secs_f64())
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// Puts a schema into a state that has no marker: `failed` with its reason, `purged`, or back to
/// `provisioning`.
///
/// # Errors
/// When the control database cannot be asked.
pub async fn set_state(
    tx: &mut Tx,
    id: Uuid,
    state: SchemaState,
    failure: Option<&str>,
) -> Result<(), PgError> {
    sqlx::query(
        "update tenant_schema
         set state = $2, failure = $3, updated_at = clock_timestamp(),
             schema_name = case when $2 in ('purged', 'failed') then null else schema_name end,
             purged_at = case when $2 = 'purged' then clock_timestamp() else purged_at end,
             recoverable_until = case when $2 in ('purging', 'purged') then null else recoverable_until end
         where id = $1",
    )
    .bind(id)
    .bind(state.as_str())
    .bind(failure)
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// Puts a schema that was being brought back into the archive again; any other stays as it is.
///
/// # Errors
/// When the control database cannot be asked.
pub async fn leave_restoring(tx: &mut Tx, id: Uuid) -> Result<(), PgError> {
    sqlx::query(
        "update tenant_schema set state = 'archived', updated_at = clock_timestamp()
         where id = $1 and state = 'restoring'",
    )
    .bind(id)
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// Archived schemas whose time for recovery is over.
///
/// # Errors
/// When the control database cannot be asked.
pub async fn past_recovery(store: &Store, limit: i64) -> Result<Vec<TenantSchema>, PgError> {
    Ok(sqlx::query_as(concat!(
        select_schema!(),
        "where s.state = 'archived' and s.recoverable_until < clock_timestamp()
           and not exists (select from operation o where o.schema_id = s.id
                           and o.state in ('queued', 'running', 'waiting'))
         order by s.recoverable_until limit $1"
    ))
    .bind(limit)
    .fetch_all(store.pool())
    .await?)
}

/// Id and name of every institution that lives, in the order of their names.
///
/// # Errors
/// When the control database cannot be asked.
pub async fn living(tx: &mut Tx) -> Result<Vec<(Uuid, String)>, PgError> {
    Ok(sqlx::query_as(
        "select id, name from tenant_schema where state in ('active', 'suspended')
         order by name collate \"C\"",
    )
    .fetch_all(tx.connection())
    .await?)
}
