//! What can be done to many institutions at once, and how whoever asks confirms how many they mean.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::schema::{SchemaAction, SchemaState};

/// What can be done to many institutions at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum BulkAction {
    /// Shut the institutions out.
    Suspend,
    /// Let them in again.
    Resume,
    /// Archive them.
    Drop,
    /// Bring them back from the archive.
    Undrop,
    /// Back each one up.
    Backup,
}

impl BulkAction {
    /// The word for it, as in a request.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Suspend => "suspend",
            Self::Resume => "resume",
            Self::Drop => "drop",
            Self::Undrop => "undrop",
            Self::Backup => "backup",
        }
    }

    /// The action on one schema; none for a backup, which changes nothing in it.
    pub fn of_one(self) -> Option<SchemaAction> {
        match self {
            Self::Suspend => Some(SchemaAction::Suspend),
            Self::Resume => Some(SchemaAction::Resume),
            Self::Drop => Some(SchemaAction::Drop),
            Self::Undrop => Some(SchemaAction::Undrop),
            Self::Backup => None,
        }
    }

    /// Whether a schema in this state is meant; others of a selection are passed over.
    pub fn is_for(self, state: SchemaState) -> bool {
        match self.of_one() {
            Some(action) => state.allows(action),
            None => matches!(state, SchemaState::Active | SchemaState::Suspended),
        }
    }

    /// Whether nobody does it without having said how many there are.
    pub fn needs_confirmation(self) -> bool {
        self == Self::Drop
    }

    /// What confirms it for so many.
    pub fn phrase(self, count: usize) -> String {
        let noun = if count == 1 { "schema" } else { "schemas" };
        format!("{self} {count} {noun}")
    }

    /// How many a confirmation is about; none when it is none of this action.
    pub fn confirmed(self, phrase: &str) -> Option<usize> {
        let count = phrase.split(' ').nth(1)?.parse().ok()?;
        (self.phrase(count) == phrase).then_some(count)
    }
}

impl fmt::Display for BulkAction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_confirmation_says_what_and_how_many() {
        let drop = BulkAction::Drop;
        assert_eq!(drop.phrase(37), "drop 37 schemas");
        assert_eq!(drop.phrase(1), "drop 1 schema");
        for count in [0, 1, 2, 37, 100_000] {
            assert_eq!(drop.confirmed(&drop.phrase(count)), Some(count));
        }
        for other in [
            "",
            "drop",
            "drop 37",
            "37",
            "Drop 37 schemas",
            "drop 1 schemas",
            "drop 37 schemas ",
            "drop 037 schemas",
            "drop -1 schemas",
            "suspend 37 schemas",
            "drop  37 schemas",
        ] {
            assert_eq!(drop.confirmed(other), None, "{other:?}");
        }
    }

    #[test]
    fn a_selection_has_states_that_are_passed_over() {
        assert!(BulkAction::Backup.is_for(SchemaState::Suspended));
        assert!(!BulkAction::Backup.is_for(SchemaState::Archived));
        assert!(BulkAction::Undrop.is_for(SchemaState::Archived));
        assert!(!BulkAction::Drop.is_for(SchemaState::Archived));
    }
}
