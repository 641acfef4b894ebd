//! Which backups of an institution are kept. Knows only what it is told of them.
//!
//! Nothing is let go of at once: a backup that is not wanted is condemned, and removed when it has been
//! condemned for the grace time. Everything is decided anew each time from what is there, so that a
//! condemned backup that is wanted again, because a newer one turned out to be worth nothing, is reprieved.

use std::collections::HashSet;
use std::time::Duration;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

/// How many backups are kept, and for how long.
#[derive(Clone, Debug, PartialEq)]
pub struct Policy {
    /// Younger ones are all kept.
    pub keep_within: Duration,
    /// Of so many days on which there are verified ones, the newest of each.
    pub daily: u32,
    /// Of so many weeks (ISO 8601).
    pub weekly: u32,
    /// Of so many months.
    pub monthly: u32,
    /// Of so many years.
    pub yearly: u32,
    /// Where days begin.
    pub zone: TimeZone,
    /// How long a backup stays condemned before it is removed.
    pub grace: Duration,
}

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

impl Default for Policy {
    fn default() -> Self {
        Self {
            keep_within: DAY * 2,
            daily: 7,
            weekly: 4,
            monthly: 12,
            yearly: 3,
            zone: TimeZone::UTC,
            grace: DAY * 3,
        }
    }
}

impl Policy {
    /// Checks it.
    ///
    /// # Errors
    /// What cannot be meant, as a sentence that begins with the key.
    pub fn check(self) -> Result<Self, String> {
        let counts = [
            ("daily", self.daily),
            ("weekly", self.weekly),
            ("monthly", self.monthly),
            ("yearly", self.yearly),
        ];
        for (key, count) in counts {
            if count > MOST_KEPT {
                return Err(format!("{key}: 0 to {MOST_KEPT}"));
            }
        }
        if self.keep_within > LONGEST {
            return Err("keep_within: at most ten years".into());
        }
        if !(DAY..=LONGEST).contains(&self.grace) {
            return Err("grace: one day to ten years; within it a mistake can be taken back".into());
        }
        Ok(self)
    }
}

const MOST_KEPT: u32 = 10_000;
const LONGEST: Duration = Duration::from_secs(10 * 366 * 24 * 60 * 60);

/// What retention has to know of a backup.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facts {
    /// Its id.
    pub id: Uuid,
    /// When its snapshot was taken.
    pub taken_at: Timestamp,
    /// Whether its last drill restored it and found it to be what it should be.
    pub verified: bool,
    /// Why it is held, if it is.
    pub hold: Option<String>,
    /// Since when it is condemned, if it is.
    pub condemned_at: Option<Timestamp>,
}

/// What becomes of a backup.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It stays.
    Keep {
        /// Why, a phrase each.
        reasons: Vec<String>,
    },
    /// Nothing wants it: it goes when the grace time is over.
    Condemn {
        /// Why, a phrase.
        why: String,
        /// When it goes.
        removed_from: Timestamp,
    },
    /// Nothing wanted it for all of the grace time: it goes now.
    Remove {
        /// Why, a phrase.
        why: String,
    },
}

/// What becomes of which backup.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// The backup.
    pub facts: Facts,
    /// What becomes of it.
    pub fate: Fate,
}

impl Decision {
    /// Whether it has to be condemned now: it is not yet.
    pub fn is_to_be_condemned(&self) -> bool {
        matches!(self.fate, Fate::Condemn { .. }) && self.facts.condemned_at.is_none()
    }

    /// Whether it was condemned and is wanted again.
    pub fn is_to_be_reprieved(&self) -> bool {
        matches!(self.fate, Fate::Keep { .. }) && self.facts.condemned_at.is_some()
    }

    /// Whether it has to be removed now.
    pub fn is_to_be_removed(&self) -> bool {
        matches!(self.fate, Fate::Remove { .. })
    }

    /// The decision, for people.
    pub fn sentence(&self) -> String {
        match &self.fate {
            Fate::Keep { reasons } if self.is_to_be_reprieved() => {
                format!("reprieved: {}", reasons.join("; "))
            }
            Fate::Keep { reasons } => format!("kept: {}", reasons.join("; ")),
            Fate::Condemn { why, removed_from } => {
                format!("condemned: {why}; removed from {removed_from:.0} on")
            }
            Fate::Remove { why } => format!("removed: {why}, for all of the grace time"),
        }
    }
}

/// A backup and the reasons to keep it that were found so far.
struct Candidate<'a> {
    facts: &'a Facts,
    reasons: Vec<String>,
    /// Whether it may stand for its day: it is verified, and not of the future.
    counts: bool,
}

