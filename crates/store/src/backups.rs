//! Table `backup`: the catalogue of the backups that the store holds or held. What is in a backup its
//! manifest says; that it may be trusted, the drills.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::Value;
use sqlx::postgres::PgRow;
use sqlx::{FromRow, Row};
use uuid::Uuid;

use crate::columns::{optional_time, time};
use crate::{PgError, Store, Tx};

/// A backup, as the catalogue has it.
#[derive(Clone, Debug)]
pub struct Backup {
    /// Its id.
    pub id: Uuid,
    /// The institution's id.
    pub schema_id: Uuid,
    /// The institution's name when it was taken.
    pub schema_name: String,
    /// The operation that took it.
    pub operation_id: Uuid,
    /// Why it was taken: `manual`, `schedule`, `purge` or `import`.
    pub reason: String,
    /// `stored`, `condemned` (retention wants it gone) or `removed`.
    pub state: String,
    /// What wrote the archive: `tenantry` or `pg_dump`.
    pub engine: String,
    /// SHA-256 of the signed manifest, in hexadecimal digits.
    pub manifest_sha256: String,
    /// When the snapshot was taken.
    pub taken_at: Timestamp,
    /// When it was listed.
    pub stored_at: Timestamp,
    /// Milliseconds from the snapshot to the stored archive; 0 for one that was imported.
    pub took_ms: i64,
    /// Bytes in the store.
    pub archive_bytes: i64,
    /// Bytes of the archive when it is opened.
    pub plain_bytes: i64,
    /// Rows in it.
    pub row_count: i64,
    /// Tables in it.
    pub table_count: i32,
    /// The fingerprint of the schema's form.
    pub form: String,
    /// Which of the institution's keys it is sealed to.
    pub key_epoch: i32,
    /// The server's version.
    pub server_version: String,
    /// When it was last known that nothing had changed since, so that no other was taken.
    pub current_at: Option<Timestamp>,
    /// What tells whether the institution changed since; none where it cannot be known.
    pub change_mark: Option<Value>,
    /// When a drill last found that it restores to what it should be.
    pub verified_at: Option<Timestamp>,
    /// Milliseconds that the restore of that drill took.
    pub restore_ms: Option<i64>,
    /// When a drill found that it does not.
    pub failed_at: Option<Timestamp>,
    /// What that drill found.
    pub failure: Option<String>,
    /// Why it is kept whatever retention says.
    pub hold: Option<String>,
    /// Since when retention wants it gone.
    pub condemned_at: Option<Timestamp>,
    /// Why.
    pub condemned_why: Option<String>,
    /// When it was removed from the store.
    pub removed_at: Option<Timestamp>,
}

impl Backup {
    /// Whether the last drill found it good.
    pub fn is_verified(&self) -> bool {
        self.verified_at.is_some() && self.failed_at.is_none()
    }
}

impl FromRow<'_, PgRow> for Backup {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            id: row.try_get("id")?,
            schema_id: row.try_get("schema_id")?,
            schema_name: row.try_get("schema_name")?,
            operation_id: row.try_get("operation_id")?,
            reason: row.try_get("reason")?,
            state: row.try_get("state")?,
            engine: row.try_get("engine")?,
            manifest_sha256: row.try_get("manifest_sha256")?,
            taken_at: time(row, "taken_at")?,
            stored_at: time(row, "stored_at")?,
            took_ms: row.try_get("took_ms")?,
            archive_bytes: row.try_get("archive_bytes")?,
            plain_bytes: row.try_get("plain_bytes")?,
            row_count: row.try_get("row_count")?,
            table_count: row.try_get("table_count")?,
            form: row.try_get("form")?,
            key_epoch: row.try_get("key_epoch")?,
            server_version: row.try_get("server_version")?,
            current_at: optional_time(row, "current_at")?,
            change_mark: row.try_get("change_mark")?,
            verified_at: optional_time(row, "verified_at")?,
            restore_ms: row.try_get("restore_ms")?,
            failed_at: optional_time(row, "failed_at")?,
            failure: row.try_get("failure")?,
            hold: row.try_get("hold")?,
            condemned_at: optional_time(row, "condemned_at")?,
            condemned_why: row.try_get("condemned_why")?,
            removed_at: optional_time(row, "removed_at")?,
        })
    }
}

