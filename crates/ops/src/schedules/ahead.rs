//! What is to come: a schedule's next slot, and when an institution's turn for its next backup is. Only
//! calculates; what then becomes of a slot is not known here.

use jiff::Timestamp;
use tenantry_domain::schedule::{Schedule, ScheduleKind};
use tenantry_pg::PgError;
use tenantry_store::schedules::{self, ScheduleRow};
use uuid::Uuid;

use crate::fleet::Fleet;

/// The next slot of a schedule that is begun, as far as can be said now: after the end of its pause, and none while
/// it is disabled or paused until it is resumed, or this binary cannot read its settings.
pub fn next_slot(row: &ScheduleRow) -> Option<Timestamp> {
    next_of(&row.settings.read().ok()?, row)
}

fn next_of(schedule: &Schedule, row: &ScheduleRow) -> Option<Timestamp> {
    if row.disabled_at.is_some() {
        return None;
    }
    let from = match row.off_since {
        None => row.now,
        Some(_) => row.paused_until?,
    };
    schedule.next(from.max(row.now))
}

/// The schedules of backups that are on, each with the slots that may still be before an institution.
#[derive(Clone, Debug, Default)]
pub struct BackupsAhead {
    schedules: Vec<(Schedule, Slots)>,
    now: Timestamp,
}

#[derive(Clone, Copy, Debug)]
struct Slots {
    /// The one that was begun last: with jitter, some institutions' turn is yet to come.
    last: Option<Timestamp>,
    next: Option<Timestamp>,
    /// Whether each institution has a moment of its own.
    spread: bool,
}

impl BackupsAhead {
    /// Reads them once, for any number of institutions.
    ///
    /// # Errors
    /// When the control database cannot be asked.
    pub async fn read(fleet: &Fleet) -> Result<Self, PgError> {
        let all = schedules::all(&fleet.store).await?;
        Ok(Self::of_rows(&all))
    }

    fn of_rows(all: &[ScheduleRow]) -> Self {
        let backups = all.iter().filter(|row| row.kind == ScheduleKind::Backup);
        let schedules = backups
            .filter_map(|row| {
                let schedule = row.settings.read().ok()?;
                let slots = Slots {
                    last: row.last_fired,
                    next: next_of(&schedule, row),
                    // so many at a time are taken one after another, whenever a place is free
                    spread: row.settings.at_once.is_none(),
                };
                Some((schedule, slots))
            })
            .collect();
        Self { schedules, now: all.first().map_or(Timestamp::UNIX_EPOCH, |row| row.now) }
    }

    /// When an institution's turn comes next, at the earliest; none when no schedule will come to it.
    pub fn of(&self, institution: Uuid) -> Option<Timestamp> {
        let turns = self.schedules.iter().flat_map(|(schedule, slots)| {
            let turn = |slot: Timestamp| match slots.spread {
                true => schedule.start_of(slot, institution),
                false => slot,
            };
            let begun = slots.last.map(turn).filter(|turn| *turn > self.now);
            begun.into_iter().chain(slots.next.map(turn))
        });
        turns.min()
    }
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;
    use tenantry_domain::schedule::ScheduleSettings;

    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn row(settings: ScheduleSettings, now: &str) -> ScheduleRow {
        ScheduleRow {
            name: "nightly".into(),
            kind: ScheduleKind::Backup,
            settings,
            configured: false,
            disabled_at: None,
            paused_at: None,
            paused_until: None,
            off_since: None,
            dealt_with: at("2026-01-01T00:00:00Z"),
            since: at("2026-01-01T00:00:00Z"),
            last_fired: None,
            last_operation: None,
            now: at(now),
            created_at: at("2026-01-01T00:00:00Z"),
            updated_at: at("2026-01-01T00:00:00Z"),
            revision: 1,
        }
    }

    #[test]
    fn a_pause_moves_the_next_slot_and_what_is_off_has_none() {
        let mut row = row(ScheduleSettings::of("0 2 * * *"), "2026-05-01T12:00:00Z");
        assert_eq!(next_slot(&row), Some(at("2026-05-02T02:00:00Z")));
        (row.paused_at, row.off_since) = (Some(row.now), Some(row.now));
        assert_eq!(next_slot(&row), None, "until it is resumed");
        row.paused_until = Some(at("2026-05-04T02:00:00Z"));
        assert_eq!(next_slot(&row), Some(at("2026-05-05T02:00:00Z")));
        (row.paused_until, row.off_since) = (Some(at("2026-05-01T11:00:00Z")), None);
        assert_eq!(next_slot(&row), Some(at("2026-05-02T02:00:00Z")), "the pause is over");
        (row.disabled_at, row.off_since) = (Some(row.now), Some(row.now));
        assert_eq!(next_slot(&row), None);
        row.disabled_at = None;
        row.off_since = None;
        row.settings.time_zone = "Mars/Base".into();
        assert_eq!(next_slot(&row), None, "one of a newer binary");
    }

    #[test]
    fn an_institution_has_its_own_moment_of_the_slot_that_was_begun_and_then_of_the_next() {
        let settings =
            ScheduleSettings { jitter_seconds: 3600, ..ScheduleSettings::of("0 2 * * *") };
        let institution = Uuid::from_u128(7);
        let slot = at("2026-05-01T02:00:00Z");
        let turn = settings.check().unwrap().start_of(slot, institution);
        let mut row = row(settings, "2026-05-01T02:00:00Z");
        row.last_fired = Some(slot);
        row.now = turn - SignedDuration::from_secs(1);
        assert_eq!(BackupsAhead::of_rows(&[row.clone()]).of(institution), Some(turn));
        row.now = turn;
        let next = BackupsAhead::of_rows(&[row.clone()]).of(institution).unwrap();
        let tomorrow = at("2026-05-02T02:00:00Z");
        assert!(next >= tomorrow && next < tomorrow + SignedDuration::from_hours(1), "{next}");
        row.settings.at_once = Some(4);
        assert_eq!(BackupsAhead::of_rows(&[row.clone()]).of(institution), Some(tomorrow));
        row.kind = ScheduleKind::Prune;
        assert_eq!(BackupsAhead::of_rows(&[row]).of(institution), None);
    }
}
