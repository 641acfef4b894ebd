//! Every path that the documents name exists. What is checked is text in backticks, outside code
//! blocks, that looks like a path of this repository:
//! - it begins with a folder or file at the root: then it has to exist exactly so;
//! - or it ends in the extension of a source file: then a file has to exist whose path ends so, or
//!   that lies so relative to the document.
//!
//! Everything else (routes, media types, commands, files that users write) is left alone.

use anyhow::Result;

use super::offence::Offence;
use crate::repository::Repository;

/// Extensions that make a word with a slash a path, and whether they do so for a bare file name.
const EXTENSIONS: [(&str, bool); 14] = [
    ("rs", true),
    ("md", true),
    ("sql", true),
    ("ts", true),
    ("tsx", true),
    ("css", true),
    ("sh", true),
    ("toml", false),
    ("json", false),
    ("yml", false),
    ("yaml", false),
    ("js", false),
    ("mjs", false),
    ("prisma", false),
];

/// What is built or fetched need not be there yet.
const MADE: [&str; 4] = ["target", "node_modules", "dist", ".tenantry"];

/// Reports the paths that do not exist.
pub(crate) fn check(repository: &Repository) -> Result<Vec<Offence>> {
    let mut offences = Vec::new();
    for document in repository.files().filter(|file| is_document(file)) {
        for (line, span) in code_spans(&repository.text(document)?) {
            if is_missing(repository, document, &span) {
                offences.push(Offence::at(document, line, format!("`{span}` does not exist")));
            }
        }
    }
    Ok(offences)
}

fn is_document(file: &str) -> bool {
    let top = file == "README.md" || file == "CONTRIBUTING.md";
    top || (file.starts_with("docs/") && file.ends_with(".md"))
}

/// Text in single backticks, with its line.
fn code_spans(text: &str) -> Vec<(usize, String)> {
    let mut spans = Vec::new();
    let mut fenced = false;
    for (number, line) in text.lines().enumerate() {
        if line.trim_start().starts_with("```") || line.trim_start().starts_with("~~~") {
            fenced = !fenced;
        } else if !fenced {
            let parts: Vec<_> = line.split('`').collect();
            // Odd parts lie between two backticks, if the last one has a backtick after it.
            let inner = parts.iter().enumerate().filter(|(i, _)| i % 2 == 1 && i + 1 < parts.len());
            spans.extend(inner.map(|(_, part)| (number + 1, (*part).to_owned())));
        }
    }
    spans
}

fn is_missing(repository: &Repository, document: &str, span: &str) -> bool {
    let Some(path) = as_path(span) else { return false };
    let first = path.split('/').next().unwrap_or_default();
    if path.split('/').any(|part| MADE.contains(&part)) {
        return false;
    }
    if path.contains('/') && repository.has(first) {
        return !repository.has(path);
    }
    if !looks_like_source(path) {
        return false;
    }
    let above = document.rsplit_once('/').map_or("", |(folder, _)| folder);
    let beside = repository.has(path) || repository.has(&format!("{above}/{path}"));
    !beside && !repository.files().any(|file| ends_with_path(file, path))
}

/// The path in a span, without a line number, an item or an anchor after it.
fn as_path(span: &str) -> Option<&str> {
    let path = span.split("::").next()?.split('#').next()?.trim_end_matches('/');
    let path = match path.rsplit_once(':') {
        Some((path, line)) if line.bytes().all(|byte| byte.is_ascii_digit()) => path,
        _ => path,
    };
    let path = path.strip_prefix("./").unwrap_or(path);
    let plain = |c: char| c.is_alphanumeric() || "/._-@+".contains(c);
    let starts_well = !path.starts_with(['/', '@', '-']);
    (!path.is_empty() && starts_well && path.chars().all(plain)).then_some(path)
}

fn looks_like_source(path: &str) -> bool {
    let slash = path.contains('/');
    let Some((stem, extension)) = path.rsplit_once('.') else { return false };
    let known = EXTENSIONS.iter().find(|(known, _)| *known == extension);
    !stem.is_empty() && known.is_some_and(|(_, bare)| *bare || slash)
}

fn ends_with_path(file: &str, path: &str) -> bool {
    file.strip_suffix(path).is_some_and(|before| before.is_empty() || before.ends_with('/'))
}

#[cfg(test)]
mod tests {
    use super::check;
    use crate::repository::fixture;

    fn offences(document: &str, text: &str) -> Vec<String> {
        let files = [
            (document, text),
            ("crates/pg/src/sql.rs", ""),
            ("docs/adr/0001-one.md", ""),
            (".ci/run", ""),
            ("xtask/Cargo.toml", ""),
        ];
        let (_folder, repository) = fixture::repository(&files);
        check(&repository).unwrap().iter().map(ToString::to_string).collect()
    }

    #[test]
    fn paths_that_exist_pass_in_every_spelling() {
        let text = "`crates/pg/src/sql.rs` `crates/pg/` `./docs/adr` `pg/src/sql.rs` `sql.rs` \
            `crates/pg/src/sql.rs:12` `sql.rs::Ident` `adr/0001-one.md#why` `.ci/run` \
            `target/release/tenantry`";
        assert_eq!(offences("docs/a.md", text), [""; 0]);
    }

    #[test]
    fn paths_that_do_not_exist_are_reported_with_their_line() {
        let text =
            "One.\n`crates/pg/src/gone.rs` and `gone.rs`\n`docs/old/` `gone/a.toml` `.ci/go`\n";
        let found = offences("README.md", text);
        assert_eq!(found.len(), 5);
        assert_eq!(found[0], "README.md:2: `crates/pg/src/gone.rs` does not exist");
        assert!(found[2].starts_with("README.md:3: `docs/old/`"));
    }

    #[test]
    fn a_longer_name_is_not_the_same_file() {
        assert_eq!(offences("README.md", "`ql.rs`").len(), 1);
    }

    #[test]
    fn what_only_resembles_a_path_is_left_alone() {
        let text = "`/healthz` `text/event-stream` `and/or` `tenantry.toml` `{items,total}` \
            `@tenantry/react` `cargo xtask walls` `a/*.rs` `inst_{slug}` `1.5` `--json`\n\
            ```\n`crates/gone.rs`\n```\n";
        assert_eq!(offences("CONTRIBUTING.md", text), [""; 0]);
    }

    #[test]
    fn other_documents_are_left_alone() {
        assert_eq!(offences("crates/pg/NOTES.md", "`crates/gone.rs`"), [""; 0]);
    }
}
