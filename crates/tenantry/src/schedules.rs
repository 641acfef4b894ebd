//! The tables `[schedules.NAME]` and `[retention]` of the settings file, as they are written. What can be
//! meant by them is the domain's business.

use std::collections::BTreeMap;

use jiff::civil::Time;
use jiff::tz::TimeZone;
use serde::Deserialize;
use tenantry_domain::plan::parse_duration;
use tenantry_domain::retention::Policy;
use tenantry_domain::schedule::{self, Definition, Missed, Schedules};

/// What the settings file says of a schedule.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ScheduleSettings {
    kind: String,
    cron: String,
    time_zone: Option<String>,
    missed: Option<String>,
    jitter: Option<String>,
    not_after: Option<String>,
    at_once: Option<u32>,
    per_minute: Option<u32>,
    enabled: Option<bool>,
}

/// What the settings file says of retention; what it does not say is the default.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RetentionSettings {
    daily: Option<u32>,
    weekly: Option<u32>,
    monthly: Option<u32>,
    yearly: Option<u32>,
    keep_within: Option<String>,
    grace: Option<String>,
    time_zone: Option<String>,
}

/// The schedules, checked; what is wrong names the schedule and the key.
pub(crate) fn read_schedules(
    written: &BTreeMap<String, ScheduleSettings>,
) -> Result<Schedules, String> {
    let mut named = BTreeMap::new();
    for (name, settings) in written {
        let definition = settings.read().map_err(|reason| format!("schedule {name}: {reason}"))?;
        named.insert(name.clone(), definition);
    }
    Schedules(named).check()
}

impl ScheduleSettings {
    fn read(&self) -> Result<Definition, String> {
        let settings = schedule::ScheduleSettings {
            cron: self.cron.clone(),
            time_zone: self.time_zone.clone().unwrap_or_else(|| "UTC".into()),
            missed: self.missed.as_deref().map_or(Ok(Missed::default()), read_missed)?,
            jitter_seconds: match self.jitter.as_deref() {
                None => 0,
                Some(text) => whole_seconds("jitter", text)?,
            },
            not_after: self.not_after.as_deref().map(read_time_of_day).transpose()?,
            at_once: self.at_once,
            per_minute: self.per_minute,
        };
        Ok(Definition {
            kind: self.kind.parse().map_err(|reason| format!("kind: {reason}"))?,
            settings,
            enabled: self.enabled.unwrap_or(true),
        })
    }
}

fn read_missed(text: &str) -> Result<Missed, String> {
    match text {
        "skip" => Ok(Missed::Skip),
        "once" => Ok(Missed::Once),
        time => whole_seconds("missed", time)
            .map(|seconds| Missed::Within { seconds })
            .map_err(|reason| format!("{reason}, or skip, or once")),
    }
}

fn whole_seconds(key: &str, text: &str) -> Result<u64, String> {
    Ok(parse_duration(text).map_err(|reason| format!("{key}: {reason}"))?.as_secs())
}

fn read_time_of_day(text: &str) -> Result<Time, String> {
    Time::strptime("%H:%M", text)
        .map_err(|_| format!("not_after: `{text}` is not a time of day such as 06:00"))
}

