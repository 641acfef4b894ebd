//! The slots of a schedule, and what is to be done about those that came.

use std::iter::successors;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp, Zoned};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::cron::instant_of;
use super::{Missed, Schedule};

/// A slot that is begun so late is on time: the control plane looks every few seconds, and a server is
/// restarted in between.
pub const ON_TIME: Duration = Duration::from_secs(2 * 60);

/// Of the slots that were missed in a long time, so many are told of.
const TOLD: usize = 100;

/// What is to be done about a slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Its work is to be begun.
    Fire {
        /// Not after this; none for however late.
        until: Option<Timestamp>,
    },
    /// Nothing: nobody was there for it, and it is not made up for.
    Missed,
    /// Nothing: the time after which nothing is begun is over.
    Closed,
}

/// A slot that came, and what is to be done about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SlotState {
    /// The slot.
    pub slot: Timestamp,
    /// What is to be done.
    pub verdict: Verdict,
}

impl Schedule {
    /// The first slot after an instant; none when none is left before the calendar ends.
    pub fn next(&self, after: Timestamp) -> Option<Timestamp> {
        self.expression.next(&self.zone, after)
    }

    /// The slots after an instant, in order. No instant comes twice.
    pub fn slots_after(&self, after: Timestamp) -> impl Iterator<Item = Timestamp> + '_ {
        successors(self.next(after), |slot| self.next(*slot))
    }

    /// The slots after an instant and not after another, in order.
    pub fn slots_between(
        &self,
        after: Timestamp,
        until: Timestamp,
    ) -> impl Iterator<Item = Timestamp> + '_ {
        self.slots_after(after).take_while(move |slot| *slot <= until)
    }

    /// What is to be done about the slots after the one that was dealt with last, the oldest first. Only the
    /// newest is ever fired: making up for the ones before it as well would do the same work twice.
    pub fn due(&self, after: Timestamp, now: Timestamp) -> Vec<SlotState> {
        let slots = self.newest(after, now);
        let Some((newest, older)) = slots.split_last() else {
            return Vec::new();
        };
        let missed = |slot: &Timestamp| SlotState { slot: *slot, verdict: Verdict::Missed };
        let mut states: Vec<SlotState> = older.iter().map(missed).collect();
        states.push(SlotState { slot: *newest, verdict: self.verdict(*newest, now) });
        states
    }

    /// The newest slots up to now, in order. A schedule by the minute that nobody looked at for years
    /// has millions; it is looked backwards until there are enough.
    fn newest(&self, after: Timestamp, now: Timestamp) -> Vec<Timestamp> {
        const HOUR: i64 = 60 * 60;
        for back in [HOUR, 24 * HOUR, 30 * 24 * HOUR, 365 * 24 * HOUR] {
            let from = earlier(now, SignedDuration::from_secs(back)).max(after);
            let mut slots: Vec<Timestamp> = self.slots_between(from, now).collect();
            if from == after || slots.len() > TOLD {
                return slots.split_off(slots.len().saturating_sub(TOLD + 1));
            }
        }
        let mut slots: Vec<Timestamp> = self.slots_between(after, now).collect();
        slots.split_off(slots.len().saturating_sub(TOLD + 1))
    }

    fn verdict(&self, slot: Timestamp, now: Timestamp) -> Verdict {
        let deadline = self.deadline(slot);
        if deadline.is_some_and(|deadline| now >= deadline) {
            return Verdict::Closed;
        }
        let late = self.grace().map(|grace| later(slot, signed(grace)));
        if late.is_some_and(|late| now > late) {
            return Verdict::Missed;
        }
        Verdict::Fire { until: late.into_iter().chain(deadline).min() }
    }

    /// How late a slot may be begun; none for however late.
    fn grace(&self) -> Option<Duration> {
        match self.missed {
            Missed::Skip => Some(ON_TIME),
            Missed::Once => None,
            Missed::Within { seconds } => Some(Duration::from_secs(seconds).max(ON_TIME)),
        }
    }

    /// The instant from which on nothing of a slot is begun any more; none when there is no such.
    pub fn deadline(&self, slot: Timestamp) -> Option<Timestamp> {
        let not_after = self.not_after?;
        let day = slot.to_zoned(self.zone.clone()).date();
        [Some(day), day.tomorrow().ok()]
            .into_iter()
            .flatten()
            .filter_map(|day| instant_of(&self.zone, day.to_datetime(not_after)))
            .find(|instant| *instant > slot)
    }

    /// When an institution's work of a slot is to be begun: the same whoever asks and how often, and
    /// evenly spread over all institutions.
    pub fn start_of(&self, slot: Timestamp, institution: Uuid) -> Timestamp {
        let window = match self.deadline(slot) {
            Some(deadline) => self.jitter.min(deadline.duration_since(slot).unsigned_abs()),
            None => self.jitter,
        };
        let digest = Sha256::new()
            .chain_update(slot.as_second().to_be_bytes())
            .chain_update(institution.as_bytes())
            .finalize();
        let part =
            digest.iter().take(8).fold(0_u64, |number, byte| (number << 8) | u64::from(*byte));
        // a fraction of the window: below it, and the remainder of a division favours nobody
        let millis = (u128::from(part) * window.as_millis()) >> 64;
        later(slot, SignedDuration::from_millis(i64::try_from(millis).unwrap_or(0)))
    }

    /// Until when a schedule that was last due (or begun with) at an instant may be silent before it must
    /// be asked whether it is dead: half the time to the slot after the next one longer than until the
    /// next, and how late a slot may be.
    pub fn silent_until(&self, last: Timestamp) -> Option<Timestamp> {
        let mut slots = self.slots_after(last);
        let next = slots.next()?;
        let half =
            slots.next().map_or(SignedDuration::ZERO, |second| second.duration_since(next) / 2);
        let grace = self.grace().unwrap_or(ON_TIME);
        Some(later(later(next, half), signed(grace)))
    }

    /// An instant on the schedule's wall clock, for people.
    pub fn local(&self, instant: Timestamp) -> Zoned {
        instant.to_zoned(self.zone.clone())
    }
}

fn signed(duration: Duration) -> SignedDuration {
    SignedDuration::try_from(duration).unwrap_or(SignedDuration::MAX)
}

fn later(instant: Timestamp, by: SignedDuration) -> Timestamp {
    instant.saturating_add(by).unwrap_or(Timestamp::MAX)
}

fn earlier(instant: Timestamp, by: SignedDuration) -> Timestamp {
    instant.saturating_sub(by).unwrap_or(Timestamp::MIN)
}