/// An institution's newest backup, as the list of institutions shows it.
#[derive(Clone, Debug)]
pub struct NewestBackup {
    /// Its id.
    pub id: Uuid,
    /// When it was taken.
    pub taken_at: Timestamp,
    /// When a drill last found it good.
    pub verified_at: Option<Timestamp>,
    /// When a drill found it bad.
    pub failed_at: Option<Timestamp>,
    /// Milliseconds that the restore of the last good drill took.
    pub restore_ms: Option<i64>,
}

/// What a row of institutions says of the newest backup.
pub(crate) fn newest_of_row(row: &PgRow) -> Result<Option<NewestBackup>, sqlx::Error> {
    let Some(id) = row.try_get::<Option<Uuid>, _>("backup_id")? else {
        return Ok(None);
    };
    Ok(Some(NewestBackup {
        id,
        taken_at: time(row, "backup_taken_at")?,
        verified_at: optional_time(row, "backup_verified_at")?,
        failed_at: optional_time(row, "backup_failed_at")?,
        restore_ms: row.try_get("backup_restore_ms")?,
    }))
}

/// A backup that the store holds now.
#[derive(Clone, Debug)]
pub struct NewBackup<'a> {
    /// Its id.
    pub id: Uuid,
    /// The institution's id.
    pub schema_id: Uuid,
    /// The institution's name.
    pub schema_name: &'a str,
    /// The operation that took it.
    pub operation_id: Uuid,
    /// Why.
    pub reason: &'a str,
    /// What wrote the archive.
    pub engine: &'a str,
    /// The manifest, as it was signed.
    pub manifest: &'a Value,
    /// SHA-256 of the signed manifest.
    pub manifest_sha256: &'a str,
    /// When the snapshot was taken.
    pub taken_at: Timestamp,
    /// Milliseconds from the snapshot to the stored archive.
    pub took_ms: i64,
    /// Bytes in the store.
    pub archive_bytes: i64,
    /// Bytes when it is opened.
    pub plain_bytes: i64,
    /// Rows.
    pub row_count: i64,
    /// Tables.
    pub table_count: i32,
    /// The fingerprint of the schema's form.
    pub form: &'a str,
    /// Which of the institution's keys it is sealed to.
    pub key_epoch: i32,
    /// The public half of that key.
    pub recipient: &'a str,
    /// The server's version.
    pub server_version: &'a str,
    /// What tells whether the institution changed since.
    pub change_mark: Option<&'a Value>,
}

