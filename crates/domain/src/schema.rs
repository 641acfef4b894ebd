//! The life of an institution's schema, as a state machine.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Where a schema is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum SchemaState {
    /// Asked for and being made.
    Provisioning,
    /// In use.
    Active,
    /// The institution is shut out; its data is untouched.
    Suspended,
    /// Dropped: renamed out of the way and sealed, recoverable until a date.
    Archived,
    /// Being removed for good.
    Purging,
    /// Gone; a tombstone stays in the lists.
    Purged,
    /// Being brought back from a backup.
    Restoring,
    /// It could not be made, and nothing of it exists; retry the operation or drop it.
    Failed,
}

/// What can be done to a schema that exists.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum SchemaAction {
    /// Shut the institution out.
    Suspend,
    /// Let it in again.
    Resume,
    /// Archive it.
    Drop,
    /// Bring it back from the archive.
    Undrop,
    /// Remove it for good.
    Purge,
    /// Let Tenantry change an adopted one.
    Manage,
    /// Forget an adopted one, and leave it as it is.
    Release,
}

impl SchemaState {
    /// Every state, in the order of a life.
    pub const ALL: [Self; 8] = [
        Self::Provisioning,
        Self::Active,
        Self::Suspended,
        Self::Archived,
        Self::Purging,
        Self::Purged,
        Self::Restoring,
        Self::Failed,
    ];

    /// The word for it, as stored and served.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Provisioning => "provisioning",
            Self::Active => "active",
            Self::Suspended => "suspended",
            Self::Archived => "archived",
            Self::Purging => "purging",
            Self::Purged => "purged",
            Self::Restoring => "restoring",
            Self::Failed => "failed",
        }
    }

    /// Whether an action makes sense in this state.
    pub fn allows(self, action: SchemaAction) -> bool {
        match action {
            SchemaAction::Suspend => self == Self::Active,
            SchemaAction::Resume => self == Self::Suspended,
            SchemaAction::Drop => matches!(self, Self::Active | Self::Suspended | Self::Failed),
            SchemaAction::Undrop => self == Self::Archived,
            // a purge that was cancelled or failed half way can be asked for again
            SchemaAction::Purge => matches!(self, Self::Archived | Self::Purging),
            SchemaAction::Manage | SchemaAction::Release => self == Self::Active,
        }
    }

    /// Whether the institution's name is taken while a schema is in this state.
    pub fn holds_name(self) -> bool {
        !matches!(self, Self::Archived | Self::Purging | Self::Purged)
    }
}

impl SchemaAction {
    /// The word for it, as in a request.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Suspend => "suspend",
            Self::Resume => "resume",
            Self::Drop => "drop",
            Self::Undrop => "undrop",
            Self::Purge => "purge",
            Self::Manage => "manage",
            Self::Release => "release",
        }
    }
}

impl fmt::Display for SchemaState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for SchemaState {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL
            .into_iter()
            .find(|state| state.as_str() == text)
            .ok_or_else(|| format!("`{text}` is not a state of a schema"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_purged_schema_allows_nothing_and_frees_its_name() {
        for action in [
            SchemaAction::Suspend,
            SchemaAction::Resume,
            SchemaAction::Drop,
            SchemaAction::Undrop,
            SchemaAction::Purge,
            SchemaAction::Manage,
            SchemaAction::Release,
        ] {
            assert!(!SchemaState::Purged.allows(action));
            assert_eq!(SchemaState::Purging.allows(action), action == SchemaAction::Purge);
        }
        assert!(!SchemaState::Archived.holds_name());
        assert!(SchemaState::Failed.holds_name());
    }

    #[test]
    fn words_read_back() {
        for state in SchemaState::ALL {
            assert_eq!(state.as_str().parse(), Ok(state));
        }
        assert!("living".parse::<SchemaState>().is_err());
    }
}
