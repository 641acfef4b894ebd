//! Institutions as a sheet of CSV: what an export writes an import takes back. Knows columns, cells and
//! the rules for each value; must not know which institutions there are.

mod cell;
mod column;
mod read;
mod write;

pub use read::{Given, MOST_ROWS, Row, read};
pub use write::{Line, header, line};

use serde::{Deserialize, Serialize};

/// What an import does with a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Fate {
    /// Makes the institution.
    Create,
    /// Nothing: it is there, as the row has it.
    Unchanged,
    /// Changes its attributes to what the row has.
    Update,
    /// Nothing: it is there and differs, and updating was not asked for.
    Differs,
    /// Nothing: the row cannot be imported.
    Invalid,
}

impl Fate {
    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Unchanged => "unchanged",
            Self::Update => "update",
            Self::Differs => "differs",
            Self::Invalid => "invalid",
        }
    }
}