/// Enters a backup, and the key that it is sealed to; entered twice, it stays as it is.
///
/// # Errors
/// When the control database cannot be asked.
pub async fn insert(tx: &mut Tx, new: &NewBackup<'_>) -> Result<(), PgError> {
    sqlx::query(
        "insert into backup_key (schema_id, epoch, recipient) values ($1, $2, $3)
         on conflict do nothing",
    )
    .bind(new.schema_id)
    .bind(new.key_epoch)
    .bind(new.recipient)
    .execute(tx.connection())
    .await?;
    sqlx::query(
        "insert into backup
           (id, schema_id, schema_name, operation_id, reason, state, engine, manifest, manifest_sha256,
            taken_at, took_ms, archive_bytes, plain_bytes, row_count, table_count, form, key_epoch,
            server_version, change_mark)
         values ($1, $2, $3, $4, $5, 'stored', $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17,
                 $18)
         on conflict (id) do nothing",
    )
    .bind(new.id)
    .bind(new.schema_id)
    .bind(new.schema_name)
    .bind(new.operation_id)
    .bind(new.reason)
    .bind(new.engine)
    .bind(new.manifest)
    .bind(new.manifest_sha256)
    .bind(jiff_sqlx::Timestamp::from(new.taken_at))
    .bind(new.took_ms)
    .bind(new.archive_bytes)
    .bind(new.plain_bytes)
    .bind(new.row_count)
    .bind(new.table_count)
    .bind(new.form)
    .bind(new.key_epoch)
    .bind(new.server_version)
    .bind(new.change_mark)
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// Notes that nothing changed since a backup was taken, as of now.
///
/// # Errors
/// When the control database cannot be asked.
pub async fn note_current(tx: &mut Tx, id: Uuid) -> Result<(), PgError> {
    sqlx::query("update backup set current_at = clock_timestamp() where id = $1")
        .bind(id)
        .execute(tx.connection())
        .await?;
    Ok(())
}

/// A backup by its id, whatever its state.
///
/// # Errors
/// When the control database cannot be asked.
pub async fn by_id(store: &Store, id: Uuid) -> Result<Option<Backup>, PgError> {
    let row = sqlx::query_as("select * from backup where id = $1").bind(id);
    Ok(row.fetch_optional(store.pool()).await?)
}

/// Which of these backups the catalogue knows, whatever their state.
///
/// # Errors
/// When the control database cannot be asked.
pub async fn known(store: &Store, ids: &[Uuid]) -> Result<Vec<Uuid>, PgError> {
    let rows = sqlx::query_scalar("select id from backup where id = any($1)").bind(ids);
    Ok(rows.fetch_all(store.pool()).await?)
}

/// The manifest of a backup, as it was signed.
///
/// # Errors
/// When the control database cannot be asked.
pub async fn manifest(store: &Store, id: Uuid) -> Result<Option<Value>, PgError> {
    let row = sqlx::query_scalar("select manifest from backup where id = $1").bind(id);
    Ok(row.fetch_optional(store.pool()).await?)
}

/// An institution's newest backup that the store still holds.
///
/// # Errors
/// When the control database cannot be asked.
pub async fn newest(store: &Store, schema: Uuid) -> Result<Option<Backup>, PgError> {
    Ok(sqlx::query_as(
        "select * from backup where schema_id = $1 and state <> 'removed' order by id desc limit 1",
    )
    .bind(schema)
    .fetch_optional(store.pool())
    .await?)
}

/// Which backups a list shows.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Only of institutions of this name.
    pub schema: Option<String>,
    /// Only verified ones, or only those that are not.
    pub verified: Option<bool>,
    /// Also those that were removed from the store.
    pub removed: bool,
}

/// A page of backups.
#[derive(Debug)]
pub struct Page {
    /// The rows, the newest first.
    pub items: Vec<Backup>,
    /// How many there are on all pages.
    pub total: i64,
    /// Whether there is a next page.
    pub more: bool,
}

/// One page of the backups that pass the filter; `after` is the last row of the page before.
///
/// # Errors
/// When the control database cannot be asked.
pub async fn list(
    store: &Store,
    filter: &Filter,
    after: Option<Uuid>,
    limit: i64,
) -> Result<Page, PgError> {
    macro_rules! matching {
        ($what:literal) => {
            concat!(
                "select ",
                $what,
                " from backup
                 where ($1::text is null or schema_name = $1)
                   and ($2::boolean is null
                        or (verified_at is not null and failed_at is null) = $2)
                   and ($3 or state <> 'removed')"
            )
        };
    }
    let mut items: Vec<Backup> = sqlx::query_as(concat!(
        matching!("*"),
        " and ($4::uuid is null or id < $4) order by id desc limit $5"
    ))
    .bind(&filter.schema)
    .bind(filter.verified)
    .bind(filter.removed)
    .bind(after)
    .bind(limit + 1)
    .fetch_all(store.pool())
    .await?;
    let more = items.len() as i64 > limit;
    items.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    let total = sqlx::query_scalar(matching!("count(*)"))
        .bind(&filter.schema)
        .bind(filter.verified)
        .bind(filter.removed)
        .fetch_one(store.pool())
        .await?;
    Ok(Page { items, total, more })
}

/// What retention is to hold or to let go: keeps a backup for the reason given, or not any more.
/// False when there is no such backup in the store.
///
/// # Errors
/// When the control database cannot be asked.
pub async fn set_hold(tx: &mut Tx, id: Uuid, hold: Option<&str>) -> Result<bool, PgError> {
    let done = sqlx::query(
        "update backup set hold = $2,
           -- what is held is not condemned any more
           state = case when $2 is not null and state = 'condemned' then 'stored' else state end,
           condemned_at = case when $2 is null then condemned_at end,
           condemned_why = case when $2 is null then condemned_why end
         where id = $1 and state <> 'removed'",
    )
    .bind(id)
    .bind(hold)
    .execute(tx.connection())
    .await?;
    Ok(done.rows_affected() == 1)
}

