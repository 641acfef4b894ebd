//! The query of a history: from when to when, and by what.

use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use tenantry_domain::clock;
use tenantry_domain::problem::Code;
use tenantry_domain::usage::Grain;
use utoipa::IntoParams;

use crate::problem::Problem;

/// Which points.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct HistoryQuery {
    /// The first time; 48 hours or 90 days before `to` when it is left out.
    #[param(example = "2026-11-01T00:00:00Z", format = "date-time")]
    from: Option<String>,
    /// The time after the last one; now when it is left out.
    #[param(example = "2026-11-02T00:00:00Z", format = "date-time")]
    to: Option<String>,
    /// `hour` or `day`; `hour` when it is left out.
    #[param(pattern = "^(hour|day)$")]
    by: Option<String>,
}

/// A part of a history.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Span {
    pub(crate) by: Grain,
    pub(crate) from: Timestamp,
    pub(crate) to: Timestamp,
}

/// No answer has more points.
const MOST_POINTS: i64 = 10_000;

impl HistoryQuery {
    /// Which part of a history is asked for.
    pub(crate) fn read(&self) -> Result<Span, Problem> {
        let by: Grain = match self.by.as_deref() {
            None => Grain::Hour,
            Some(word) => word.parse().map_err(|error| invalid(format!("`by`: {error}.")))?,
        };
        let to = time("to", self.to.as_deref())?.unwrap_or_else(clock::now);
        let (length, usual) = match by {
            Grain::Hour => (SignedDuration::from_hours(1), 48),
            Grain::Day => (SignedDuration::from_hours(24), 90),
        };
        let from = match time("from", self.from.as_deref())? {
            Some(from) => from,
            None => to.checked_sub(length * usual).unwrap_or(Timestamp::MIN),
        };
        if from >= to {
            return Err(invalid("`from` is before `to`."));
        }
        if to.duration_since(from).as_secs() / length.as_secs() > MOST_POINTS {
            return Err(invalid(format!("No more than {MOST_POINTS} points at a time.")));
        }
        Ok(Span { by, from, to })
    }
}

/// A time that the database can compare with, too: it knows none before 4713 BC.
fn time(name: &str, text: Option<&str>) -> Result<Option<Timestamp>, Problem> {
    let Some(text) = text else {
        return Ok(None);
    };
    match text.parse::<Timestamp>() {
        Ok(time) if time.as_second() >= 0 => Ok(Some(time)),
        _ => Err(invalid(format!("`{name}` is a time as 2026-11-01T00:00:00Z, from 1970 on."))),
    }
}

fn invalid(detail: impl Into<String>) -> Problem {
    Problem::new(Code::InvalidRequest, detail)
}
