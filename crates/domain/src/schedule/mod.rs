//! When something is done again and again: an expression on the wall clock of a time zone, what becomes of
//! a slot that nobody was there for, and how the work of one slot is spread. Knows neither tables nor clocks:
//! the time is always told.
//!
//! A *slot* is an instant at which a schedule is due. The settings are [`ScheduleSettings`]; checked, they
//! are a [`Schedule`].

mod cron;
mod slots;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use jiff::Timestamp;
use jiff::civil::Time;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use crate::plan::is_plan_name;
use cron::Expression;

pub use slots::{ON_TIME, SlotState, Verdict};

/// What a schedule does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum ScheduleKind {
    /// Backs institutions up.
    Backup,
    /// Restores backups and compares them.
    Verify,
    /// Lets go of backups that retention does not want.
    Prune,
}

impl ScheduleKind {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Backup, Self::Verify, Self::Prune];

    /// The word that lists and databases use.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Backup => "backup",
            Self::Verify => "verify",
            Self::Prune => "prune",
        }
    }
}

impl fmt::Display for ScheduleKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for ScheduleKind {
    type Err = String;

    fn from_str(word: &str) -> Result<Self, String> {
        Self::ALL
            .into_iter()
            .find(|kind| kind.as_str() == word)
            .ok_or_else(|| format!("`{word}` is no kind of schedule: backup, verify or prune"))
    }
}

/// What becomes of a slot that nobody was there for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Missed {
    /// It is left out.
    Skip,
    /// The newest one is made up for, however late; older ones are left out.
    #[default]
    Once,
    /// The newest one is made up for if it is not later than this; older ones are left out.
    Within {
        /// How late, in seconds.
        seconds: u64,
    },
}

/// The settings of a schedule, as they are written and kept. Not checked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ScheduleSettings {
    /// Minute, hour, day of the month, month, day of the week.
    pub cron: String,
    /// The time zone on whose wall clock that is, by its IANA name.
    pub time_zone: String,
    /// What becomes of a slot that nobody was there for.
    #[serde(default)]
    pub missed: Missed,
    /// Over how many seconds the institutions' work of one slot is spread.
    #[serde(default)]
    pub jitter_seconds: u64,
    /// The local time after which nothing of a slot is begun any more.
    #[serde(default)]
    pub not_after: Option<Time>,
    /// How many institutions are worked on at a time; none for as many as there are places.
    #[serde(default)]
    pub at_once: Option<u32>,
    /// How many institutions are begun within a minute; none for as many as can be.
    #[serde(default)]
    pub per_minute: Option<u32>,
}

impl ScheduleSettings {
    /// A schedule of an expression in UTC, with the defaults for the rest.
    pub fn of(cron: &str) -> Self {
        Self {
            cron: cron.into(),
            time_zone: "UTC".into(),
            missed: Missed::default(),
            jitter_seconds: 0,
            not_after: None,
            at_once: None,
            per_minute: None,
        }
    }

    /// Whether both are due at the same instants.
    pub fn same_slots(&self, other: &Self) -> bool {
        self.cron == other.cron && self.time_zone == other.time_zone
    }

    /// Checks them.
    ///
    /// # Errors
    /// What cannot be meant, as a sentence that begins with the key.
    pub fn check(&self) -> Result<Schedule, String> {
        let schedule = self.read()?;
        if let Missed::Within { seconds } = self.missed {
            within(seconds, 60, MONTH, "missed: a time is one minute to 31 days")?;
        }
        within(self.jitter_seconds, 0, DAY, "jitter: 0 s to one day")?;
        let limits = [("at_once", self.at_once, 1_000), ("per_minute", self.per_minute, 100_000)];
        for (key, limit, most) in limits {
            if limit.is_some_and(|limit| !(1..=most).contains(&limit)) {
                return Err(format!("{key}: 1 to {most}; leave it out for no limit"));
            }
        }
        schedule.check_spacing(&self.cron)?;
        Ok(schedule)
    }

    /// Reads them, without asking whether they can be meant: for those that were checked before.
    ///
    /// # Errors
    /// An expression or a time zone that this binary does not know.
    pub fn read(&self) -> Result<Schedule, String> {
        let expression = Expression::read(&self.cron)?;
        let zone = TimeZone::get(&self.time_zone).map_err(|_| {
            format!(
                "time_zone: `{}` is not known; it is a name such as UTC, Europe/Berlin or \
                 America/New_York",
                self.time_zone
            )
        })?;
        Ok(Schedule {
            expression,
            zone,
            missed: self.missed,
            jitter: Duration::from_secs(self.jitter_seconds),
            not_after: self.not_after,
        })
    }
}

