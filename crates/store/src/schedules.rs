//! Tables `schedule` and `schedule_slot`: what is done again and again, and which of its slots were dealt
//! with. Every time is the control database's.

use jiff::Timestamp;
use sqlx::postgres::PgRow;
use sqlx::types::Json;
use sqlx::{FromRow, Row};
use tenantry_domain::schedule::{Definition, ScheduleKind, ScheduleSettings};
use uuid::Uuid;

use crate::columns::{optional_time, time, word};
use crate::{PgError, Store, Tx};

/// A schedule.
#[derive(Clone, Debug)]
pub struct ScheduleRow {
    /// Its name.
    pub name: String,
    /// What it does.
    pub kind: ScheduleKind,
    /// When, and how the work is spread.
    pub settings: ScheduleSettings,
    /// Whether it stands in the server's settings.
    pub configured: bool,
    /// Since when it is disabled; none when it is not.
    pub disabled_at: Option<Timestamp>,
    /// Since when it is paused; none when it is not.
    pub paused_at: Option<Timestamp>,
    /// Until when it is paused; none for until it is resumed.
    pub paused_until: Option<Timestamp>,
    /// Since when it is disabled or paused; none when it is neither now.
    pub off_since: Option<Timestamp>,
    /// Slots after this one were not dealt with.
    pub dealt_with: Timestamp,
    /// Since when its slots are its own, pauses not counted.
    pub since: Timestamp,
    /// The last slot that was fired.
    pub last_fired: Option<Timestamp>,
    /// The operation that was queued for it.
    pub last_operation: Option<Uuid>,
    /// The time when this was read.
    pub now: Timestamp,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was changed last.
    pub updated_at: Timestamp,
    /// How often it was changed.
    pub revision: i64,
}

impl ScheduleRow {
    /// Whether it is neither disabled nor paused.
    pub fn is_on(&self) -> bool {
        self.off_since.is_none()
    }

    /// What the settings would say of it.
    pub fn definition(&self) -> Definition {
        Definition {
            kind: self.kind,
            settings: self.settings.clone(),
            enabled: self.disabled_at.is_none(),
        }
    }
}

impl FromRow<'_, PgRow> for ScheduleRow {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            name: row.try_get("name")?,
            kind: word(row, "kind")?,
            settings: row.try_get::<Json<ScheduleSettings>, _>("settings")?.0,
            configured: row.try_get("configured")?,
            disabled_at: optional_time(row, "disabled_at")?,
            paused_at: optional_time(row, "paused_at")?,
            paused_until: optional_time(row, "paused_until")?,
            off_since: optional_time(row, "off_since")?,
            dealt_with: time(row, "dealt_with")?,
            since: time(row, "own_since")?,
            last_fired: optional_time(row, "last_fired")?,
            last_operation: row.try_get("last_operation")?,
            now: time(row, "now")?,
            created_at: time(row, "created_at")?,
            updated_at: time(row, "updated_at")?,
            revision: row.try_get("revision")?,
        })
    }
}

/// What became of a slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SlotOutcome {
    /// Its operation was queued, or there was nothing to do.
    Fired,
    /// Nobody was there in time.
    Missed,
    /// It could not be done, or no time was left to do it.
    Skipped,
}

impl SlotOutcome {
    /// The word that the table uses.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Fired => "fired",
            Self::Missed => "missed",
            Self::Skipped => "skipped",
        }
    }
}

impl std::str::FromStr for SlotOutcome {
    type Err = String;

    fn from_str(word: &str) -> Result<Self, String> {
        [Self::Fired, Self::Missed, Self::Skipped]
            .into_iter()
            .find(|outcome| outcome.as_str() == word)
            .ok_or_else(|| format!("`{word}` is no outcome of a slot"))
    }
}