impl RetentionSettings {
    /// The policy, checked; what is wrong begins with the key.
    pub(crate) fn read(&self) -> Result<Policy, String> {
        let default = Policy::default();
        let time = |key: &str, text: &Option<String>, default| match text {
            None => Ok(default),
            Some(text) => parse_duration(text).map_err(|reason| format!("{key}: {reason}")),
        };
        let zone = match &self.time_zone {
            None => default.zone,
            Some(name) => TimeZone::get(name).map_err(|_| {
                format!(
                    "time_zone: `{name}` is not known; it is a name such as UTC or Europe/Berlin"
                )
            })?,
        };
        Policy {
            keep_within: time("keep_within", &self.keep_within, default.keep_within)?,
            daily: self.daily.unwrap_or(default.daily),
            weekly: self.weekly.unwrap_or(default.weekly),
            monthly: self.monthly.unwrap_or(default.monthly),
            yearly: self.yearly.unwrap_or(default.yearly),
            zone,
            grace: time("grace", &self.grace, default.grace)?,
        }
        .check()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::config::Settings;

    fn schedules(text: &str) -> Result<Schedules, String> {
        read_schedules(&toml::from_str::<Settings>(text).unwrap().schedules)
    }

    #[test]
    fn schedules_are_read_and_what_cannot_be_meant_is_named() {
        let read = schedules(
            "[schedules.nightly]\nkind = \"backup\"\ncron = \"0 2 * * *\"\n\
             time_zone = \"Europe/Berlin\"\nmissed = \"6h\"\njitter = \"30min\"\nnot_after = \"06:00\"\n\
             at_once = 4\nper_minute = 60\n\
             [schedules.check]\nkind = \"verify\"\ncron = \"20 * * * *\"\nenabled = false\n",
        )
        .unwrap();
        let nightly = &read.0["nightly"];
        assert_eq!(nightly.settings.missed, Missed::Within { seconds: 6 * 3600 });
        assert_eq!(nightly.settings.jitter_seconds, 1800);
        assert_eq!(nightly.settings.not_after, Some(jiff::civil::time(6, 0, 0, 0)));
        assert!(nightly.enabled && !read.0["check"].enabled);
        assert_eq!(read.0["check"].settings, schedule::ScheduleSettings::of("20 * * * *"));
        for (line, named) in [
            ("cron = \"0 2 * *\"\nkind = \"backup\"", "schedule x: cron: `0 2 * *` has 4 fields"),
            ("cron = \"0 2 * * *\"\nkind = \"copy\"", "schedule x: kind: `copy`"),
            (
                "cron = \"0 2 * * *\"\nkind = \"prune\"\nmissed = \"later\"",
                "schedule x: missed: `later`",
            ),
            ("cron = \"0 2 * * *\"\nkind = \"prune\"\njitter = \"5\"", "schedule x: jitter: `5`"),
            (
                "cron = \"0 2 * * *\"\nkind = \"prune\"\nnot_after = \"6 am\"",
                "schedule x: not_after: `6 am`",
            ),
            (
                "cron = \"0 2 * * *\"\nkind = \"prune\"\nnot_after = \"25:00\"",
                "schedule x: not_after: `25:00`",
            ),
            (
                "cron = \"0 2 * * *\"\nkind = \"prune\"\ntime_zone = \"Bern\"",
                "schedule x: time_zone: `Bern`",
            ),
        ] {
            let reason = schedules(&format!("[schedules.x]\n{line}")).unwrap_err();
            assert!(reason.starts_with(named), "{line}: {reason}");
        }
        for text in ["[schedules.x]\ncorn = \"\"", "[schedules.x]\nkind = \"backup\""] {
            assert!(toml::from_str::<Settings>(text).is_err(), "{text}");
        }
    }

    #[test]
    fn retention_is_read_and_what_cannot_be_meant_is_named() {
        let read = |text: &str| toml::from_str::<Settings>(text).unwrap().retention.read();
        assert_eq!(read(""), Ok(Policy::default()));
        let policy = read(
            "[retention]\ndaily = 14\nyearly = 0\nkeep_within = \"100d\"\ngrace = \"7d\"\n\
             time_zone = \"Europe/Berlin\"",
        )
        .unwrap();
        assert_eq!((policy.daily, policy.weekly, policy.yearly), (14, 4, 0));
        assert_eq!(policy.keep_within, Duration::from_secs(100 * 86_400));
        for (line, named) in [
            ("daily = 20000", "daily: 0 to 10000"),
            ("grace = \"1h\"", "grace: one day"),
            ("keep_within = \"long\"", "keep_within: `long`"),
            ("time_zone = \"Bern\"", "time_zone: `Bern`"),
        ] {
            assert!(
                read(&format!("[retention]\n{line}")).unwrap_err().starts_with(named),
                "{line}"
            );
        }
        assert!(toml::from_str::<Settings>("[retention]\nhourly = 3").is_err());
    }
}
