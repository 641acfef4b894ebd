//! Schedules: the doors through which they are made and changed, and what the settings say of them.
//! [`fire`] begins the work of a slot, [`watch`] tells when one is silent.
//!
//! No server leads. A slot is claimed by its row in the control database, in the transaction that queues its
//! operation, so that it is fired once by whichever server comes first.

mod ahead;
mod fire;
mod watch;

use std::collections::HashMap;

use jiff::Timestamp;
use serde_json::{Value, json};
use tenantry_domain::schedule::{
    Definition, MOST_SCHEDULES, ScheduleKind, Schedules, SettingsChange, check_name,
};
use tenantry_pg::PgError;
use tenantry_store::schedules::{self, ScheduleRow};
use tenantry_store::{Tx, audit, events};

use crate::attributes::take_key;
use crate::fleet::Fleet;
use crate::queue::repeated;
use crate::request::{Accepted, Refusal, Requester};

pub use crate::request::ScheduleRefusal;
pub use ahead::{BackupsAhead, next_slot};
pub use fire::{Due, Fire, Fired, deal_with, fire_due, fire_due_with, look};
pub use watch::watch_schedules;

/// What is to be changed of a schedule; what is none stays.
#[derive(Clone, Debug, Default)]
pub struct ScheduleChange {
    /// When, and how the work is spread.
    pub settings: SettingsChange,
    /// Whether it does its work at present.
    pub enabled: Option<bool>,
}

/// Makes a schedule. Its first slot is the next one.
///
/// # Errors
/// `Bad`, `Exists`, `IdempotencyMismatch`, `Store`.
pub async fn create(
    fleet: &Fleet,
    who: &Requester,
    name: &str,
    definition: &Definition,
) -> Result<ScheduleRow, Refusal> {
    check_name(name).map_err(ScheduleRefusal::Bad)?;
    definition.settings.check().map_err(ScheduleRefusal::Bad)?;
    let mut tx = fleet.store.begin().await?;
    if take_key(fleet, &mut tx, who).await? {
        schedules::lock(&mut tx).await?;
        if schedules::count(&mut tx).await? >= MOST_SCHEDULES as i64 {
            return Err(ScheduleRefusal::Bad(format!(
                "there are at most {MOST_SCHEDULES} schedules"
            ))
            .into());
        }
        if !schedules::insert(&mut tx, name, definition, false).await? {
            return Err(ScheduleRefusal::Exists(name.to_owned()).into());
        }
        tell(&mut tx, who, "create_schedule", name, shown(definition)).await?;
        tx.commit().await?;
    }
    find(fleet, name).await
}

/// Changes a schedule. One that gets other slots, or is switched on, begins with its next one.
///
/// # Errors
/// `Bad`, `NotFound`, `Configured`, `IdempotencyMismatch`, `Store`.
pub async fn update(
    fleet: &Fleet,
    who: &Requester,
    name: &str,
    change: &ScheduleChange,
) -> Result<ScheduleRow, Refusal> {
    let mut tx = fleet.store.begin().await?;
    if take_key(fleet, &mut tx, who).await? {
        schedules::lock(&mut tx).await?;
        let there = find_own(fleet, name).await?;
        let before = there.definition();
        let after = Definition {
            kind: before.kind,
            settings: change.settings.over(&before.settings),
            enabled: change.enabled.unwrap_or(before.enabled),
        };
        if after != before {
            after.settings.check().map_err(ScheduleRefusal::Bad)?;
            let same_slots = after.settings.same_slots(&before.settings);
            schedules::update(&mut tx, name, &after, false, same_slots).await?;
            tell(&mut tx, who, "update_schedule", name, shown(&after)).await?;
        }
        tx.commit().await?;
    }
    find(fleet, name).await
}

/// Pauses a schedule until then, or until it is resumed; also one of the settings. Slots that come meanwhile are
/// not its own, and are not made up for.
///
/// # Errors
/// `Bad` when the time is over, `NotFound`, `IdempotencyMismatch`, `Store`.
pub async fn pause(
    fleet: &Fleet,
    who: &Requester,
    name: &str,
    until: Option<Timestamp>,
) -> Result<ScheduleRow, Refusal> {
    let mut tx = fleet.store.begin().await?;
    if take_key(fleet, &mut tx, who).await? {
        schedules::lock(&mut tx).await?;
        let there = find(fleet, name).await?;
        if until.is_some_and(|until| until <= there.now) {
            return Err(ScheduleRefusal::Bad("until: the time is over already".into()).into());
        }
        schedules::pause(&mut tx, name, until).await?;
        tell(&mut tx, who, "pause_schedule", name, json!({ "until": until })).await?;
        tx.commit().await?;
    }
    find(fleet, name).await
}

/// Ends a schedule's pause, if there is one.
///
/// # Errors
/// `NotFound`, `IdempotencyMismatch`, `Store`.
pub async fn resume(fleet: &Fleet, who: &Requester, name: &str) -> Result<ScheduleRow, Refusal> {
    let mut tx = fleet.store.begin().await?;
    if take_key(fleet, &mut tx, who).await? {
        schedules::lock(&mut tx).await?;
        find(fleet, name).await?;
        schedules::resume(&mut tx, name).await?;
        tell(&mut tx, who, "resume_schedule", name, json!({})).await?;
        tx.commit().await?;
    }
    find(fleet, name).await
}

