//! When an expression of five fields is due, on the wall clock of a time zone. Knows nothing of what is
//! then done.
//!
//! croner says at which wall-clock times an expression matches. What a wall-clock time is worth on the
//! two days of a year on which clocks are changed is decided here.

use croner::Cron;
use croner::parser::{CronParser, Seconds, Year};
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::{AmbiguousOffset, TimeZone};

/// The fields, with what may stand in each.
const FIELDS: [(&str, &str); 5] = [
    ("minute", "0 to 59"),
    ("hour", "0 to 23"),
    ("day of the month", "1 to 31, L, 15W"),
    ("month", "1 to 12 or JAN to DEC"),
    ("day of the week", "0 to 7 or SUN to SAT, FRI#2, 5#L"),
];

/// An expression that was read.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Expression {
    cron: Cron,
    /// Whether it names hours. One that does is due once at each wall-clock time that it names; any
    /// other is due as time passes, whatever clocks show.
    names_hours: bool,
}

impl Expression {
    /// Reads one; what is wrong with it names the field.
    pub(super) fn read(text: &str) -> Result<Self, String> {
        let fields: Vec<&str> = text.split_whitespace().collect();
        match fields.len() {
            5 => {}
            6 | 7 => {
                return Err(format!(
                    "cron: `{text}` has {} fields, and five are meant: minute, hour, day of the month, \
                     month, day of the week. Nothing is done more often than once a minute",
                    fields.len()
                ));
            }
            count => {
                return Err(format!(
                    "cron: `{text}` has {count} {}, and five are meant: minute, hour, day of the month, \
                     month, day of the week, as in `0 2 * * *`",
                    if count == 1 { "field" } else { "fields" }
                ));
            }
        }
        for (index, (name, allowed)) in FIELDS.iter().enumerate() {
            // alone among stars, so that what is wrong is this one
            let mut alone = ["*"; 5];
            alone[index] = fields[index];
            if parse(&alone.join(" ")).is_none() {
                let field = fields[index];
                return Err(format!("cron: `{field}` cannot be the {name} ({allowed})"));
            }
        }
        let cron = parse(text).ok_or_else(|| format!("cron: `{text}` cannot be read"))?;
        Ok(Self { cron, names_hours: !fields[1].starts_with('*') })
    }

    /// The first instant after this one at which it is due; none when there is none.
    pub(super) fn next(&self, zone: &TimeZone, after: Timestamp) -> Option<Timestamp> {
        if self.names_hours { self.next_named(zone, after) } else { self.next_elapsed(zone, after) }
    }

    /// Each wall-clock time once: one that is skipped is due when the clock has been put forward, and
    /// one that comes twice is due the first time.
    fn next_named(&self, zone: &TimeZone, after: Timestamp) -> Option<Timestamp> {
        let mut wall = zone.to_datetime(after);
        loop {
            wall = self.cron.find_next_occurrence(&wall, false).ok()?;
            let instant = instant_of(zone, wall)?;
            // in the second pass of an hour that comes twice, the first one is over
            if instant > after {
                return Some(instant);
            }
        }
    }

    /// By elapsed time: wall-clock times that are skipped are never due, and those that come twice are due twice.
    fn next_elapsed(&self, zone: &TimeZone, after: Timestamp) -> Option<Timestamp> {
        let mut from = after.to_zoned(zone.clone());
        loop {
            from = self.cron.find_next_occurrence(&from, false).ok()?;
            if from.timestamp() > after {
                return Some(from.timestamp());
            }
        }
    }
}

fn parse(text: &str) -> Option<Cron> {
    let parser = CronParser::builder().seconds(Seconds::Disallowed).year(Year::Disallowed).build();
    // names such as `@daily` are one field, and were refused as that
    parser.parse(text).ok()
}

/// The instant at which a wall-clock time is there: the earlier one where it comes twice, and the end of
/// the gap where it is skipped.
pub(super) fn instant_of(zone: &TimeZone, wall: DateTime) -> Option<Timestamp> {
    let ambiguous = zone.to_ambiguous_timestamp(wall);
    match ambiguous.offset() {
        AmbiguousOffset::Unambiguous { .. } | AmbiguousOffset::Fold { .. } => {
            ambiguous.earlier().ok()
        }
        AmbiguousOffset::Gap { after, .. } => {
            // read with the offset that holds after the gap, it lies before the change
            let before = after.to_timestamp(wall).ok()?;
            zone.following(before).next().map(|change| change.timestamp())
        }
    }
}