/// A slot that was dealt with.
#[derive(Clone, Debug)]
pub struct Slot {
    /// When it was due.
    pub slot: Timestamp,
    /// What became of it.
    pub outcome: SlotOutcome,
    /// The operation that was queued for it.
    pub operation_id: Option<Uuid>,
    /// Why no operation was.
    pub detail: Option<String>,
    /// When it was dealt with.
    pub dealt_with_at: Timestamp,
}

impl FromRow<'_, PgRow> for Slot {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            slot: time(row, "slot")?,
            outcome: word(row, "outcome")?,
            operation_id: row.try_get("operation_id")?,
            detail: row.try_get("detail")?,
            dealt_with_at: time(row, "fired_at")?,
        })
    }
}

/// Every schedule, by name.
///
/// # Errors
/// When the control database cannot be asked.
pub async fn all(store: &Store) -> Result<Vec<ScheduleRow>, PgError> {
    read(store, None).await
}

/// One schedule.
///
/// # Errors
/// When the control database cannot be asked.
pub async fn by_name(store: &Store, name: &str) -> Result<Option<ScheduleRow>, PgError> {
    Ok(read(store, Some(name)).await?.pop())
}

async fn read(store: &Store, name: Option<&str>) -> Result<Vec<ScheduleRow>, PgError> {
    Ok(sqlx::query_as(
        // slots of a clock that was ahead for a while stand in nobody's way
        "select s.*, t.now, o.own_since, f.slot as last_fired, f.operation_id as last_operation,
                least(s.disabled_at, case when coalesce(s.paused_until > t.now, true)
                                          then s.paused_at end) as off_since,
                greatest(o.own_since, (select max(k.slot) from schedule_slot k
                                       where k.schedule = s.name and k.slot <= t.now)) as dealt_with
         from (select clock_timestamp() as now offset 0) t
         cross join schedule s
         cross join lateral (
           select greatest(s.since, case when s.paused_until <= t.now then s.paused_until end)
             as own_since) o
         left join lateral (
           select k.slot, k.operation_id from schedule_slot k
           where k.schedule = s.name and k.slot <= t.now and k.outcome = 'fired'
           order by k.slot desc limit 1) f on true
         where $1::text is null or s.name = $1
         order by s.name collate \"C\"",
    )
    .bind(name)
    .fetch_all(store.pool())
    .await?)
}

/// A schedule that begins in the future was made by a clock that was ahead: it begins now.
///
/// # Errors
/// When the control database cannot be asked.
pub async fn mend_beginnings(store: &Store) -> Result<u64, PgError> {
    let done = sqlx::query(
        "update schedule set since = clock_timestamp() where since > clock_timestamp()",
    )
    .execute(store.pool())
    .await?;
    Ok(done.rows_affected())
}

/// The slots of a schedule, the newest first.
///
/// # Errors
/// When the control database cannot be asked.
pub async fn slots(store: &Store, name: &str, limit: i64) -> Result<Vec<Slot>, PgError> {
    Ok(sqlx::query_as(
        "select * from schedule_slot where schedule = $1 order by slot desc limit $2",
    )
    .bind(name)
    .bind(limit)
    .fetch_all(store.pool())
    .await?)
}

/// Takes a schedule for a moment, as it was read: until the transaction ends nobody else fires or changes it.
/// False when somebody else has it, or it was changed, switched off or deleted meanwhile.
///
/// # Errors
/// When the control database cannot be asked.
pub async fn take(tx: &mut Tx, schedule: &ScheduleRow) -> Result<bool, PgError> {
    let held: Option<bool> = sqlx::query_scalar(
        // who waited would only find that there is nothing left to do
        "select true from schedule
         where name = $1 and revision = $2 and disabled_at is null
           and (paused_at is null or paused_until <= clock_timestamp())
         for update skip locked",
    )
    .bind(&schedule.name)
    .bind(schedule.revision)
    .fetch_optional(tx.connection())
    .await?;
    Ok(held.is_some())
}

