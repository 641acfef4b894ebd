//! The one door for SQL whose text is made at run time.
//!
//! PostgreSQL takes no bind parameters where a name stands (`create database $1`), so names have
//! to be put into the text. They get there as [`Ident`] and by [`ddl!`](crate::ddl), and nowhere
//! else; what is put together of fixed pieces is [`fixed`]. Clippy refuses `sqlx::AssertSqlSafe` outside this file.

use std::fmt;

use sqlx::SqlSafeStr;
use sqlx::SqlStr;

/// The longest name that PostgreSQL keeps, in bytes (`NAMEDATALEN - 1`); it cuts longer ones
/// silently, so that two names could become one.
pub const MAX_IDENT_BYTES: usize = 63;

/// A name that is safe to put into SQL text: it is written in double quotes, with those inside
/// doubled, and has been checked for what quoting cannot mend.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Ident(String);

/// Why a text cannot be a PostgreSQL name.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum IdentError {
    /// Nothing was given.
    #[error("a name must not be empty")]
    Empty,
    /// PostgreSQL would cut it to 63 bytes.
    #[error("the name `{0}` is longer than 63 bytes; PostgreSQL would cut it")]
    TooLong(String),
    /// PostgreSQL's strings end at a NUL.
    #[error("a name must not contain a NUL character")]
    Nul,
}

impl Ident {
    /// Takes a name as it is, without folding case.
    ///
    /// # Errors
    /// When it is empty, has more than 63 bytes or contains NUL.
    pub fn new(name: impl Into<String>) -> Result<Self, IdentError> {
        let name = name.into();
        if name.is_empty() {
            return Err(IdentError::Empty);
        }
        if name.contains('\0') {
            return Err(IdentError::Nul);
        }
        if name.len() > MAX_IDENT_BYTES {
            return Err(IdentError::TooLong(name));
        }
        Ok(Self(name))
    }

    /// The name without quotes, for a bind parameter or a log line.
    pub fn raw(&self) -> &str {
        &self.0
    }
}

/// Writes the name in quotes.
impl fmt::Display for Ident {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{}\"", self.0.replace('"', "\"\""))
    }
}

/// A statement whose text was put together from fixed words and [`Ident`]s. Made by
/// [`ddl!`](crate::ddl).
#[derive(Clone, Debug)]
pub struct Statement(String);

impl Statement {
    /// Puts names into the `{}` of a fixed text, in order.
    ///
    /// # Panics
    /// When the number of `{}` and of names differ: a mistake in our code, seen by its first test.
    pub fn new(template: &'static str, names: &[&Ident]) -> Self {
        let mut parts = template.split("{}");
        let mut text = parts.next().unwrap_or_default().to_owned();
        let mut names = names.iter();
        for part in parts {
            let name = names.next().expect("a name for every {} of the statement");
            text.push_str(&name.to_string());
            text.push_str(part);
        }
        assert!(names.next().is_none(), "more names than {{}} in `{template}`");
        Self(text)
    }

    /// The text, ready for `sqlx::query` or `sqlx::raw_sql`.
    pub fn into_sql(self) -> SqlStr {
        trusted(self.0)
    }
}

impl fmt::Display for Statement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Builds a [`Statement`] from a literal with `{}` and one [`Ident`] for each:
/// `ddl!("drop database {}", name)`.
#[macro_export]
macro_rules! ddl {
    ($template:literal $(, $name:expr)* $(,)?) => {
        $crate::sql::Statement::new($template, &[$(&$name),*])
    };
}

/// A statement of fixed pieces, which of them is decided at run time; values go where they always go, into parameters.
pub fn fixed(pieces: impl IntoIterator<Item = &'static str>) -> SqlStr {
    trusted(pieces.into_iter().collect())
}

/// The text of a script that was checked as a whole: one of our own files in `sql/`, or a
/// template that passed the checker.
pub fn script(text: impl Into<String>) -> SqlStr {
    trusted(text.into())
}

#[expect(clippy::disallowed_methods, reason = "this is the door")]
fn trusted(text: String) -> SqlStr {
    sqlx::AssertSqlSafe(text).into_sql_str()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn quotes_are_doubled_and_case_is_kept() {
        let name = Ident::new("Sp\"ring; drop schema x").unwrap();
        assert_eq!(name.to_string(), "\"Sp\"\"ring; drop schema x\"");
        assert_eq!(ddl!("drop schema {}", name).to_string(), format!("drop schema {name}"));
    }

    #[test]
    fn what_quoting_cannot_mend_is_refused() {
        assert_eq!(Ident::new(""), Err(IdentError::Empty));
        assert_eq!(Ident::new("a\0b"), Err(IdentError::Nul));
        assert!(matches!(Ident::new("ü".repeat(32)), Err(IdentError::TooLong(_))));
        assert!(Ident::new("u".repeat(63)).is_ok());
    }

    proptest! {
        /// Whatever the name, the quoted form reads back as the same name and nothing more.
        #[test]
        fn quoting_round_trips(name in "[^\0]{1,15}") {
            let quoted = Ident::new(name.clone()).unwrap().to_string();
            let inside = &quoted[1..quoted.len() - 1];
            prop_assert!(!inside.replace("\"\"", "").contains('"'));
            prop_assert_eq!(inside.replace("\"\"", "\""), name);
        }
    }
}
