//! What a wall reports.

use std::fmt;

/// One breach: where it is, what is wrong and what would be right.
#[derive(Debug)]
pub(crate) struct Offence {
    place: String,
    line: Option<usize>,
    what: String,
}

impl Offence {
    /// A breach by a file or folder as a whole.
    pub(crate) fn of(place: &str, what: impl Into<String>) -> Self {
        Self { place: place.to_owned(), line: None, what: what.into() }
    }

    /// A breach in one line, counted from 1.
    pub(crate) fn at(place: &str, line: usize, what: impl Into<String>) -> Self {
        Self { place: place.to_owned(), line: Some(line), what: what.into() }
    }
}

impl fmt::Display for Offence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "{}:{line}: {}", self.place, self.what),
            None => write!(f, "{}: {}", self.place, self.what),
        }
    }
}
