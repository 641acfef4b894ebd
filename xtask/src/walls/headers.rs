//! Every Rust file begins by saying what it is for.

use anyhow::Result;

use super::offence::Offence;
use crate::repository::Repository;

/// Reports the files that do not begin with `//!`.
pub(crate) fn check(repository: &Repository) -> Result<Vec<Offence>> {
    let mut offences = Vec::new();
    for file in repository.rust_files() {
        if !has_header(&repository.text(file)?) {
            let what = "begin the file with //! and what it is for";
            offences.push(Offence::of(file, what));
        }
    }
    Ok(offences)
}

fn has_header(text: &str) -> bool {
    let first = text.lines().find(|line| !line.trim().is_empty());
    first.and_then(|line| line.strip_prefix("//!")).is_some_and(|said| !said.trim().is_empty())
}

#[cfg(test)]
mod tests {
    use super::check;
    use crate::repository::fixture;

    #[test]
    fn a_file_without_a_header_is_reported() {
        let files = [
            ("a.rs", "//! For tea.\n"),
            ("b.rs", "// For tea.\n"),
            ("c.rs", "//!\n\nfn c() {}\n"),
            ("d.rs", "#![allow(x)]\n//! Too late.\n"),
        ];
        let (_folder, repository) = fixture::repository(&files);
        let found: Vec<_> = check(&repository).unwrap().iter().map(ToString::to_string).collect();
        assert_eq!(found.len(), 3);
        assert!(found[0].starts_with("b.rs: begin the file"));
    }
}
