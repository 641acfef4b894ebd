//! How much a finding matters.

use std::fmt;
use std::str::FromStr;

/// How much a finding matters, the least first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Worth knowing.
    Info,
    /// Weaker than it could be, or trouble to come.
    Warning,
    /// A wall between institutions is open, or data is not what it should be.
    Critical,
}

impl Severity {
    /// The word that lists and databases use.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Critical => "critical",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// A word that is no severity.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("`{0}` is not a severity: info, warning or critical")]
pub struct UnknownSeverity(String);

impl FromStr for Severity {
    type Err = UnknownSeverity;

    fn from_str(word: &str) -> Result<Self, UnknownSeverity> {
        [Self::Info, Self::Warning, Self::Critical]
            .into_iter()
            .find(|severity| severity.as_str() == word)
            .ok_or_else(|| UnknownSeverity(word.to_owned()))
    }
}
