//! How big the school should become: reads sizes such as `100MB` and turns one into a plan of
//! pupils, school years and days of attendance.
//!
//! The costs are measured on PostgreSQL 15: what a table and its indexes grow by per row.

use std::str::FromStr;

/// One kilobyte, counted as PostgreSQL counts.
const KB: u64 = 1024;
/// The smallest size: with a page for every table and index in use, less is not to be had.
const LEAST: u64 = KB * KB;
/// The smallest size of a school with buses, a library, a change log and marks in every subject.
const FULL: u64 = 2 * KB * KB;
/// The largest size that still is one school.
const MOST: u64 = 2 * KB * KB * KB;

/// A size asked for, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size(u64);

impl Size {
    /// The bytes.
    #[must_use]
    pub fn bytes(self) -> u64 {
        self.0
    }
}

/// Why a size was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadSize {
    /// Not a number and a unit.
    #[error("\"{0}\" is not a size: write a whole number and kB, MB or GB, such as 100MB")]
    Unreadable(String),
    /// Outside what one school can be.
    #[error("{0} is outside 1MB to 2GB, the sizes one school can have")]
    OutOfRange(String),
}

impl FromStr for Size {
    type Err = BadSize;

    fn from_str(text: &str) -> Result<Self, BadSize> {
        let unreadable = || BadSize::Unreadable(text.to_owned());
        let trimmed = text.trim();
        let split = trimmed.find(|c: char| !c.is_ascii_digit()).ok_or_else(unreadable)?;
        let (number, unit) = trimmed.split_at(split);
        let unit = match unit.trim().to_ascii_lowercase().as_str() {
            "kb" => KB,
            "mb" => KB * KB,
            "gb" => KB * KB * KB,
            _ => return Err(unreadable()),
        };
        let number: u64 = number.parse().map_err(|_| unreadable())?;
        match number.checked_mul(unit) {
            Some(bytes) if (LEAST..=MOST).contains(&bytes) => Ok(Self(bytes)),
            _ => Err(BadSize::OutOfRange(trimmed.to_owned())),
        }
    }
}

/// Year groups in the school.
pub const YEAR_GROUPS: usize = 5;
/// Lessons in a school day.
pub const LESSONS: usize = 6;
/// The most pupils in one form.
const FORM: usize = 27;
/// School days in one year, about.
const DAYS_PER_YEAR: u64 = 187;

/// What one attendance record costs, indexes included.
const BYTES_PER_MARK: u64 = 137;
/// What a pupil costs per school year, attendance aside.
const BYTES_PER_PUPIL_YEAR: u64 = 19_500;
/// What the first page of each table and index costs, and the rows no pupil count changes.
const BYTES_FIXED: u64 = 1_100_000;
/// What each school year costs whatever its pupils: sections, timetable, papers, assignments.
const BYTES_PER_YEAR: u64 = 150_000;

/// The dimensions of the school that has the size asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Plan {
    /// The seed of every choice.
    pub seed: u64,
    /// School years with records, the running one included: 1 to 3.
    pub years: usize,
    /// Pupils per year group.
    pub cohort: usize,
    /// Forms per year group.
    pub forms: usize,
    /// School days with attendance records, counted back from the last.
    pub days: usize,
    /// True for a school without buses, library or change log that only marks its core subjects.
    pub lean: bool,
}

impl Plan {
    /// The plan for a size.
    #[must_use]
    pub fn new(size: Size, seed: u64) -> Self {
        let bytes = size.bytes();
        let years: u64 = match bytes / (KB * KB) {
            0..4 => 1,
            4..30 => 2,
            _ => 3,
        };
        let fixed = BYTES_FIXED + BYTES_PER_YEAR * years;
        let free = bytes.saturating_sub(fixed);
        // Four days in five are on record: the rest is left for the last step to even out.
        let marks = DAYS_PER_YEAR * 4 / 5 * LESSONS as u64;
        let pupil_years = free / (BYTES_PER_PUPIL_YEAR + marks * BYTES_PER_MARK);
        let cohort = (pupil_years / (years * YEAR_GROUPS as u64)).max(2);
        let pupils = cohort * YEAR_GROUPS as u64;
        let left = free.saturating_sub(pupils * years * BYTES_PER_PUPIL_YEAR);
        let days = left / (pupils * LESSONS as u64 * BYTES_PER_MARK);
        let cohort = cohort as usize;
        Self {
            seed,
            years: years as usize,
            cohort,
            forms: cohort.div_ceil(FORM),
            days: days.clamp(2, DAYS_PER_YEAR * years) as usize,
            lean: bytes < FULL,
        }
    }

    /// Pupils on roll in any one year.
    #[must_use]
    pub fn pupils(&self) -> usize {
        self.cohort * YEAR_GROUPS
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(text: &str) -> Plan {
        Plan::new(text.parse().unwrap(), 42)
    }

    #[test]
    fn sizes_are_read_with_any_case_and_a_space() {
        assert_eq!("1MB".parse::<Size>().unwrap().bytes(), 1_048_576);
        assert_eq!(" 100 mb ".parse::<Size>().unwrap().bytes(), 104_857_600);
        assert_eq!("2048kB".parse::<Size>().unwrap().bytes(), 2_097_152);
    }

    #[test]
    fn bad_sizes_say_what_is_wrong() {
        for text in ["", "100", "MB", "1.5GB", "-1MB", "10TB", "99999999999999999999MB"] {
            assert!(matches!(text.parse::<Size>(), Err(BadSize::Unreadable(_))), "{text}");
        }
        for text in ["0MB", "1kB", "3GB", "99999999999999GB"] {
            assert!(matches!(text.parse::<Size>(), Err(BadSize::OutOfRange(_))), "{text}");
        }
    }

    #[test]
    fn plans_grow_with_the_size() {
        let sizes = ["1MB", "2MB", "10MB", "50MB", "100MB", "500MB", "1GB", "2GB"];
        let marks: Vec<usize> =
            sizes.iter().map(|s| plan(s)).map(|p| p.pupils() * p.days * LESSONS).collect();
        assert!(marks.windows(2).all(|w| w[0] <= w[1]), "{marks:?}");
    }

    #[test]
    fn plans_are_of_believable_schools() {
        let small = plan("1MB");
        assert_eq!((small.years, small.pupils(), small.forms, small.lean), (1, 10, 1, true));
        let large = plan("1GB");
        assert_eq!(large.years, 3);
        assert!((1500..4000).contains(&large.pupils()), "{large:?}");
        assert!(large.cohort.div_ceil(large.forms) <= 27);
    }
}
