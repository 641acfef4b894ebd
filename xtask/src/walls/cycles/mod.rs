//! No two rooms of a folder need each other. In each folder of a crate's modules the rooms are the
//! folder's own file (`mod.rs`, `lib.rs`, `main.rs`) and its children, each with all that lies below
//! it; what one room names in another is an edge, and the edges must not run in a circle.
//!
//! - A thing is where it is defined: a name that goes through a re-export leads to the room behind it.
//! - A folder's own file is its door-plate: `mod child;` and `pub use child::…` in it are no edges,
//!   anything else that it names in a child is, and so is what a child names in it.
//! - What only tests see is left out.

mod collect;
mod graph;
mod rooms;
mod tree;

use std::collections::BTreeSet;

use anyhow::Result;

use super::offence::Offence;
use crate::repository::Repository;
use tree::Tree;

/// Reports one circle per tangle of rooms.
pub(crate) fn check(repository: &Repository) -> Result<Vec<Offence>> {
    let mut offences = Vec::new();
    for krate in crates(repository) {
        offences.extend(rooms::tangles(&Tree::build(repository, krate)?));
    }
    Ok(offences)
}

/// The folders that have a `src` with a root module.
fn crates(repository: &Repository) -> BTreeSet<&str> {
    let root =
        |file| ["/src/lib.rs", "/src/main.rs"].iter().find_map(|end| str::strip_suffix(file, end));
    repository.files().filter_map(root).collect()
}

#[cfg(test)]
mod tests {
    use super::check;
    use crate::repository::fixture;

    /// What is reported for a crate `a` with these files in its `src`.
    fn offences(files: &[(&str, &str)]) -> Vec<String> {
        let files: Vec<_> =
            files.iter().map(|(path, text)| (format!("a/src/{path}"), *text)).collect();
        let files: Vec<_> = files.iter().map(|(path, text)| (path.as_str(), *text)).collect();
        let (_folder, repository) = fixture::repository(&files);
        check(&repository).unwrap().iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_circle_is_reported_with_its_path_and_its_lines() {
        let found = offences(&[
            ("lib.rs", "mod one; mod two; mod three;"),
            ("one.rs", "use crate::two::B;\npub struct A;"),
            ("two.rs", "pub struct B;\nfn b() { super::three::c(); }"),
            ("three.rs", "pub fn c() { println!(\"{}\", crate::one::A); }"),
        ]);
        assert_eq!(found.len(), 1);
        let wanted = "a/src: the rooms need each other: one.rs -> two.rs -> three.rs -> one.rs\n    \
            a/src/one.rs:1 names crate::two::B\n    \
            a/src/two.rs:2 names crate::three::c\n    \
            a/src/three.rs:1 names crate::one::A";
        assert_eq!(found[0], wanted);
    }

    #[test]
    fn one_way_is_no_circle() {
        let found = offences(&[
            ("lib.rs", "mod one; mod two; pub use one::A;"),
            ("one.rs", "use crate::two::B;\npub struct A(B);"),
            ("two.rs", "pub struct B;"),
        ]);
        assert_eq!(found, [""; 0]);
    }

    #[test]
    fn a_re_export_leads_to_the_room_behind_it() {
        let behind = "mod one; mod two; pub use self::one::A; pub(crate) use two::*;";
        let found = offences(&[
            ("lib.rs", "mod room;"),
            ("room/mod.rs", behind),
            ("room/one.rs", "use super::B;\npub struct A;"),
            ("room/two.rs", "use super::A;\npub struct B;"),
        ]);
        assert_eq!(found.len(), 1);
        assert!(
            found[0]
                .starts_with("a/src/room: the rooms need each other: one.rs -> two.rs -> one.rs")
        );
    }

    #[test]
    fn the_door_plate_is_a_room_as_well() {
        let child = ("one.rs", "pub fn f(error: super::Error) {}");
        let defines_and_calls = "mod one; pub struct Error; fn g() { one::f(Error) }";
        let found = offences(&[("lib.rs", defines_and_calls), child]);
        assert!(found[0].contains("lib.rs -> one.rs -> lib.rs"), "{found:?}");
        let defines_and_shows = "mod one; pub use one::f; pub struct Error;";
        assert_eq!(offences(&[("lib.rs", defines_and_shows), child]), [""; 0]);
    }

    #[test]
    fn rooms_are_compared_with_all_that_lies_below_them() {
        let found = offences(&[
            ("main.rs", "mod one; mod two;"),
            ("one/mod.rs", "mod deep;"),
            ("one/deep.rs", "use crate::two;\nfn a() { two::b() }"),
            ("two/mod.rs", "mod deep; pub fn b() {}"),
            ("two/deep.rs", "struct A(crate::one::C);"),
        ]);
        assert_eq!(found.len(), 1);
        assert!(found[0].contains("one/ -> two/ -> one/"));
    }

    #[test]
    fn tests_and_the_outside_are_left_out() {
        let found = offences(&[
            ("lib.rs", "mod one; mod two; mod three;"),
            ("one.rs", "use serde::two::B; use crate::two::B; pub(in crate::two) struct A;"),
            ("two.rs", "pub struct B; #[cfg(test)] mod tests { use crate::one::A; }"),
            ("three.rs", "#[cfg(test)] mod checks; pub struct C; use crate::one::A;"),
            ("three/checks.rs", "use super::C; use crate::one::A;"),
        ]);
        assert_eq!(found, [""; 0]);
    }

    #[test]
    fn macros_and_imported_modules_are_seen_through() {
        let found = offences(&[
            ("lib.rs", "mod one; mod two;"),
            ("one.rs", "fn a() { let _ = vec![super::two::B; 1]; }\npub fn c() {}"),
            ("two.rs", "use super::one;\npub struct B;\nfn b() { one::c() }"),
        ]);
        assert_eq!(found.len(), 1);
    }
}
