//! What an institution's plan allows, and how the settings write sizes and times.

use std::collections::BTreeMap;
use std::time::Duration;

/// What the institutions of a plan may use. What is none is not the plan's business: the server's
/// defaults hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// Bytes that a schema may use.
    pub quota_bytes: Option<i64>,
    /// Sessions that each role of an institution may have at a time.
    pub connection_limit: Option<i32>,
    /// How long a statement may run.
    pub statement_timeout: Option<Duration>,
    /// How long a transaction may be open with nothing going on in it.
    pub idle_in_transaction_timeout: Option<Duration>,
}

/// The plans that there are, by name, and the one that new institutions get.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plans {
    /// By name.
    pub named: BTreeMap<String, Plan>,
    /// The plan of an institution that is made without one being named.
    pub default: Option<String>,
}

impl Plans {
    /// Says what is wrong with them, as a sentence that names the plan.
    ///
    /// # Errors
    /// A name, a limit or a default that cannot be used.
    pub fn check(self) -> Result<Self, String> {
        for (name, plan) in &self.named {
            if !is_plan_name(name) {
                return Err(format!(
                    "`{name}` is no name for a plan: it has 1 to 39 lower-case letters, digits, `_` and \
                     `-`, a letter first"
                ));
            }
            plan.check().map_err(|reason| format!("plan {name}: {reason}"))?;
        }
        match &self.default {
            Some(default) if !self.named.contains_key(default) => Err(format!(
                "default_plan is `{default}`, and the plans are {}",
                names(self.named.keys().map(String::as_str))
            )),
            _ => Ok(self),
        }
    }
}

impl Plan {
    fn check(&self) -> Result<(), String> {
        if self.connection_limit.is_some_and(|limit| !(1..=10_000).contains(&limit)) {
            return Err("connection_limit is 1 to 10000".into());
        }
        let times = [
            ("statement_timeout", self.statement_timeout),
            ("idle_in_transaction_timeout", self.idle_in_transaction_timeout),
        ];
        for (key, time) in times {
            time.map_or(Ok(()), |time| check_time(time).map_err(|why| format!("{key} {why}")))?;
        }
        Ok(())
    }
}

/// Names as a sentence lists them.
pub fn names<'a>(names: impl Iterator<Item = &'a str>) -> String {
    let all: Vec<&str> = names.collect();
    if all.is_empty() { "none".into() } else { all.join(", ") }
}

/// Whether a plan may bear the name.
pub fn is_plan_name(name: &str) -> bool {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_' || c == '-';
    (1..=39).contains(&name.len())
        && name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.chars().all(plain)
}

/// PostgreSQL keeps these times in milliseconds, as an `int`.
const LONGEST: Duration = Duration::from_millis(i32::MAX as u64);

fn check_time(time: Duration) -> Result<(), String> {
    if (Duration::from_secs(1)..=LONGEST).contains(&time) {
        return Ok(());
    }
    Err("is 1 s to 24 d; leave it out for none".into())
}

/// Reads a size as PostgreSQL's settings write it: `50 GB`, `500MB`, or a number of bytes. The units
/// are powers of 1024.
///
/// # Errors
/// When it is not a size, or more than 8 EiB.
pub fn parse_size(text: &str) -> Result<i64, String> {
    let units = [("", 0), ("B", 0), ("kB", 10), ("MB", 20), ("GB", 30), ("TB", 40)];
    let wrong =
        || format!("`{text}` is not a size such as 500 MB or 50 GB (units: B, kB, MB, GB, TB)");
    let (number, unit) = number_and_unit(text).ok_or_else(wrong)?;
    let (_, shift) =
        units.into_iter().find(|(name, _)| name.eq_ignore_ascii_case(unit)).ok_or_else(wrong)?;
    number.checked_mul(1 << shift).ok_or_else(|| format!("`{text}` is more than 8 EiB"))
}

/// Reads a time as PostgreSQL's settings write it: `30s`, `5 min`, `1h`.
///
/// # Errors
/// When it is not a time, shorter than a second or longer than 24 days.
pub fn parse_time(text: &str) -> Result<Duration, String> {
    let time = parse_duration(text)?;
    check_time(time).map_err(|why| format!("`{text}`: a time {why}"))?;
    Ok(time)
}

/// Reads a time written likewise, however short or long.
///
/// # Errors
/// When it is not a time.
pub fn parse_duration(text: &str) -> Result<Duration, String> {
    let units = [("ms", 1), ("s", 1_000), ("min", 60_000), ("h", 3_600_000), ("d", 86_400_000)];
    let wrong = || format!("`{text}` is not a time such as 30s or 5min (units: ms, s, min, h, d)");
    let (number, unit) = number_and_unit(text).ok_or_else(wrong)?;
    let (_, factor) = units.into_iter().find(|(name, _)| *name == unit).ok_or_else(wrong)?;
    let millis =
        u64::try_from(number).ok().and_then(|n| n.checked_mul(factor)).ok_or_else(wrong)?;
    Ok(Duration::from_millis(millis))
}

fn number_and_unit(text: &str) -> Option<(i64, &str)> {
    let text = text.trim();
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    Some((text[..end].parse().ok()?, text[end..].trim_start()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_and_times_are_read_as_postgresql_writes_them() {
        assert_eq!(parse_size("50 GB"), Ok(50 << 30));
        assert_eq!(parse_size("500mb"), Ok(500 << 20));
        assert_eq!(parse_size("0"), Ok(0));
        assert_eq!(parse_time("5min"), Ok(Duration::from_secs(300)));
        assert_eq!(parse_time(" 1 h "), Ok(Duration::from_secs(3600)));
        for text in
            ["", "GB", "-1 GB", "1.5 GB", "5 apples", "9999999999 GB", "99999999999999999999"]
        {
            assert!(parse_size(text).is_err(), "{text}");
        }
        for text in ["", "5", "0s", "10ms", "25d", "-1s", "1 year", "5 MIN"] {
            assert!(parse_time(text).is_err(), "{text}");
        }
    }

    #[test]
    fn plans_that_cannot_be_meant_are_refused_by_name() {
        let with = |name: &str, plan: Plan, default: Option<&str>| Plans {
            named: [(name.to_owned(), plan)].into(),
            default: default.map(str::to_owned),
        };
        assert!(with("basic", Plan::default(), Some("basic")).check().is_ok());
        let refused = |plans: Plans| plans.check().unwrap_err();
        assert!(refused(with("Basic", Plan::default(), None)).contains("`Basic`"));
        assert!(
            refused(with("basic", Plan::default(), Some("pro"))).contains("the plans are basic")
        );
        let none = Plan { connection_limit: Some(0), ..Plan::default() };
        assert!(refused(with("basic", none, None)).contains("plan basic: connection_limit"));
    }
}