/// Decides about all backups of one institution, in any order. Answers with the newest first.
pub fn judge(policy: &Policy, backups: &[Facts], now: Timestamp) -> Vec<Decision> {
    let mut sorted: Vec<&Facts> = backups.iter().collect();
    sorted.sort_by_key(|facts| std::cmp::Reverse((facts.taken_at, facts.id)));
    let mut candidates: Vec<Candidate<'_>> = sorted
        .into_iter()
        .map(|facts| Candidate {
            facts,
            reasons: Vec::new(),
            counts: facts.verified && facts.taken_at <= now,
        })
        .collect();
    let last_verified = candidates.iter().position(|candidate| candidate.counts);
    if let Some(last) = last_verified {
        candidates[last].reasons.push("the last one that is verified".into());
    }
    for (index, candidate) in candidates.iter_mut().enumerate() {
        // the newest come first: one after this place has a newer one that is verified
        let is_superseded = last_verified.is_some_and(|last| index > last);
        keep_for_itself(policy, candidate, is_superseded, now);
    }
    keep_for_periods(policy, &mut candidates);
    candidates.into_iter().map(|candidate| decide(policy, candidate, now)).collect()
}

/// Reasons that a backup has whatever the others are.
fn keep_for_itself(
    policy: &Policy,
    candidate: &mut Candidate<'_>,
    is_superseded: bool,
    now: Timestamp,
) {
    let facts = candidate.facts;
    if let Some(hold) = &facts.hold {
        candidate.reasons.push(format!("held: {hold}"));
    }
    if facts.taken_at > now {
        candidate.reasons.push("dated in the future, so that nobody knows how old it is".into());
    } else if now.duration_since(facts.taken_at) < signed(policy.keep_within) {
        candidate.reasons.push(format!("younger than {}", words(policy.keep_within)));
    }
    if !facts.verified && !is_superseded {
        candidate.reasons.push("not verified, and neither is a newer one".into());
    }
}

/// The newest verified one of each day, week, month and year, of as many as the policy says.
fn keep_for_periods(policy: &Policy, candidates: &mut [Candidate<'_>]) {
    type Name = fn(jiff::civil::Date) -> String;
    let periods: [(u32, Name); 4] = [
        (policy.daily, |day| format!("day {day}")),
        (policy.weekly, |day| {
            let week = day.iso_week_date();
            format!("ISO week {:04}-W{:02}", week.year(), week.week())
        }),
        (policy.monthly, |day| format!("month {}", day.strftime("%Y-%m"))),
        (policy.yearly, |day| format!("year {}", day.strftime("%Y"))),
    ];
    for (count, name) in periods {
        let mut seen = HashSet::new();
        for candidate in candidates.iter_mut().filter(|candidate| candidate.counts) {
            if seen.len() >= count as usize {
                break;
            }
            let period = name(policy.zone.to_datetime(candidate.facts.taken_at).date());
            if seen.insert(period.clone()) {
                candidate.reasons.push(format!("newest of {period}"));
            }
        }
    }
}

fn decide(policy: &Policy, candidate: Candidate<'_>, now: Timestamp) -> Decision {
    let Candidate { facts, reasons, .. } = candidate;
    let fate = if reasons.is_empty() {
        let why = if facts.verified {
            "the newest of no day, week, month or year that is kept"
        } else {
            "not verified, and a newer one is"
        };
        let removed_from = facts
            .condemned_at
            .unwrap_or(now)
            .saturating_add(signed(policy.grace))
            .unwrap_or(Timestamp::MAX);
        match facts.condemned_at {
            Some(_) if removed_from <= now => Fate::Remove { why: why.into() },
            _ => Fate::Condemn { why: why.into(), removed_from },
        }
    } else {
        Fate::Keep { reasons }
    };
    Decision { facts: facts.clone(), fate }
}

fn signed(duration: Duration) -> SignedDuration {
    SignedDuration::try_from(duration).unwrap_or(SignedDuration::MAX)
}

/// A time in the largest unit that needs no fraction; two days are 48 hours, as everybody calls them.
fn words(time: Duration) -> String {
    let seconds = time.as_secs();
    let in_units = |unit: u64| seconds.is_multiple_of(unit).then_some(seconds / unit);
    match (in_units(24 * 60 * 60), in_units(60 * 60), in_units(60)) {
        (Some(days @ 3..), _, _) => format!("{days} days"),
        (_, Some(hours @ 1..), _) => format!("{hours} hours"),
        (_, _, Some(minutes @ 1..)) => format!("{minutes} minutes"),
        _ => format!("{seconds} seconds"),
    }
}

#[cfg(test)]
mod tests;
