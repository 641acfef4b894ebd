//! A name says what a thing is about; these names say nothing.

use std::collections::BTreeSet;

use anyhow::Result;
use syn::visit::{Visit, visit_item_mod};

use super::offence::Offence;
use crate::repository::Repository;

const EMPTY_NAMES: [&str; 8] =
    ["util", "utils", "helper", "helpers", "common", "manager", "managers", "misc"];

/// Reports files, folders and inline modules with an empty name.
pub(crate) fn check(repository: &Repository) -> Result<Vec<Offence>> {
    let mut offences = Vec::new();
    let mut folders = BTreeSet::new();
    // names in what a program writes are the program's
    for file in repository.files().filter(|file| !file.contains("/generated/")) {
        let (above, name) = file.rsplit_once('/').unwrap_or(("", file));
        if is_empty(name.split('.').next().unwrap_or(name)) {
            offences.push(offence(file, None));
        }
        let mut folder = above;
        while !folder.is_empty() && folders.insert(folder) {
            let (above, name) = folder.rsplit_once('/').unwrap_or(("", folder));
            if is_empty(name) {
                offences.push(offence(folder, None));
            }
            folder = above;
        }
    }
    for file in repository.rust_files() {
        let mut inline = InlineModules(Vec::new());
        inline.visit_file(&repository.parsed(file)?);
        offences.extend(inline.0.into_iter().map(|line| offence(file, Some(line))));
    }
    Ok(offences)
}

fn is_empty(name: &str) -> bool {
    EMPTY_NAMES.contains(&name.to_ascii_lowercase().as_str())
}

fn offence(place: &str, line: Option<usize>) -> Offence {
    let what = "an empty name; call it after what it is about";
    match line {
        Some(line) => Offence::at(place, line, what),
        None => Offence::of(place, what),
    }
}

/// The lines of inline modules with an empty name; a module in a file of its own has the file's name.
struct InlineModules(Vec<usize>);

impl<'ast> Visit<'ast> for InlineModules {
    fn visit_item_mod(&mut self, module: &'ast syn::ItemMod) {
        if module.content.is_some() && is_empty(&module.ident.to_string()) {
            self.0.push(module.ident.span().start().line);
        }
        visit_item_mod(self, module);
    }
}

#[cfg(test)]
mod tests {
    use super::check;
    use crate::repository::fixture;

    #[test]
    fn empty_names_are_reported_wherever_they_stand() {
        let files = [
            ("crates/a/src/utils.rs", "mod inner {}\n"),
            ("crates/a/src/common/mod.rs", ""),
            ("crates/a/src/common/b.rs", ""),
            ("crates/a/src/c.rs", "mod d {\n    mod helpers {}\n}\n"),
            ("web/src/Manager.test.tsx", ""),
            ("crates/a/src/communes.rs", "mod utils;\n"),
        ];
        let (_folder, repository) = fixture::repository(&files);
        let found: Vec<_> = check(&repository).unwrap().iter().map(ToString::to_string).collect();
        let places: Vec<_> = found.iter().filter_map(|line| line.split(": ").next()).collect();
        let wanted = [
            "crates/a/src/common",
            "crates/a/src/utils.rs",
            "web/src/Manager.test.tsx",
            "crates/a/src/c.rs:2",
        ];
        assert_eq!(places, wanted);
    }
}
