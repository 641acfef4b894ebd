//! Which tool's folder this is.
//!
//! Knows how layouts look from outside, by their paths only; what is in the files is read elsewhere.

use serde::{Deserialize, Serialize};

/// One file of a migration folder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SourceFile {
    /// The path relative to the folder, with `/` between its parts.
    pub path: String,
    /// The whole text, as it is in the file: line ends and a byte order mark included.
    pub text: String,
}

/// The layout of a migration folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Layout {
    /// `<name>/migration.sql`, one directory for each migration, beside a `migration_lock.toml`.
    Prisma,
    /// `*.sql` in the folder itself, in natural order: `2_b.sql` comes before `10_a.sql`.
    Plain,
}

impl Layout {
    /// The layout that these paths show, or none when there is no migration among them.
    ///
    /// A folder with a `migration_lock.toml` is Prisma's even while it has no migration, so that
    /// stray `*.sql` files beside it are not taken for the migrations.
    pub fn detect(files: &[SourceFile]) -> Option<Layout> {
        let paths = || files.iter().map(|file| file.path.as_str());
        if paths().any(|path| prisma_name(path).is_some() || path == PRISMA_LOCK) {
            Some(Layout::Prisma)
        } else if paths().any(|path| plain_name(path).is_some()) {
            Some(Layout::Plain)
        } else {
            None
        }
    }
}

/// Prisma's note of which database product the migrations were written for.
pub(super) const PRISMA_LOCK: &str = "migration_lock.toml";

/// The migration that a path holds the script of in a Prisma folder.
pub(super) fn prisma_name(path: &str) -> Option<&str> {
    path.strip_suffix("/migration.sql").filter(|name| !name.contains('/') && !name.is_empty())
}

/// The migration that a path holds in a plain folder: the file name without `.sql`.
pub(super) fn plain_name(path: &str) -> Option<&str> {
    let cut = path.len().checked_sub(4)?;
    let (name, end) = (path.get(..cut)?, path.get(cut..)?);
    (end.eq_ignore_ascii_case(".sql") && !name.contains('/')).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn detect(paths: &[&str]) -> Option<Layout> {
        let file = |path: &&str| SourceFile { path: path.to_string(), text: String::new() };
        Layout::detect(&paths.iter().map(file).collect::<Vec<_>>())
    }

    #[test]
    fn layouts_are_told_apart_by_their_paths() {
        assert_eq!(detect(&["1_init/migration.sql", "migration_lock.toml"]), Some(Layout::Prisma));
        assert_eq!(detect(&["seed.sql", "1_init/migration.sql"]), Some(Layout::Prisma));
        assert_eq!(detect(&["migration_lock.toml", "seed.sql"]), Some(Layout::Prisma));
        assert_eq!(detect(&["1.sql", "README.md"]), Some(Layout::Plain));
        assert_eq!(detect(&["1.SQL"]), Some(Layout::Plain));
        assert_eq!(detect(&["a/b/migration.sql", "/migration.sql"]), None);
        assert_eq!(detect(&["README.md", "é.q"]), None);
        assert_eq!(detect(&[]), None);
    }

    #[test]
    fn a_layout_is_written_in_snake_case() {
        assert_eq!(serde_json::to_string(&Layout::Prisma).unwrap(), "\"prisma\"");
        assert_eq!(serde_json::from_str::<Layout>("\"plain\"").unwrap(), Layout::Plain);
    }
}