/// What is to be changed of a schedule's settings; what is none stays.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SettingsChange {
    /// The expression.
    pub cron: Option<String>,
    /// The time zone.
    pub time_zone: Option<String>,
    /// What becomes of a slot that nobody was there for.
    pub missed: Option<Missed>,
    /// Over how many seconds the work is spread.
    pub jitter_seconds: Option<u64>,
    /// The time after which nothing is begun, or that there is none.
    pub not_after: Option<Option<Time>>,
    /// How many at a time, or that there is no limit.
    pub at_once: Option<Option<u32>>,
    /// How many within a minute, or that there is no limit.
    pub per_minute: Option<Option<u32>>,
}

impl SettingsChange {
    /// The settings as they are to be.
    pub fn over(&self, before: &ScheduleSettings) -> ScheduleSettings {
        ScheduleSettings {
            cron: self.cron.clone().unwrap_or_else(|| before.cron.clone()),
            time_zone: self.time_zone.clone().unwrap_or_else(|| before.time_zone.clone()),
            missed: self.missed.unwrap_or(before.missed),
            jitter_seconds: self.jitter_seconds.unwrap_or(before.jitter_seconds),
            not_after: self.not_after.unwrap_or(before.not_after),
            at_once: self.at_once.unwrap_or(before.at_once),
            per_minute: self.per_minute.unwrap_or(before.per_minute),
        }
    }
}

const DAY: u64 = 24 * 60 * 60;
const MONTH: u64 = 31 * DAY;

fn within(seconds: u64, least: u64, most: u64, otherwise: &str) -> Result<(), String> {
    if (least..=most).contains(&seconds) { Ok(()) } else { Err(otherwise.into()) }
}

/// When something is due. Checked.
#[derive(Clone, Debug, PartialEq)]
pub struct Schedule {
    expression: Expression,
    zone: TimeZone,
    missed: Missed,
    jitter: Duration,
    not_after: Option<Time>,
}

/// From here on it is looked whether a schedule is ever due, and how near two of its slots come.
const PROBE_FROM: Timestamp = Timestamp::constant(1_767_225_600, 0); // 2026-01-01

/// So many slots are looked at; for a schedule by the hour these are ten days.
const PROBE: usize = 250;

impl Schedule {
    fn check_spacing(&self, text: &str) -> Result<(), String> {
        let mut slots = self.slots_after(PROBE_FROM);
        let Some(mut last) = slots.next() else {
            return Err(format!("cron: `{text}` never comes: there is no such day"));
        };
        for slot in slots.take(PROBE) {
            if slot.duration_since(last).unsigned_abs() <= self.jitter {
                return Err(format!(
                    "jitter: {} s is not shorter than the time between two slots of `{text}`",
                    self.jitter.as_secs()
                ));
            }
            last = slot;
        }
        Ok(())
    }
}

/// What the settings say of one schedule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Definition {
    /// What it does.
    pub kind: ScheduleKind,
    /// When.
    pub settings: ScheduleSettings,
    /// Whether it does so at present.
    pub enabled: bool,
}

/// The schedules of the settings, by name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Schedules(pub BTreeMap<String, Definition>);

/// So many schedules there may be: each has a series in the metrics.
pub const MOST_SCHEDULES: usize = 100;

impl Schedules {
    /// Checks them.
    ///
    /// # Errors
    /// What cannot be meant, as a sentence that names the schedule.
    pub fn check(self) -> Result<Self, String> {
        if self.0.len() > MOST_SCHEDULES {
            return Err(format!("there are at most {MOST_SCHEDULES} schedules"));
        }
        for (name, definition) in &self.0 {
            check_name(name)?;
            definition.settings.check().map_err(|reason| format!("schedule {name}: {reason}"))?;
        }
        Ok(self)
    }
}

/// Checks a schedule's name.
///
/// # Errors
/// What it has to be like, as a sentence.
pub fn check_name(name: &str) -> Result<(), String> {
    if is_plan_name(name) {
        return Ok(());
    }
    Err(format!(
        "`{name}` is no name for a schedule: it has 1 to 39 lower-case letters, digits, `_` and `-`, a \
         letter first"
    ))
}
