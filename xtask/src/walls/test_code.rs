//! Tells code that only tests see: items under `#[cfg(test)]`, and files in a `tests` folder.

use syn::punctuated::Punctuated;
use syn::{Attribute, Item, Meta, Token};

/// Whether an item with these attributes is compiled for tests only.
pub(crate) fn for_tests_only(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        attribute.path().is_ident("cfg")
            && attribute.parse_args::<Meta>().is_ok_and(|condition| wants_test(&condition))
    })
}

/// `test`, and `all(…)` with it; `any(test, …)` is seen by others too.
fn wants_test(condition: &Meta) -> bool {
    match condition {
        Meta::Path(path) => path.is_ident("test"),
        Meta::List(list) if list.path.is_ident("all") => list
            .parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated)
            .is_ok_and(|parts| parts.iter().any(wants_test)),
        _ => false,
    }
}

/// Whether a file holds integration tests.
pub(crate) fn in_tests_folder(file: &str) -> bool {
    file.split('/').rev().skip(1).any(|folder| folder == "tests")
}

/// The attributes of an item, whatever its kind.
pub(crate) fn attributes(item: &Item) -> &[Attribute] {
    match item {
        Item::Const(item) => &item.attrs,
        Item::Enum(item) => &item.attrs,
        Item::ExternCrate(item) => &item.attrs,
        Item::Fn(item) => &item.attrs,
        Item::ForeignMod(item) => &item.attrs,
        Item::Impl(item) => &item.attrs,
        Item::Macro(item) => &item.attrs,
        Item::Mod(item) => &item.attrs,
        Item::Static(item) => &item.attrs,
        Item::Struct(item) => &item.attrs,
        Item::Trait(item) => &item.attrs,
        Item::TraitAlias(item) => &item.attrs,
        Item::Type(item) => &item.attrs,
        Item::Union(item) => &item.attrs,
        Item::Use(item) => &item.attrs,
        _ => &[],
    }
}

#[cfg(test)]
mod tests {
    use super::{attributes, for_tests_only, in_tests_folder};

    fn judged(code: &str) -> bool {
        for_tests_only(attributes(&syn::parse_str(code).unwrap()))
    }

    #[test]
    fn only_what_nobody_else_sees_is_for_tests() {
        assert!(judged("#[cfg(test)] mod a {}"));
        assert!(judged("#[cfg(all(test, unix))] use a::b;"));
        assert!(!judged("#[cfg(any(test, unix))] mod a {}"));
        assert!(!judged("#[cfg(not(test))] mod a {}"));
        assert!(!judged("mod a {}"));
    }

    #[test]
    fn a_tests_folder_is_told_from_a_file_of_that_name() {
        assert!(in_tests_folder("crates/pg/tests/it/copy.rs"));
        assert!(!in_tests_folder("crates/pg/src/tests.rs"));
    }
}
