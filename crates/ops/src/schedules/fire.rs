//! Begins the work of the slots that came.
//!
//! Looking and claiming are two things: between them a server may sleep for as long as it likes. What was seen
//! is claimed only if the schedule is still the same, the slot is nobody's, no later one was dealt with, and it
//! is not too late, all by the control database's clock and in the transaction that queues the operation.

use futures::future::BoxFuture;
use jiff::Timestamp;
use serde_json::json;
use tenantry_domain::schedule::{ScheduleKind, SlotState, Verdict};
use tenantry_pg::PgError;
use tenantry_store::audit::Actor;
use tenantry_store::schedules::{self, ScheduleRow, SlotOutcome};
use tenantry_store::{Tx, events};
use uuid::Uuid;

use crate::backups::pace::Pace;
use crate::backups::{queue_backups, queue_drills, queue_prune};
use crate::fleet::Fleet;
use crate::request::{Refusal, Requester};

/// What became of the work of a slot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fired {
    /// It is queued.
    Operation(Uuid),
    /// There is none, and that is as it should be; why, as a phrase.
    Nothing(String),
    /// It cannot be done; why, as a phrase. A schedule of which this is always so counts as silent.
    Unable(String),
}

/// Queues the work of a slot in a transaction.
pub type Fire = for<'a> fn(
    &'a mut Tx,
    &'a Fleet,
    &'a Requester,
    &'a ScheduleRow,
    Timestamp,
) -> BoxFuture<'a, Result<Fired, Refusal>>;

/// A schedule of which slots came, and what is to be done about them.
#[derive(Clone, Debug)]
pub struct Due {
    /// The schedule, as it was when it was looked at.
    pub schedule: ScheduleRow,
    /// The slots, the oldest first.
    pub slots: Vec<SlotState>,
}

/// Queues the work of a slot, by what the schedule does.
pub(crate) async fn fire(
    tx: &mut Tx,
    fleet: &Fleet,
    who: &Requester,
    schedule: &ScheduleRow,
    slot: Timestamp,
) -> Result<Fired, Refusal> {
    let Some(backups) = &fleet.backups else {
        return Ok(Fired::Unable("this server has no place where backups are kept".into()));
    };
    let pace = match Pace::of(&schedule.settings, slot) {
        Ok(pace) => pace,
        Err(reason) => return Ok(Fired::Unable(reason)),
    };
    let accepted = match schedule.kind {
        ScheduleKind::Backup => queue_backups(tx, who, true, "schedule", &pace).await?,
        ScheduleKind::Verify if backups.identities.is_none() => {
            return Ok(Fired::Unable("this server has no identity that opens backups".into()));
        }
        ScheduleKind::Verify => {
            queue_drills(tx, who, Some(fleet.config.verify_within), &pace).await?
        }
        ScheduleKind::Prune => queue_prune(tx, who).await?,
    };
    Ok(Fired::Operation(accepted.operation))
}

fn by_kind<'a>(
    tx: &'a mut Tx,
    fleet: &'a Fleet,
    who: &'a Requester,
    schedule: &'a ScheduleRow,
    slot: Timestamp,
) -> BoxFuture<'a, Result<Fired, Refusal>> {
    Box::pin(fire(tx, fleet, who, schedule, slot))
}

/// Looks once at every schedule and begins what is due.
///
/// # Errors
/// When the control database cannot be asked.
pub async fn fire_due(fleet: &Fleet) -> Result<(), PgError> {
    fire_due_with(fleet, by_kind).await
}

/// The same with another way to queue the work.
///
/// # Errors
/// When the control database cannot be asked.
pub async fn fire_due_with(fleet: &Fleet, fire: Fire) -> Result<(), PgError> {
    let mut trouble = None;
    for due in look(fleet).await? {
        // one that cannot be queued keeps none of the others from it
        if let Err(error) = deal_with(fleet, &due, fire).await {
            trouble = Some(error);
        }
    }
    trouble.map_or(Ok(()), Err)
}

/// The schedules of which slots came that were not dealt with. Changes nothing.
///
/// # Errors
/// When the control database cannot be asked.
pub async fn look(fleet: &Fleet) -> Result<Vec<Due>, PgError> {
    schedules::mend_beginnings(&fleet.store).await?;
    let mut all = Vec::new();
    for row in schedules::all(&fleet.store).await?.into_iter().filter(ScheduleRow::is_on) {
        // one that this binary cannot read is among the findings
        let Ok(schedule) = row.settings.read() else { continue };
        let slots = schedule.due(row.dealt_with, row.now);
        if !slots.is_empty() {
            all.push(Due { schedule: row, slots });
        }
    }
    Ok(all)
}