/// Claims a slot of a schedule that was taken. False when it was dealt with, or a later one was, or it is too
/// late: `until` is over by the database's clock.
///
/// # Errors
/// When the control database cannot be asked.
pub async fn claim(
    tx: &mut Tx,
    name: &str,
    slot: Timestamp,
    until: Option<Timestamp>,
) -> Result<bool, PgError> {
    let done = sqlx::query(
        "insert into schedule_slot (schedule, slot, outcome)
         select $1, $2, 'fired'
         where ($3::timestamptz is null or clock_timestamp() <= $3)
           and not exists (select from schedule_slot k
                           where k.schedule = $1 and k.slot > $2 and k.slot <= clock_timestamp())
         on conflict do nothing",
    )
    .bind(name)
    .bind(jiff_sqlx::Timestamp::from(slot))
    .bind(until.map(jiff_sqlx::Timestamp::from))
    .execute(tx.connection())
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Notes what became of a slot that was claimed.
///
/// # Errors
/// When the control database cannot be asked.
pub async fn note_claimed(
    tx: &mut Tx,
    name: &str,
    slot: Timestamp,
    outcome: SlotOutcome,
    operation: Option<Uuid>,
    detail: Option<&str>,
) -> Result<(), PgError> {
    sqlx::query(
        "update schedule_slot set outcome = $3, operation_id = $4, detail = $5
         where schedule = $1 and slot = $2",
    )
    .bind(name)
    .bind(jiff_sqlx::Timestamp::from(slot))
    .bind(outcome.as_str())
    .bind(operation)
    .bind(detail)
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// Notes slots for which nothing was done, and why; answers with those that were news.
///
/// # Errors
/// When the control database cannot be asked.
pub async fn note_passed(
    tx: &mut Tx,
    name: &str,
    passed: &[(Timestamp, SlotOutcome, &str)],
) -> Result<Vec<Timestamp>, PgError> {
    let slots: Vec<jiff_sqlx::Timestamp> = passed.iter().map(|(slot, ..)| (*slot).into()).collect();
    let outcomes: Vec<&str> = passed.iter().map(|(_, outcome, _)| outcome.as_str()).collect();
    let details: Vec<&str> = passed.iter().map(|(.., detail)| *detail).collect();
    let noted: Vec<jiff_sqlx::Timestamp> = sqlx::query_scalar(
        "insert into schedule_slot (schedule, slot, outcome, detail)
         select $1, p.slot, p.outcome, p.detail
         from unnest($2::timestamptz[], $3::text[], $4::text[]) as p (slot, outcome, detail)
         on conflict do nothing returning slot",
    )
    .bind(name)
    .bind(slots)
    .bind(outcomes)
    .bind(details)
    .fetch_all(tx.connection())
    .await?;
    Ok(noted.into_iter().map(jiff_sqlx::Timestamp::to_jiff).collect())
}

/// Removes slots that were dealt with more than 400 days ago, some at a time.
///
/// # Errors
/// When the control database cannot be asked.
pub async fn forget_old(store: &Store) -> Result<u64, PgError> {
    let done = sqlx::query(
        "delete from schedule_slot where (schedule, slot) in (
           select schedule, slot from schedule_slot
           where fired_at < clock_timestamp() - interval '400 days' order by fired_at limit 10000)",
    )
    .execute(store.pool())
    .await?;
    Ok(done.rows_affected())
}

/// Keeps everybody else from making, changing or deleting schedules until the transaction ends.
///
/// # Errors
/// When the control database cannot be asked.
pub async fn lock(tx: &mut Tx) -> Result<(), PgError> {
    sqlx::query("lock table schedule in share row exclusive mode").execute(tx.connection()).await?;
    Ok(())
}

/// How many schedules there are.
///
/// # Errors
/// When the control database cannot be asked.
pub async fn count(tx: &mut Tx) -> Result<i64, PgError> {
    Ok(sqlx::query_scalar("select count(*) from schedule").fetch_one(tx.connection()).await?)
}

/// Makes a schedule; false when there is one of that name.
///
/// # Errors
/// When the control database cannot be asked.
pub async fn insert(
    tx: &mut Tx,
    name: &str,
    definition: &Definition,
    configured: bool,
) -> Result<bool, PgError> {
    let done = sqlx::query(
        "insert into schedule (name, kind, settings, configured, disabled_at)
         values ($1, $2, $3, $4, case when $5 then null else clock_timestamp() end)
         on conflict (name) do nothing",
    )
    .bind(name)
    .bind(definition.kind.as_str())
    .bind(Json(&definition.settings))
    .bind(configured)
    .bind(definition.enabled)
    .execute(tx.connection())
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Changes a schedule. Where it gets other slots, or is switched on, those of the past are not its own.
///
/// # Errors
/// When the control database cannot be asked.
pub async fn update(
    tx: &mut Tx,
    name: &str,
    definition: &Definition,
    configured: bool,
    same_slots: bool,
) -> Result<(), PgError> {
    sqlx::query(
        "update schedule
         set kind = $2, settings = $3, configured = $4,
             disabled_at = case when not $5 then coalesce(disabled_at, clock_timestamp()) end,
             since = case when $6 and not ($5 and disabled_at is not null) then since
                          else clock_timestamp() end,
             updated_at = clock_timestamp(), revision = revision + 1
         where name = $1",
    )
    .bind(name)
    .bind(definition.kind.as_str())
    .bind(Json(&definition.settings))
    .bind(configured)
    .bind(definition.enabled)
    .bind(same_slots)
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// Pauses a schedule until then, or until it is resumed.
///
/// # Errors
/// When the control database cannot be asked.
pub async fn pause(tx: &mut Tx, name: &str, until: Option<Timestamp>) -> Result<(), PgError> {
    sqlx::query(
        "update schedule
         set paused_at = case when paused_until <= clock_timestamp() then clock_timestamp()
                              else coalesce(paused_at, clock_timestamp()) end,
             paused_until = $2, updated_at = clock_timestamp(), revision = revision + 1
         where name = $1",
    )
    .bind(name)
    .bind(until.map(jiff_sqlx::Timestamp::from))
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// Ends a schedule's pause; slots that came in it are not made up for.
///
/// # Errors
/// When the control database cannot be asked.
pub async fn resume(tx: &mut Tx, name: &str) -> Result<(), PgError> {
    sqlx::query(
        "update schedule
         set since = greatest(since, least(paused_until, clock_timestamp())),
             paused_at = null, paused_until = null,
             updated_at = clock_timestamp(), revision = revision + 1
         where name = $1 and paused_at is not null",
    )
    .bind(name)
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// Deletes a schedule; its slots stay.
///
/// # Errors
/// When the control database cannot be asked.
pub async fn delete(tx: &mut Tx, name: &str) -> Result<(), PgError> {
    sqlx::query("delete from schedule where name = $1").bind(name).execute(tx.connection()).await?;
    Ok(())
}

/// Living institutions that are older than so many hours and have no stored backup that is younger than that.
///
/// # Errors
/// When the control database cannot be asked.
pub async fn without_fresh_backup(store: &Store, hours: i32) -> Result<i64, PgError> {
    Ok(sqlx::query_scalar(
        "select count(*) from tenant_schema s,
           lateral (select clock_timestamp() - make_interval(hours => $1) as fresh) f
         where s.state in ('active', 'suspended') and s.created_at < f.fresh
           and not exists (select from backup b
                           where b.schema_id = s.id and b.state <> 'removed'
                             and coalesce(b.current_at, b.taken_at) >= f.fresh)",
    )
    .bind(hours)
    .fetch_one(store.pool())
    .await?)
}

/// Whether a schedule ever made a backup that is still there.
///
/// # Errors
/// When the control database cannot be asked.
pub async fn made_backups(store: &Store) -> Result<bool, PgError> {
    Ok(sqlx::query_scalar(
        "select exists (select from backup where reason = 'schedule' and state <> 'removed')",
    )
    .fetch_one(store.pool())
    .await?)
}
