//! Which version of a thing a change is based on: what HTTP calls an entity tag. Knows no header.

use uuid::Uuid;

/// The version of an institution, as text without quotes. The id is in it because a name may be
/// given to another institution, which begins to count anew.
pub fn tag(id: Uuid, revision: i64) -> String {
    format!("{}-{revision}", id.simple())
}

/// What a change is based on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expected {
    /// Whatever is there, as long as something is.
    Any,
    /// One of these versions.
    OneOf(Vec<String>),
}

impl Expected {
    /// Whether this version is what the change is based on.
    pub fn holds(&self, id: Uuid, revision: i64) -> bool {
        match self {
            Self::Any => true,
            Self::OneOf(tags) => tags.contains(&tag(id, revision)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_institution_of_the_same_name_is_another_version() {
        let (one, other) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let expected = Expected::OneOf(vec![tag(one, 3), "nonsense".into()]);
        assert!(expected.holds(one, 3) && Expected::Any.holds(other, 9));
        assert!(!expected.holds(one, 4) && !expected.holds(other, 3));
    }
}
