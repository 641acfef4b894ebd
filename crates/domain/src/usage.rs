//! What a schema uses, as it is measured and kept.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// What a schema uses, as it was seen last.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SchemaUsage {
    /// Bytes of its tables and sequences, without TOAST; none until measured.
    pub table_bytes: Option<i64>,
    /// Bytes of its indexes; none until measured.
    pub index_bytes: Option<i64>,
    /// Bytes of its TOAST tables and their indexes; none until measured.
    pub toast_bytes: Option<i64>,
    /// Rows in its tables, as the server estimates them.
    pub row_estimate: i64,
    /// Rows inserted, updated and deleted since it is watched.
    pub writes_total: i64,
    /// Sessions of its application role.
    pub connections: i32,
    /// When it was last seen writing or connected.
    pub last_activity: Option<Timestamp>,
    /// When its size was measured.
    pub measured_at: Option<Timestamp>,
    /// Since when it may have another size than the one that was measured; none when it has not.
    pub stale_since: Option<Timestamp>,
}

/// How finely history is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Grain {
    /// A point for each hour.
    Hour,
    /// A point for each day, in UTC.
    Day,
}

impl SchemaUsage {
    /// Bytes of everything; none until measured.
    pub fn bytes(&self) -> Option<i64> {
        Some(self.table_bytes? + self.index_bytes? + self.toast_bytes?)
    }
}

impl Grain {
    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Hour => "hour",
            Self::Day => "day",
        }
    }
}

impl fmt::Display for Grain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Grain {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "hour" => Ok(Self::Hour),
            "day" => Ok(Self::Day),
            _ => Err(format!("`{text}` is neither hour nor day")),
        }
    }
}
