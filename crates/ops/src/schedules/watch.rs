//! Tells when a schedule is silent: it should have fired and did not, or it is off while institutions are
//! without a backup. Looks at what was fired, and knows nothing of why.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};
use tenantry_domain::schedule::ScheduleKind;
use tenantry_pg::PgError;
use tenantry_store::findings::{self, Observation, Source};
use tenantry_store::schedules::{self, ScheduleRow};

use crate::fleet::Fleet;

/// An institution is without a backup when its newest is older than this: a day, and time to make one.
const FRESH_HOURS: i32 = 26;

/// A schedule that is off for less than this is at rest; for longer it was forgotten.
const OFF_FOR: SignedDuration = SignedDuration::from_hours(1);

/// Looks once, and makes the open findings about schedules what it saw.
///
/// # Errors
/// When the control database cannot be asked.
pub async fn watch_schedules(fleet: &Fleet) -> Result<(), PgError> {
    let all = schedules::all(&fleet.store).await?;
    show_ages(&all);
    let mut observed: Vec<Observation> = all.iter().filter_map(of_one).collect();
    observed.extend(without_backups(fleet, &all).await?);
    let mut tx = fleet.store.begin().await?;
    findings::replace(&mut tx, Source::Schedules, &observed).await?;
    tx.commit().await
}

/// The schedules that the metrics of this process have. A gauge cannot be taken back, and one that stays where it
/// was would look like a schedule that works.
static SHOWN: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());

fn show_ages(all: &[ScheduleRow]) {
    let age = |name: &str| metrics::gauge!("tenantry_schedule_last_fired_age_seconds", "schedule" => name.to_owned());
    for schedule in all {
        let last = schedule.last_fired.unwrap_or(schedule.created_at);
        age(&schedule.name).set(schedule.now.duration_since(last).as_secs_f64());
    }
    let mut shown = SHOWN.lock().unwrap_or_else(PoisonError::into_inner);
    for name in deleted(&mut shown, all.iter().map(|schedule| schedule.name.clone()).collect()) {
        // no number is larger or smaller than this one, so that no alarm goes off
        age(&name).set(f64::NAN);
    }
}

/// Those that were there before and are not any more; the others are remembered.
fn deleted(shown: &mut BTreeSet<String>, there: BTreeSet<String>) -> Vec<String> {
    let before = std::mem::replace(shown, there);
    before.difference(shown).cloned().collect()
}

/// What is wrong with a schedule that is on.
fn of_one(row: &ScheduleRow) -> Option<Observation> {
    if !row.is_on() {
        return None;
    }
    let severity = if row.kind == ScheduleKind::Backup { "critical" } else { "warning" };
    let finding = |kind: &str, detail: String, remedy: &str| Observation {
        kind: kind.into(),
        severity,
        object: row.name.clone(),
        schema_id: None,
        detail,
        remedy: remedy.into(),
    };
    let schedule = match row.settings.read() {
        Ok(schedule) => schedule,
        Err(reason) => {
            let detail = format!("The schedule {} cannot be read: {reason}.", row.name);
            return Some(finding("schedule_unusable", detail, "Change its settings."));
        }
    };
    let last = row.last_fired.map_or(row.since, |last| last.max(row.since));
    let until = schedule.silent_until(last)?;
    (row.now > until).then(|| {
        let fired = match row.last_fired {
            Some(last) => format!("last fired for {last}"),
            None => "never fired".into(),
        };
        let detail =
            format!("The schedule {} should have fired by {until:.0}; it {fired}.", row.name);
        finding("schedule_silent", detail, REMEDY_SILENT)
    })
}

const REMEDY_SILENT: &str = "See what became of its slots and what the servers' logs say of firing \
                             schedules; is a server running?";

/// What is wrong with schedules of backups that are off, or not there any more.
async fn without_backups(fleet: &Fleet, all: &[ScheduleRow]) -> Result<Vec<Observation>, PgError> {
    let backups: Vec<&ScheduleRow> =
        all.iter().filter(|schedule| schedule.kind == ScheduleKind::Backup).collect();
    let off: Vec<(&ScheduleRow, Timestamp)> = backups
        .iter()
        .filter_map(|schedule| schedule.off_since.map(|since| (*schedule, since)))
        .filter(|(schedule, since)| schedule.now.duration_since(*since) >= OFF_FOR)
        .collect();
    let is_gone = backups.is_empty() && schedules::made_backups(&fleet.store).await?;
    if off.is_empty() && !is_gone {
        return Ok(Vec::new());
    }
    let stale = schedules::without_fresh_backup(&fleet.store, FRESH_HOURS).await?;
    if stale == 0 {
        return Ok(Vec::new());
    }
    let institutions = match stale {
        1 => "one institution has".to_owned(),
        _ => format!("{stale} institutions have"),
    };
    let finding = |kind: &str, object: &str, what: String, remedy: &str| Observation {
        kind: kind.into(),
        severity: "critical",
        object: object.into(),
        schema_id: None,
        detail: format!("{what}; {institutions} no backup younger than {FRESH_HOURS} hours."),
        remedy: remedy.into(),
    };
    let mut observed: Vec<Observation> = off
        .into_iter()
        .map(|(schedule, since)| {
            let what = format!("The schedule {} is off since {since:.0}", schedule.name);
            let remedy = "Switch it on again, or delete it when another one does its work.";
            finding("schedule_off", &schedule.name, what, remedy)
        })
        .collect();
    if is_gone {
        let what = "There is no schedule of backups any more".into();
        let remedy = "Make one, or put it back into the settings: `[schedules.NAME]`.";
        observed.push(finding("schedule_missing", "backup", what, remedy));
    }
    Ok(observed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_schedule_that_is_deleted_is_told_of_once() {
        let names = |text: &str| text.split_whitespace().map(str::to_owned).collect();
        let mut shown = BTreeSet::new();
        assert!(deleted(&mut shown, names("drills nightly")).is_empty());
        assert_eq!(deleted(&mut shown, names("drills tidy")), ["nightly"]);
        assert!(deleted(&mut shown, names("drills nightly tidy")).is_empty());
    }
}