/// Deletes a schedule. What it began goes on.
///
/// # Errors
/// `NotFound`, `Configured`, `IdempotencyMismatch`, `Store`.
pub async fn delete(fleet: &Fleet, who: &Requester, name: &str) -> Result<(), Refusal> {
    let mut tx = fleet.store.begin().await?;
    if take_key(fleet, &mut tx, who).await? {
        schedules::lock(&mut tx).await?;
        let there = find_own(fleet, name).await?;
        schedules::delete(&mut tx, name).await?;
        tell(&mut tx, who, "delete_schedule", name, shown(&there.definition())).await?;
        tx.commit().await?;
    }
    Ok(())
}

/// Does a schedule's work now, without jitter, whether it is on or not. Its slots are as due as before.
///
/// # Errors
/// `NotFound`, `BackupsOff`, `NoIdentity`, `Bad` when this binary cannot read its settings,
/// `IdempotencyMismatch`, `Store`.
pub async fn run_now(fleet: &Fleet, who: &Requester, name: &str) -> Result<Accepted, Refusal> {
    if let Some(accepted) = repeated(fleet, who).await? {
        return Ok(accepted);
    }
    let mut schedule = find(fleet, name).await?;
    // who asks for it now does not want to wait for each institution's own moment
    schedule.settings.jitter_seconds = 0;
    match schedule.kind {
        ScheduleKind::Verify => fleet.check_identities()?,
        ScheduleKind::Backup | ScheduleKind::Prune => fleet.check_backups()?,
    }
    let mut tx = fleet.store.begin().await?;
    let operation = match fire::fire(&mut tx, fleet, who, &schedule, schedule.now).await? {
        Fired::Operation(operation) => operation,
        Fired::Nothing(why) | Fired::Unable(why) => return Err(ScheduleRefusal::Bad(why).into()),
    };
    tell(&mut tx, who, "run_schedule", name, json!({ "operation": operation })).await?;
    tx.commit().await?;
    fleet.wake_workers();
    Ok(Accepted { operation, repeated: false })
}

/// Takes the schedules of the settings: they become what the settings say, and those that the settings have
/// no more are deleted. Those that were made by request stay, unless the settings have one of their name.
///
/// # Errors
/// When the control database cannot be asked.
pub async fn install(fleet: &Fleet, settings: &Schedules) -> Result<(), PgError> {
    let mut tx = fleet.store.begin().await?;
    // two servers may start at once
    schedules::lock(&mut tx).await?;
    let who = Requester::system();
    let mut there: HashMap<String, ScheduleRow> = schedules::all(&fleet.store)
        .await?
        .into_iter()
        .map(|schedule| (schedule.name.clone(), schedule))
        .collect();
    for (name, definition) in &settings.0 {
        match there.remove(name) {
            None => {
                schedules::insert(&mut tx, name, definition, true).await?;
                tell(&mut tx, &who, "create_schedule", name, shown(definition)).await?;
            }
            Some(row) if !row.configured || row.definition() != *definition => {
                let same_slots = definition.settings.same_slots(&row.settings);
                schedules::update(&mut tx, name, definition, true, same_slots).await?;
                tell(&mut tx, &who, "update_schedule", name, shown(definition)).await?;
            }
            Some(_) => {}
        }
    }
    for row in there.values().filter(|row| row.configured) {
        tracing::warn!("The settings have no schedule {} any more; it is deleted.", row.name);
        schedules::delete(&mut tx, &row.name).await?;
        tell(&mut tx, &who, "delete_schedule", &row.name, shown(&row.definition())).await?;
    }
    tx.commit().await
}

async fn find(fleet: &Fleet, name: &str) -> Result<ScheduleRow, Refusal> {
    schedules::by_name(&fleet.store, name)
        .await?
        .ok_or_else(|| ScheduleRefusal::NotFound(name.to_owned()).into())
}

/// One that may be changed by request.
async fn find_own(fleet: &Fleet, name: &str) -> Result<ScheduleRow, Refusal> {
    let there = find(fleet, name).await?;
    if there.configured {
        return Err(ScheduleRefusal::Configured(name.to_owned()).into());
    }
    Ok(there)
}

fn shown(definition: &Definition) -> Value {
    json!({
        "kind": definition.kind,
        "enabled": definition.enabled,
        "settings": definition.settings,
    })
}

/// The audit row and the event of a change.
async fn tell(
    tx: &mut Tx,
    who: &Requester,
    action: &'static str,
    name: &str,
    detail: Value,
) -> Result<(), PgError> {
    let data = json!({ "schedule": name, "change": action });
    events::insert(tx, "schedule.changed", None, None, &data).await?;
    let entry = audit::Entry {
        action,
        schema_id: None,
        schema_name: None,
        operation_id: None,
        outcome: "succeeded",
        detail: json!({ "schedule": name, "detail": detail }),
    };
    audit::insert(tx, &who.actor, &entry).await
}
