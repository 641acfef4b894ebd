//! Whether schemas may be made ahead from a template's version. A spare is renamed when it is
//! claimed, so the version must not keep its schema's name as text.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// What a version's proof found out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Spares {
    /// It keeps the name nowhere: a renamed spare is as good as a new schema.
    #[default]
    Plain,
    /// Only functions' own `search_path` settings keep it; they are written anew at a claim.
    Rewritten,
    /// Something else keeps it: there are no spares, every schema is made by the script.
    None,
}

impl Spares {
    /// The word for it, as stored and served.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Rewritten => "rewritten",
            Self::None => "none",
        }
    }
}

impl fmt::Display for Spares {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Spares {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        [Self::Plain, Self::Rewritten, Self::None]
            .into_iter()
            .find(|spares| spares.as_str() == text)
            .ok_or_else(|| format!("`{text}` does not say whether there are spares"))
    }
}
