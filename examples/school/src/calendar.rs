//! The school's calendar: three school years, their terms and days, as seen on one fixed date, so
//! that what is seeded does not depend on when.

use jiff::civil::{Date, Weekday, date};

/// The day the records were last kept.
pub const TODAY: Date = date(2026, 7, 3);

/// A term.
#[derive(Debug, Clone, Copy)]
pub struct Term {
    /// Its id, counted over the years.
    pub id: usize,
    /// Its name.
    pub name: &'static str,
    /// Its first day.
    pub starts: Date,
    /// Its last day.
    pub ends: Date,
    /// The first and last day of its half-term break.
    pub half_term: (Date, Date),
}

/// A school year.
#[derive(Debug, Clone)]
pub struct SchoolYear {
    /// Its id.
    pub id: usize,
    /// The calendar year it starts in.
    pub start: i16,
    /// Its three terms.
    pub terms: [Term; 3],
}

/// Month and day of a term's start and end, and of its half-term break's.
type Bounds = [(i8, i8); 4];

/// Autumn, spring and summer of the years that start in 2023, 2024 and 2025.
const BOUNDS: [[Bounds; 3]; 3] = [
    [
        [(9, 4), (12, 20), (10, 23), (10, 27)],
        [(1, 8), (3, 28), (2, 12), (2, 16)],
        [(4, 15), (7, 19), (5, 27), (5, 31)],
    ],
    [
        [(9, 3), (12, 20), (10, 28), (11, 1)],
        [(1, 6), (4, 4), (2, 17), (2, 21)],
        [(4, 22), (7, 18), (5, 26), (5, 30)],
    ],
    [
        [(9, 2), (12, 19), (10, 27), (10, 31)],
        [(1, 5), (3, 27), (2, 16), (2, 20)],
        [(4, 13), (7, 17), (5, 25), (5, 29)],
    ],
];

const TERM_NAMES: [&str; 3] = ["Autumn", "Spring", "Summer"];

/// The last `count` school years, oldest first; at most three.
#[must_use]
pub fn years(count: usize) -> Vec<SchoolYear> {
    let skip = BOUNDS.len().saturating_sub(count);
    let kept = BOUNDS.iter().enumerate().skip(skip);
    kept.enumerate()
        .map(|(i, (offset, bounds))| {
            let start = 2023 + offset as i16;
            let term = |t: usize| {
                let year = if t == 0 { start } else { start + 1 };
                let day = |(month, day): (i8, i8)| date(year, month, day);
                let [starts, ends, from, to] = bounds[t].map(day);
                let id = i * 3 + t + 1;
                Term { id, name: TERM_NAMES[t], starts, ends, half_term: (from, to) }
            };
            SchoolYear { id: i + 1, start, terms: [term(0), term(1), term(2)] }
        })
        .collect()
}

impl SchoolYear {
    /// Its name, such as `2025/26`.
    #[must_use]
    pub fn name(&self) -> String {
        format!("{}/{}", self.start, (self.start + 1) % 100)
    }

    /// Its school days up to today, in order.
    #[must_use]
    pub fn days(&self) -> Vec<Date> {
        self.terms.iter().flat_map(Term::days).collect()
    }
}

impl Term {
    /// Its school days up to today, in order.
    pub fn days(&self) -> impl Iterator<Item = Date> + use<> {
        let (from, to) = self.half_term;
        let last = self.ends.min(TODAY);
        self.starts
            .series(jiff::Span::new().days(1))
            .take_while(move |&day| day <= last)
            .filter(move |&day| !(from..=to).contains(&day))
            .filter(|day| !matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday))
    }

    /// True once it has ended.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.ends < TODAY
    }
}

/// `day` moved by a number of days.
#[must_use]
pub fn shift(day: Date, days: i32) -> Date {
    day.saturating_add(jiff::Span::new().days(days))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_year_is_the_running_one() {
        let one = years(1);
        assert_eq!(one.len(), 1);
        assert_eq!(one[0].name(), "2025/26");
        assert_eq!(years(3)[0].name(), "2023/24");
        assert_eq!(years(9).len(), 3);
    }

    #[test]
    fn school_days_are_weekdays_of_term() {
        for year in years(3) {
            let days = year.days();
            assert!((175..=195).contains(&days.len()), "{} has {}", year.name(), days.len());
            assert!(days.windows(2).all(|w| w[0] < w[1]));
            assert!(days.iter().all(|&day| day <= TODAY));
        }
    }
}
