//! A template's seed: SQL that fills a new institution with its first rows, from parameters that are
//! bound and never put into its text. Must not know who runs it, nor where.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::check;
use super::refusal::Refusal;

/// A seed that was read and checked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Seed {
    /// Its text.
    pub text: String,
    /// Its statements in order, each with the line that it begins on.
    pub statements: Vec<(i32, String)>,
    /// Parameters that it cannot do without, each with a value for the proof.
    pub requires: BTreeMap<String, String>,
}

/// What the parameters that most seeds know are in a proof.
const EXAMPLES: [(&str, &str); 4] = [
    ("institution", "proof"),
    ("institution_name", "Proof"),
    ("locale", "en"),
    ("admin_email", "admin@example.org"),
];

/// The most parameters that may be given.
const MOST_PARAMETERS: usize = 20;

impl Seed {
    /// Reads a seed and checks every statement as a template's script is checked. A line
    /// `-- requires NAME` names a parameter without which no institution is made; `= VALUE` behind it
    /// is what the proof uses.
    ///
    /// # Errors
    /// Every reason why it cannot be one.
    pub fn read(text: &str) -> Result<Self, Vec<Refusal>> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text).to_owned();
        let statements = check::seed(&text)?;
        let mut requires = BTreeMap::new();
        for line in text.lines() {
            let Some(rest) = line.trim().strip_prefix("--") else { continue };
            let Some(rest) = rest.trim().strip_prefix("requires ") else { continue };
            let (name, example) = match rest.split_once('=') {
                Some((name, example)) => (name.trim(), Some(example.trim())),
                None => (rest.trim(), None),
            };
            if is_parameter(name) {
                let known = EXAMPLES.iter().find(|(known, _)| *known == name).map(|(_, e)| *e);
                let example = example.or(known).unwrap_or(name);
                requires.insert(name.to_owned(), example.to_owned());
            }
        }
        Ok(Self { text, statements, requires })
    }

    /// Values for the proof: those that every institution has, and those that it requires.
    pub fn examples(&self) -> BTreeMap<String, String> {
        let own =
            EXAMPLES[..2].iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        own.chain(self.requires.clone()).collect()
    }
}

/// Whether a text is the name of a parameter: a lower-case letter, then those, digits and `_`.
fn is_parameter(name: &str) -> bool {
    (1..=63).contains(&name.len())
        && name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
}

/// Checks parameters that are given for an institution.
///
/// # Errors
/// What is wrong, as a sentence.
pub fn check_parameters(parameters: &BTreeMap<String, String>) -> Result<(), String> {
    if parameters.len() > MOST_PARAMETERS {
        return Err(format!("There are at most {MOST_PARAMETERS} `parameters`."));
    }
    for (name, value) in parameters {
        if matches!(name.as_str(), "institution" | "institution_name") {
            return Err(format!("The parameter `{name}` is the institution's own name."));
        }
        if !is_parameter(name) {
            let shown: String = name.chars().take(63).collect();
            return Err(format!(
                "{shown:?} is not the name of a parameter: lower-case letters, digits and `_`."
            ));
        }
        if value.chars().count() > 1_000 || value.contains('\0') {
            return Err(format!(
                "The parameter `{name}` has at most 1,000 characters, and no NUL."
            ));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::refusal::RefusalCode;
    use super::*;

    #[test]
    fn statements_have_their_lines_and_parameters_their_examples() {
        let text = "-- requires admin_email\n-- requires pupils = 30\n\ninsert into a values (1);\n\
                    insert into b\n  values (tenantry.parameter('locale'), 'x;y') ; select 1";
        let seed = Seed::read(text).unwrap();
        let shown: Vec<_> = seed.statements.iter().map(|(line, text)| (*line, &**text)).collect();
        assert_eq!(
            shown,
            [
                (4, "insert into a values (1)"),
                (5, "insert into b\n  values (tenantry.parameter('locale'), 'x;y')"),
                (6, "select 1"),
            ]
        );
        assert_eq!(seed.requires["admin_email"], "admin@example.org");
        assert_eq!(seed.examples()["pupils"], "30");
        assert_eq!(seed.examples()["institution_name"], "Proof");
    }

    #[test]
    fn a_seed_is_checked_as_a_script_is() {
        for (text, code) in [
            ("begin; select 1; commit;", RefusalCode::TransactionControl),
            ("insert into public.t values (1)", RefusalCode::ForeignName),
            ("select tenantry.make_schema()", RefusalCode::ForeignName),
            ("set role x", RefusalCode::SearchPathChange),
            ("insert into t values (", RefusalCode::Unparsable),
            (
                "create function f() returns text language sql as 'select tenantry.parameter(''a'')'",
                RefusalCode::ForeignName,
            ),
        ] {
            let refusals = Seed::read(text).unwrap_err();
            assert!(refusals.iter().any(|it| it.code == code), "{text}: {refusals:?}");
            assert_eq!(refusals[0].file, "seed");
        }
        assert!(Seed::read("do $$ begin perform tenantry.parameter('a'); end $$").is_ok());
    }

    #[test]
    fn parameters_are_few_short_and_not_the_institutions_own() {
        let of = |name: &str, value: &str| {
            check_parameters(&BTreeMap::from([(name.to_owned(), value.to_owned())]))
        };
        assert_eq!(of("locale", "'); drop schema x; --"), Ok(()));
        for (name, value) in [
            ("institution", "x"),
            ("A", "x"),
            ("", "x"),
            ("a b", "x"),
            ("a", "\0"),
            ("a", &"x".repeat(1001)),
        ] {
            assert!(of(name, value).is_err(), "{name}");
        }
        let many = (0..21).map(|n| (format!("p{n}"), String::new())).collect();
        assert!(check_parameters(&many).is_err());
    }
}