/// Does what is to be done about the slots of a schedule, unless somebody else did.
///
/// # Errors
/// When the control database cannot be asked.
pub async fn deal_with(fleet: &Fleet, due: &Due, fire: Fire) -> Result<(), PgError> {
    let mut tx = fleet.store.begin().await?;
    if !schedules::take(&mut tx, &due.schedule).await? {
        return Ok(());
    }
    note_passed(&mut tx, due).await?;
    let newest = due.slots.last().copied();
    if let Some(SlotState { slot, verdict: Verdict::Fire { until } }) = newest
        && schedules::claim(&mut tx, &due.schedule.name, slot, until).await?
        && let Err(refusal) = begin(&mut tx, fleet, &due.schedule, slot, fire).await?
    {
        drop(tx);
        return note_refused(fleet, &due.schedule, slot, &refusal).await;
    }
    tx.commit().await?;
    fleet.wake_workers();
    Ok(())
}

/// Queues the work of a slot that was claimed. The inner error is a refusal: nothing was queued, and will not be
/// if it is tried again.
async fn begin(
    tx: &mut Tx,
    fleet: &Fleet,
    schedule: &ScheduleRow,
    slot: Timestamp,
    fire: Fire,
) -> Result<Result<(), Refusal>, PgError> {
    let actor = Actor { name: format!("schedule:{}", schedule.name), ..Actor::system() };
    let who = Requester { actor, ..Requester::system() };
    let name = &schedule.name;
    match fire(tx, fleet, &who, schedule, slot).await {
        Ok(Fired::Operation(operation)) => {
            let outcome = SlotOutcome::Fired;
            schedules::note_claimed(tx, name, slot, outcome, Some(operation), None).await?;
            let data = json!({ "schedule": name, "slot": slot });
            events::insert(tx, "schedule.fired", None, Some(operation), &data).await?;
        }
        Ok(Fired::Nothing(why)) => {
            let outcome = SlotOutcome::Fired;
            schedules::note_claimed(tx, name, slot, outcome, None, Some(&why)).await?;
            let data = json!({ "schedule": name, "slot": slot, "nothing": why });
            events::insert(tx, "schedule.fired", None, None, &data).await?;
        }
        Ok(Fired::Unable(why)) => {
            tracing::warn!("Schedule {name} could not do its work at {slot}: {why}");
            let outcome = SlotOutcome::Skipped;
            schedules::note_claimed(tx, name, slot, outcome, None, Some(&why)).await?;
            tell_passed(tx, name, &[slot], "skipped", &why).await?;
        }
        Err(Refusal::Store(error)) => return Err(error),
        Err(refusal) => return Ok(Err(refusal)),
    }
    Ok(Ok(()))
}

/// Notes the slots for which it is too late.
async fn note_passed(tx: &mut Tx, due: &Due) -> Result<(), PgError> {
    const MISSED: &str = "no server was there in time";
    const CLOSED: &str = "no server was there before the end of its window";
    let passed: Vec<(Timestamp, SlotOutcome, &str)> = due
        .slots
        .iter()
        .filter_map(|state| match state.verdict {
            Verdict::Fire { .. } => None,
            Verdict::Missed => Some((state.slot, SlotOutcome::Missed, MISSED)),
            Verdict::Closed => Some((state.slot, SlotOutcome::Skipped, CLOSED)),
        })
        .collect();
    if passed.is_empty() {
        return Ok(());
    }
    let name = &due.schedule.name;
    let news = schedules::note_passed(tx, name, &passed).await?;
    if !news.is_empty() {
        tracing::warn!("Schedule {name} missed {} slots", news.len());
        tell_passed(tx, name, &news, "missed", MISSED).await?;
    }
    Ok(())
}

async fn note_refused(
    fleet: &Fleet,
    schedule: &ScheduleRow,
    slot: Timestamp,
    refusal: &Refusal,
) -> Result<(), PgError> {
    let why = format!("refused: {refusal:?}");
    tracing::warn!("Schedule {} could not be begun at {slot}: {why}", schedule.name);
    let mut tx = fleet.store.begin().await?;
    let passed = [(slot, SlotOutcome::Skipped, why.as_str())];
    let news = schedules::note_passed(&mut tx, &schedule.name, &passed).await?;
    if !news.is_empty() {
        tell_passed(&mut tx, &schedule.name, &news, "skipped", &why).await?;
    }
    tx.commit().await
}

async fn tell_passed(
    tx: &mut Tx,
    name: &str,
    slots: &[Timestamp],
    outcome: &str,
    why: &str,
) -> Result<(), PgError> {
    let data = json!({
        "schedule": name,
        "outcome": outcome,
        "slots": slots.len(),
        "newest": slots.iter().max(),
        "why": why,
    });
    events::insert(tx, "schedule.passed", None, None, &data).await
}
