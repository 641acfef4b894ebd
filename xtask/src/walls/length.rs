//! No file is longer than one can read in a sitting. Counted are lines with code on them: no blanks,
//! no comments, no documentation, and nothing that only tests see.

use std::collections::BTreeSet;
use std::ops::RangeInclusive;

use anyhow::{Context, Result};
use proc_macro2::{Delimiter, Span, TokenStream, TokenTree};
use syn::spanned::Spanned;
use syn::visit::{Visit, visit_item};

use super::offence::Offence;
use super::test_code::{attributes, for_tests_only, in_tests_folder};
use crate::repository::Repository;

const LIMIT: usize = 400;

/// Reports the files over the limit.
pub(crate) fn check(repository: &Repository) -> Result<Vec<Offence>> {
    let mut offences = Vec::new();
    for file in repository.rust_files().filter(|file| !in_tests_folder(file)) {
        let text = repository.text(file)?;
        let lines = code_lines(&text).with_context(|| format!("cannot parse {file}"))?;
        if lines > LIMIT {
            let what = format!(
                "{lines} lines of code, {LIMIT} are the most; split it by what it is about"
            );
            offences.push(Offence::of(file, what));
        }
    }
    Ok(offences)
}

fn code_lines(text: &str) -> Result<usize> {
    let tests = test_ranges(&syn::parse_file(text)?);
    let source: Vec<&str> = text.lines().collect();
    let mut lines = BTreeSet::new();
    let tokens = text.parse::<TokenStream>().map_err(syn::Error::from)?;
    collect(tokens, &source, &mut lines);
    let blank = |line: usize| source.get(line - 1).is_none_or(|line| line.trim().is_empty());
    Ok(lines
        .into_iter()
        .filter(|line| !blank(*line) && !tests.iter().any(|range| range.contains(line)))
        .count())
}

/// Adds every line that a token touches. The lexer has dropped comments, and it has turned
/// documentation into `#[doc]`, which stands where the comment stood.
fn collect(tokens: TokenStream, source: &[&str], lines: &mut BTreeSet<usize>) {
    for token in tokens {
        if is_comment(token.span(), source) {
            continue;
        }
        match token {
            TokenTree::Group(group) => {
                // Only the delimiters: a comment between them is not code.
                if group.delimiter() != Delimiter::None {
                    lines.insert(group.span_open().start().line);
                    lines.insert(group.span_close().end().line);
                }
                collect(group.stream(), source, lines);
            }
            other => lines.extend(other.span().start().line..=other.span().end().line),
        }
    }
}

fn is_comment(span: Span, source: &[&str]) -> bool {
    let start = span.start();
    let rest = source.get(start.line - 1).map(|line| line.chars().skip(start.column));
    rest.is_some_and(|mut rest| rest.next() == Some('/') && matches!(rest.next(), Some('/' | '*')))
}

fn test_ranges(file: &syn::File) -> Vec<RangeInclusive<usize>> {
    struct Ranges(Vec<RangeInclusive<usize>>);
    impl<'ast> Visit<'ast> for Ranges {
        fn visit_item(&mut self, item: &'ast syn::Item) {
            if for_tests_only(attributes(item)) {
                self.0.push(item.span().start().line..=item.span().end().line);
            } else {
                visit_item(self, item);
            }
        }
    }
    let mut ranges = Ranges(Vec::new());
    ranges.visit_file(file);
    ranges.0
}

#[cfg(test)]
mod tests {
    use super::{LIMIT, check, code_lines};
    use crate::repository::fixture;

    #[test]
    fn only_code_is_counted() {
        let text = "//! Header.\n\n/// What a is.\n/* more\n of it */\n#[inline]\nfn a() {\n    \
            // why\n    let b = \"one\n\n two\"; // tail\n    /** c */ let c = 1;\n}\n";
        // The attribute, two of `fn`, two of the string without its blank line, one of `c`.
        assert_eq!(code_lines(text).unwrap(), 6);
    }

    #[test]
    fn what_only_tests_see_is_not_counted() {
        let text = "fn a() {}\n#[cfg(test)]\nmod tests {\n    fn b() {}\n}\n\
            mod c {\n    #[cfg(test)]\n    use a::{\n        b,\n    };\n}\n";
        assert_eq!(code_lines(text).unwrap(), 3);
    }

    #[test]
    fn the_limit_is_the_last_length_allowed() {
        let at = "const A: u8 = 0;\n".repeat(LIMIT);
        let over = format!("{at}const A: u8 = 0;\n");
        let files = [("at.rs", at.as_str()), ("over.rs", &over), ("a/tests/it.rs", &over)];
        let (_folder, repository) = fixture::repository(&files);
        let offences = check(&repository).unwrap();
        assert_eq!(offences.len(), 1);
        assert!(offences[0].to_string().starts_with("over.rs: 401 lines of code"));
    }
}
