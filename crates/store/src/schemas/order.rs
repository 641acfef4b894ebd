//! The orders of a list of schemas, and where in one a page starts.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// By what a list is sorted. The id breaks ties.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum SortKey {
    /// By name, in bytes.
    Name,
    /// By the state's word.
    State,
    /// By the time it was asked for.
    CreatedAt,
    /// By the time of the last change.
    UpdatedAt,
    /// By bytes used, unmeasured ones as 0.
    Usage,
    /// By the time of the newest backup, those without one as of 1970.
    Backup,
    /// By the time it was last used, those that never were as of 1970.
    Activity,
}

/// A key and a direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sort {
    /// The key.
    pub key: SortKey,
    /// Largest first.
    pub descending: bool,
}

/// Where a page starts.
#[derive(Clone, Debug)]
pub enum Start {
    /// After so many rows.
    Offset(i64),
    /// After the last row of the page before.
    After(Cursor),
}

/// The last row of a page: the next page starts behind it, whatever was added or removed since.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cursor {
    sort: Sort,
    pub(super) value: String,
    pub(super) id: Uuid,
}

impl Cursor {
    /// The cursor as a client keeps it.
    pub fn encode(&self) -> String {
        URL_SAFE_NO_PAD.encode(serde_json::to_vec(self).expect("plain values"))
    }

    /// Reads one back; none when it is not one of ours or belongs to another sort.
    pub fn decode(text: &str, sort: Sort) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        let cursor: Self = serde_json::from_slice(&bytes).ok()?;
        let readable = match sort.key {
            SortKey::Name | SortKey::State => !cursor.value.contains('\0'),
            // before 1970 we gave out none, and long before it PostgreSQL reads none
            SortKey::CreatedAt | SortKey::UpdatedAt | SortKey::Backup | SortKey::Activity => {
                cursor.value.parse::<Timestamp>().is_ok_and(|time| time.as_second() >= 0)
            }
            SortKey::Usage => cursor.value.parse::<i64>().is_ok(),
        };
        (cursor.sort == sort && readable).then_some(cursor)
    }

    pub(super) fn after(sort: Sort, last: &impl Placed) -> Self {
        let (value, id) = last.place(sort.key);
        Self { sort, value, id }
    }
}

/// What of a row its place in a list follows from.
pub(super) trait Placed {
    /// Its value under a key, as a cursor keeps it, and its id.
    fn place(&self, key: SortKey) -> (String, Uuid);
}

/// A time that may be missing, as the order has it.
pub(super) fn or_epoch(time: Option<Timestamp>) -> String {
    time.unwrap_or(Timestamp::UNIX_EPOCH).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_belongs_to_its_sort() {
        let sort = Sort { key: SortKey::Name, descending: false };
        let cursor = Cursor { sort, value: "oakwood".into(), id: Uuid::nil() };
        assert_eq!(Cursor::decode(&cursor.encode(), sort), Some(cursor.clone()));
        let other = Sort { key: SortKey::Usage, descending: false };
        assert_eq!(Cursor::decode(&cursor.encode(), other), None);
        assert_eq!(Cursor::decode("nonsense", sort), None);
        for (key, value) in [
            (SortKey::Name, "a\0b"),
            (SortKey::State, "a\0b"),
            (SortKey::CreatedAt, "-009999-01-02T00:00:00Z"),
            (SortKey::UpdatedAt, "yesterday"),
            (SortKey::Backup, "never"),
            (SortKey::Activity, "0"),
            (SortKey::Usage, "1e9"),
        ] {
            let sort = Sort { key, descending: true };
            let forged = Cursor { sort, value: value.into(), id: Uuid::nil() };
            assert_eq!(Cursor::decode(&forged.encode(), sort), None, "{value}");
        }
    }
}
