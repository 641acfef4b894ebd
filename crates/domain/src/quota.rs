//! How near a schema is to its quota, and what follows from it.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// How near a schema is to its quota.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum QuotaLevel {
    /// Below 80 %, or no quota, or not measured.
    Ok,
    /// 80 % or more.
    Warning,
    /// 100 % or more; nothing is refused yet.
    Soft,
    /// 110 % or more: inserts and updates are refused, until less than 95 % are used.
    Blocked,
}

/// From how many percent on a level is reached.
const WARNING: i128 = 80;
const SOFT: i128 = 100;
const BLOCKED: i128 = 110;

/// Whoever was at `Soft` or `Blocked` stays there until less than this is used, and whoever was
/// warned until this: a size that goes up and down by a little is not told again and again.
const CLEAR: i128 = 95;
const CLEAR_WARNING: i128 = 75;

impl QuotaLevel {
    /// Every level, the best first.
    pub const ALL: [Self; 4] = [Self::Ok, Self::Warning, Self::Soft, Self::Blocked];

    /// The level after `before`, with so many bytes used of so many. A schema that was never
    /// measured stays where it is; one without a quota is at `Ok`.
    #[must_use]
    pub fn next(before: Self, used: Option<i64>, quota: Option<i64>) -> Self {
        let Some(quota) = quota else {
            return Self::Ok;
        };
        let Some(used) = used else {
            return before;
        };
        // i128: 8 EiB times 100 does not fit into less
        let reaches = |percent: i128| i128::from(used) * 100 >= i128::from(quota) * percent;
        let now = if reaches(BLOCKED) {
            Self::Blocked
        } else if reaches(SOFT) {
            Self::Soft
        } else if reaches(WARNING) {
            Self::Warning
        } else {
            Self::Ok
        };
        let holds = match before {
            Self::Ok => false,
            Self::Warning => reaches(CLEAR_WARNING),
            Self::Soft | Self::Blocked => reaches(CLEAR),
        };
        if holds { now.max(before) } else { now }
    }

    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warning => "warning",
            Self::Soft => "soft",
            Self::Blocked => "blocked",
        }
    }
}

impl fmt::Display for QuotaLevel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for QuotaLevel {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL
            .into_iter()
            .find(|level| level.as_str() == text)
            .ok_or_else(|| format!("`{text}` is not a level of a quota"))
    }
}

/// Bytes as people write them: `5GB`, `1.5 TB`, `1024`. The units are PostgreSQL's, powers of 1024.
///
/// # Errors
/// What is wrong, as a sentence.
pub fn parse_bytes(text: &str) -> Result<i64, String> {
    let text = text.trim();
    let digits = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let power = match unit.trim().to_ascii_lowercase().as_str() {
        "" | "b" => 0,
        "kb" | "kib" => 1,
        "mb" | "mib" => 2,
        "gb" | "gib" => 3,
        "tb" | "tib" => 4,
        _ => return Err(format!("`{text}` is not a size: write 500MB, 5GB, or bytes.")),
    };
    // whole numbers exactly, whatever their size
    let exact = number.parse::<i64>().ok().map(|count| count.checked_mul(1 << (10 * power)));
    match exact {
        Some(Some(bytes)) => return Ok(bytes),
        Some(None) => return Err(format!("`{text}` is more than 8 EB.")),
        None => {}
    }
    let most = 2_f64.powi(63);
    match number.parse::<f64>().ok().map(|count| count * 1024_f64.powi(power)) {
        Some(bytes) if bytes < most && number.starts_with(|c: char| c.is_ascii_digit()) => {
            Ok(bytes.round() as i64)
        }
        Some(bytes) if bytes >= most => Err(format!("`{text}` is more than 8 EB.")),
        _ => Err(format!("`{text}` is not a size: write 500MB, 5GB, or bytes.")),
    }
}

#[cfg(test)]
mod tests {
    use super::QuotaLevel::{self, Blocked, Ok, Soft, Warning};

    fn walk(sizes: &[i64]) -> Vec<QuotaLevel> {
        let mut level = Ok;
        sizes
            .iter()
            .map(|used| {
                level = QuotaLevel::next(level, Some(*used), Some(1000));
                level
            })
            .collect()
    }

    #[test]
    fn levels_are_reached_on_the_way_up_and_held_on_the_way_down() {
        assert_eq!(
            walk(&[0, 799, 800, 999, 1000, 1099, 1100, 5000, 1099, 1000, 950, 949, 750, 749]),
            [
                Ok, Ok, Warning, Warning, Soft, Soft, Blocked, Blocked, Blocked, Blocked, Blocked,
                Warning, Warning, Ok
            ]
        );
        assert_eq!(walk(&[1000, 950, 949, 0]), [Soft, Soft, Warning, Ok]);
        assert_eq!(walk(&[5000, 10]), [Blocked, Ok], "all levels at once");
    }

    #[test]
    fn what_is_not_known_changes_nothing_and_no_quota_lifts_all() {
        for level in QuotaLevel::ALL {
            assert_eq!(QuotaLevel::next(level, None, Some(1)), level);
            assert_eq!(QuotaLevel::next(level, Some(i64::MAX), None), Ok);
            assert_eq!(level.as_str().parse(), Result::Ok(level));
        }
        assert_eq!(QuotaLevel::next(Ok, Some(i64::MAX), Some(i64::MAX)), Soft);
        assert_eq!(QuotaLevel::next(Ok, Some(0), Some(0)), Blocked, "a quota of nothing");
    }

    #[test]
    fn sizes_are_read_as_people_write_them() {
        for (text, bytes) in [
            ("0", 0),
            ("1024", 1024),
            ("5GB", 5 << 30),
            (" 1.5 kb ", 1536),
            ("2TiB", 2 << 40),
            ("9223372036854775807", i64::MAX),
        ] {
            assert_eq!(super::parse_bytes(text), Result::Ok(bytes), "{text}");
        }
        for text in
            ["", "GB", "5 XB", "-1", ".5GB", "1.2.3", "1e3", "8388608 TB", "99999999999999999999"]
        {
            assert!(super::parse_bytes(text).is_err(), "{text}");
        }
    }
}