/// The newest backup of each institution that lives, as far as it was never verified, was found wrong, or
/// was verified longer ago than this; none for all: its id, the institution's id and name. One whose key was
/// destroyed cannot be verified by anybody. What waits longest comes first.
///
/// # Errors
/// When the control database cannot be asked.
pub async fn to_verify(
    tx: &mut Tx,
    again_after: Option<Duration>,
) -> Result<Vec<(Uuid, Uuid, String)>, PgError> {
    Ok(sqlx::query_as(
        "select b.id, s.id, s.name
         from tenant_schema s
         cross join lateral (
           select id, taken_at, verified_at, failed_at from backup
           where schema_id = s.id and state <> 'removed'
             and not exists (select from backup_key k where k.schema_id = s.id and k.epoch = key_epoch
                             and k.destroyed_at is not null)
           order by id desc limit 1) b
         where s.state in ('active', 'suspended')
           and ($1::float8 is null or b.verified_at is null or b.failed_at is not null
                or b.verified_at < clock_timestamp() - make_interval(secs => $1))
         order by b.verified_at nulls first, b.taken_at",
    )
    .bind(again_after.map(|time| time.as_secs_f64()))
    .fetch_all(tx.connection())
    .await?)
}

/// Notes that backups are gone from the store.
///
/// # Errors
/// When the control database cannot be asked.
pub async fn note_removed(tx: &mut Tx, ids: &[Uuid]) -> Result<(), PgError> {
    sqlx::query(
        "update backup set state = 'removed', removed_at = coalesce(removed_at, clock_timestamp())
         where id = any($1)",
    )
    .bind(ids)
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// Notes that the keys of an institution were destroyed, and with what proof.
///
/// # Errors
/// When the control database cannot be asked.
pub async fn note_keys_destroyed(tx: &mut Tx, schema: Uuid, proof: &Value) -> Result<(), PgError> {
    sqlx::query(
        "update backup_key set destroyed_at = coalesce(destroyed_at, clock_timestamp()),
           proof = coalesce(proof, $2)
         where schema_id = $1",
    )
    .bind(schema)
    .bind(proof)
    .execute(tx.connection())
    .await?;
    // whatever a drill once found out: nobody opens them any more
    sqlx::query(
        "update backup set failed_at = clock_timestamp(), failure = 'the key that it was sealed to was destroyed'
         where schema_id = $1 and state <> 'removed'",
    )
    .bind(schema)
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// The institutions that have a key that was not destroyed.
///
/// # Errors
/// When the control database cannot be asked.
pub async fn with_keys(store: &Store) -> Result<Vec<Uuid>, PgError> {
    Ok(sqlx::query_scalar(
        "select distinct schema_id from backup_key where destroyed_at is null order by 1",
    )
    .fetch_all(store.pool())
    .await?)
}

/// A key of an institution.
#[derive(Clone, Debug)]
pub struct BackupKey {
    /// Which one; later ones are larger.
    pub epoch: i32,
    /// The public half, as age writes it.
    pub recipient: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was destroyed, if it was.
    pub destroyed_at: Option<Timestamp>,
    /// The proof of that.
    pub proof: Option<Value>,
}

impl FromRow<'_, PgRow> for BackupKey {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            epoch: row.try_get("epoch")?,
            recipient: row.try_get("recipient")?,
            created_at: time(row, "created_at")?,
            destroyed_at: optional_time(row, "destroyed_at")?,
            proof: row.try_get("proof")?,
        })
    }
}

/// The keys of an institution, the first one first.
///
/// # Errors
/// When the control database cannot be asked.
pub async fn keys(store: &Store, schema: Uuid) -> Result<Vec<BackupKey>, PgError> {
    let rows = sqlx::query_as("select * from backup_key where schema_id = $1 order by epoch");
    Ok(rows.bind(schema).fetch_all(store.pool()).await?)
}
