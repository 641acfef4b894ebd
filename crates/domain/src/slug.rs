//! The name of an institution, parsed once at the door.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Names that would be mistaken for something of PostgreSQL's or of ours.
const RESERVED: &[&str] =
    &["public", "information_schema", "tenantry", "bulk", "facets", "import", "export", "rows"];

/// An institution's name: `^[a-z][a-z0-9_]{1,38}$`, no `pg_` in front, not reserved. Compared in
/// bytes; there is no upper case and nothing outside ASCII, so no two names look alike.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Slug(String);

/// Why a text is not an institution's name. The text itself is not repeated: it may be anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SlugError {
    /// Fewer than two characters.
    #[error("a name has at least 2 characters")]
    TooShort,
    /// More than 39 bytes.
    #[error("a name has at most 39 characters")]
    TooLong,
    /// The first character is not a lower-case letter.
    #[error("a name starts with a lower-case letter (a to z)")]
    BadStart,
    /// A character that is not a lower-case letter, a digit or `_`.
    #[error(
        "a name has only lower-case letters (a to z), digits and `_`; character {position} is {found:?}"
    )]
    BadCharacter {
        /// Which character, counted from 1.
        position: usize,
        /// The character.
        found: char,
    },
    /// It starts with `pg_`, which PostgreSQL keeps for itself.
    #[error("names that start with `pg_` belong to PostgreSQL")]
    PostgresPrefix,
    /// It has a meaning of its own.
    #[error("this name is reserved")]
    Reserved,
}

impl Slug {
    /// Checks a text.
    ///
    /// # Errors
    /// The first rule that it breaks.
    pub fn parse(text: &str) -> Result<Self, SlugError> {
        let first = text.chars().next().ok_or(SlugError::TooShort)?;
        if !first.is_ascii_lowercase() {
            return Err(SlugError::BadStart);
        }
        if let Some((index, found)) = text
            .chars()
            .enumerate()
            .find(|(_, c)| !(c.is_ascii_lowercase() || c.is_ascii_digit() || *c == '_'))
        {
            return Err(SlugError::BadCharacter { position: index + 1, found });
        }
        match text.len() {
            0..2 => return Err(SlugError::TooShort),
            40.. => return Err(SlugError::TooLong),
            _ => {}
        }
        if text.starts_with("pg_") {
            return Err(SlugError::PostgresPrefix);
        }
        if RESERVED.contains(&text) {
            return Err(SlugError::Reserved);
        }
        Ok(Self(text.to_owned()))
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Slug {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for Slug {
    type Error = SlugError;

    fn try_from(text: String) -> Result<Self, SlugError> {
        Self::parse(&text)
    }
}

impl From<Slug> for String {
    fn from(slug: Slug) -> Self {
        slug.0
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Case 32 of the reliability list: names that were tried elsewhere.
    #[test]
    fn case_32_bad_names_are_refused_with_the_reason() {
        let long = "a".repeat(64);
        for (name, reason) in [
            ("", SlugError::TooShort),
            ("a", SlugError::TooShort),
            ("Oakwood", SlugError::BadStart),
            ("1st_school", SlugError::BadStart),
            (" oakwood", SlugError::BadStart),
            ("\"; drop schema public", SlugError::BadStart),
            ("oakwood ", SlugError::BadCharacter { position: 8, found: ' ' }),
            ("oak\"wood", SlugError::BadCharacter { position: 4, found: '"' }),
            ("oak\nwood", SlugError::BadCharacter { position: 4, found: '\n' }),
            ("oak\0wood", SlugError::BadCharacter { position: 4, found: '\0' }),
            ("oakwооd", SlugError::BadCharacter { position: 5, found: 'о' }), // Cyrillic о
            ("oak\u{202e}wood", SlugError::BadCharacter { position: 4, found: '\u{202e}' }),
            ("مدرسة", SlugError::BadStart),
            (long.as_str(), SlugError::TooLong),
            ("pg_oakwood", SlugError::PostgresPrefix),
            ("public", SlugError::Reserved),
            ("tenantry", SlugError::Reserved),
        ] {
            assert_eq!(Slug::parse(name), Err(reason), "{name:?}");
        }
        for name in ["oakwood", "st_marys_2", "ab", &"a".repeat(39)] {
            assert!(Slug::parse(name).is_ok(), "{name}");
        }
    }

    proptest! {
        /// Case 32: whatever passes is the same after quoting, folding and cutting by PostgreSQL.
        #[test]
        fn case_32_what_passes_is_plain(text in "\\PC{0,45}|[a-z_0-9]{0,45}") {
            if let Ok(slug) = Slug::parse(&text) {
                prop_assert_eq!(slug.as_str(), &text);
                prop_assert!(text.len() <= 39 && text.is_ascii());
                prop_assert!(text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_'));
            }
        }
    }
}
