//! What a rule says of a piece of SQL, before it is known which file that is in.

use super::super::refusal::RefusalCode;

/// A rule that was broken.
pub(super) struct Finding {
    pub(super) code: RefusalCode,
    pub(super) reason: String,
}

impl Finding {
    pub(super) fn new(code: RefusalCode, reason: impl Into<String>) -> Finding {
        Finding { code, reason: reason.into() }
    }

    /// The finding with its place.
    pub(super) fn on(self, line: u32) -> Found {
        Found { line, code: self.code, reason: self.reason }
    }
}

/// A rule that was broken on a line of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) line: u32,
    pub(super) code: RefusalCode,
    pub(super) reason: String,
}
