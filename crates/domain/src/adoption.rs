//! Schemas that were there before Tenantry: what made them, what their institutions are to be called, and
//! which of them are behind.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::slug::Slug;

/// What made an adopted schema, or how it was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Origin {
    /// django-tenants: a table of tenants with a column `schema_name`.
    DjangoTenants,
    /// ros-apartment: the schemas with the history of Rails.
    Apartment,
    /// stancl/tenancy: the table `tenants`, a schema for each id.
    Stancl,
    /// Schemas whose names fit a pattern.
    Pattern,
    /// Schemas that a query named.
    Query,
}

impl Origin {
    /// Every origin.
    pub const ALL: [Self; 5] =
        [Self::DjangoTenants, Self::Apartment, Self::Stancl, Self::Pattern, Self::Query];

    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::DjangoTenants => "django-tenants",
            Self::Apartment => "apartment",
            Self::Stancl => "stancl",
            Self::Pattern => "pattern",
            Self::Query => "query",
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Origin {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL
            .into_iter()
            .find(|origin| origin.as_str() == text)
            .ok_or_else(|| format!("`{text}` is no way in which schemas are adopted"))
    }
}

/// A pattern of schema names: `*` stands for any characters, every other character for itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamePattern {
    before: String,
    after: String,
}

impl NamePattern {
    /// Reads one.
    ///
    /// # Errors
    /// When it has not exactly one `*`, as a sentence.
    pub fn parse(text: &str) -> Result<Self, String> {
        match text.split_once('*') {
            Some((before, after)) if !after.contains('*') => {
                Ok(Self { before: before.into(), after: after.into() })
            }
            _ => Err(format!("the pattern {text:?} needs exactly one `*`, as in `school_*`")),
        }
    }

    /// What the `*` stands for in a name; none where the name does not fit.
    pub fn wildcard<'a>(&self, name: &'a str) -> Option<&'a str> {
        name.strip_prefix(self.before.as_str())?.strip_suffix(self.after.as_str())
    }
}

/// A name for an institution that was made of another text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proposal {
    /// The name.
    pub slug: Slug,
    /// Whether it differs from the text.
    pub changed: bool,
}

/// Proposes an institution's name: the text itself if it is one, else with what a name may not have
/// replaced by `_`. Nothing is added and nothing cut, so that nobody is called by half a name.
///
/// # Errors
/// Why nothing of the kind can be made of it, as a sentence.
pub fn propose(text: &str) -> Result<Proposal, String> {
    let mut name = String::new();
    for c in text.chars().flat_map(char::to_lowercase) {
        if c.is_ascii_lowercase() || c.is_ascii_digit() {
            name.push(c);
        } else if !name.ends_with('_') {
            name.push('_');
        }
    }
    // a name that has `_` at its ends, or two in a row, keeps them
    let name = if Slug::parse(text).is_ok() { text } else { name.trim_matches('_') };
    match Slug::parse(name) {
        Ok(slug) => Ok(Proposal { changed: slug.as_str() != text, slug }),
        Err(error) => Err(format!("no name can be made of {text:?}: {error}")),
    }
}

/// How far a schema is by its tool's history.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct History {
    /// The newest migration.
    pub version: Option<String>,
    /// How many were applied.
    pub applied: i64,
    /// A checksum of all that were applied.
    pub fingerprint: Option<String>,
}

/// How a schema stands to what most of its fleet have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// The very migrations that most have.
    Same,
    /// Fewer.
    Behind,
    /// More.
    Ahead,
    /// As many, but others.
    Differs,
    /// It has no history that we know, or it could not be read.
    Unknown,
}

impl Standing {
    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Same => "same",
            Self::Behind => "behind",
            Self::Ahead => "ahead",
            Self::Differs => "differs",
            Self::Unknown => "unknown",
        }
    }

    /// Compares a history with the one that most have.
    pub fn of(history: Option<&History>, most: Option<&History>) -> Self {
        let (Some(history), Some(most)) = (history, most) else {
            return Self::Unknown;
        };
        match history.applied.cmp(&most.applied) {
            _ if history.fingerprint == most.fingerprint => Self::Same,
            std::cmp::Ordering::Less => Self::Behind,
            std::cmp::Ordering::Greater => Self::Ahead,
            std::cmp::Ordering::Equal => Self::Differs,
        }
    }
}

/// The history that most schemas have, and how many those are; of two that are as common, the longer one.
pub fn most_common<'a>(
    histories: impl Iterator<Item = &'a History>,
) -> Option<(&'a History, usize)> {
    let mut counts: BTreeMap<Option<&str>, (&History, usize)> = BTreeMap::new();
    for history in histories {
        counts.entry(history.fingerprint.as_deref()).or_insert((history, 0)).1 += 1;
    }
    counts.into_values().max_by_key(|(history, count)| (*count, history.applied))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_name_is_taken_as_it_is_or_changed_in_sight() {
        let proposed = |text: &str| {
            let proposal = propose(text).unwrap();
            (proposal.slug.as_str().to_owned(), proposal.changed)
        };
        assert_eq!(proposed("oakwood"), ("oakwood".into(), false));
        assert_eq!(proposed("oak__wood_"), ("oak__wood_".into(), false));
        assert_eq!(proposed("Oak-Wood"), ("oak_wood".into(), true));
        assert_eq!(proposed("St. Mary's"), ("st_mary_s".into(), true));
    }

    #[test]
    fn what_would_need_a_guess_gets_no_name() {
        for text in ["", "42", "7th_school", "مدرسة", "public", "x", &"a".repeat(40)] {
            assert!(propose(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn a_pattern_tells_what_stands_for_the_star() {
        let pattern = NamePattern::parse("school_*_x").unwrap();
        assert_eq!(pattern.wildcard("school_oak_x"), Some("oak"));
        assert_eq!(pattern.wildcard("School_oak_x"), None);
        // the parts before and after may not share characters
        assert_eq!(NamePattern::parse("aba*aba").unwrap().wildcard("ababa"), None);
        assert!(NamePattern::parse("school").is_err() && NamePattern::parse("*_*").is_err());
    }

    #[test]
    fn most_have_it_and_the_others_are_told_apart() {
        let history = |applied, print: &str| History {
            version: Some(print.into()),
            applied,
            fingerprint: Some(print.into()),
        };
        let fleet =
            [history(2, "b"), history(1, "a"), history(2, "b"), history(3, "c"), history(2, "z")];
        let (most, count) = most_common(fleet.iter()).unwrap();
        assert_eq!((most.version.as_deref(), count), (Some("b"), 2));
        let standings: Vec<_> =
            fleet.iter().map(|history| Standing::of(Some(history), Some(most)).as_str()).collect();
        assert_eq!(standings, ["same", "behind", "same", "ahead", "differs"]);
        assert_eq!(Standing::of(None, Some(most)), Standing::Unknown);
    }

    proptest! {
        /// Whatever is proposed is a name, and an unchanged one is the text itself.
        #[test]
        fn proposals_are_names(text in "\\PC{0,45}|[A-Za-z_0-9-]{0,45}") {
            if let Ok(proposal) = propose(&text) {
                prop_assert!(Slug::parse(proposal.slug.as_str()).is_ok());
                prop_assert_eq!(proposal.changed, proposal.slug.as_str() != text);
            }
        }
    }
}
