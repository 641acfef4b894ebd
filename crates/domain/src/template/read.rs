//! From files to migrations: which files count, what they are called and in which order they go.
//!
//! Knows the folder rules of each layout. Must not know SQL: what a file says is checked elsewhere.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use icu_collator::options::CollatorOptions;
use icu_collator::{CollatorBorrowed, CollatorPreferences};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::layout::{Layout, PRISMA_LOCK, SourceFile, plain_name, prisma_name};
use super::refusal::{Refusal, RefusalCode};

/// One migration of a template.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Migration {
    /// The name its tool knows it by: Prisma's directory name, or the file name without `.sql`.
    pub name: String,
    /// The file, relative to the folder.
    pub path: String,
    /// Lower-case hex SHA-256 of the text, which is also the checksum that Prisma keeps.
    pub checksum: String,
    /// The whole text, as it is in the file.
    pub text: String,
}

impl Migration {
    fn new(name: &str, file: &SourceFile) -> Migration {
        let (name, path) = (name.to_owned(), file.path.clone());
        Migration { name, path, checksum: sha256(&file.text), text: file.text.clone() }
    }

    /// The text as it is run: PostgreSQL takes a byte order mark for a part of the first word.
    pub(super) fn runnable(&self) -> &str {
        self.text.strip_prefix('\u{feff}').unwrap_or(&self.text)
    }
}

/// Lower-case hex SHA-256 of a text.
pub(super) fn sha256(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Reads a folder: its layout, its migrations in order, and what is wrong with the folder.
pub(super) fn read(
    layout: Option<Layout>,
    files: Vec<SourceFile>,
) -> (Option<Layout>, Vec<Migration>, Vec<Refusal>) {
    let mut refusals = same_paths(&files);
    let Some(layout) = layout.or_else(|| Layout::detect(&files)) else {
        refusals.push(no_migrations("no migration was found"));
        return (None, Vec::new(), refusals);
    };
    let migrations = match layout {
        Layout::Prisma => read_prisma(&files, &mut refusals),
        Layout::Plain => read_plain(&files, &mut refusals),
    };
    if migrations.is_empty() && refusals.is_empty() {
        refusals.push(no_migrations(match layout {
            Layout::Prisma => "the Prisma folder has no migration",
            Layout::Plain => "the folder has no *.sql file",
        }));
    }
    refusals.extend(migrations.iter().filter(|it| !readable(&it.name)).map(|it| {
        let reason = format!(
            "the name {:?} cannot be a migration's: use 1 to 200 letters, digits, '_', '.' and '-'",
            it.name.chars().take(80).collect::<String>()
        );
        about(&it.path, RefusalCode::UnreadableName, reason)
    }));
    (Some(layout), migrations, refusals)
}

fn read_prisma(files: &[SourceFile], refusals: &mut Vec<Refusal>) -> Vec<Migration> {
    let mut migrations: Vec<_> = files
        .iter()
        .filter_map(|file| Some(Migration::new(prisma_name(&file.path)?, file)))
        .collect();
    let with_script: BTreeSet<&str> =
        files.iter().filter_map(|file| prisma_name(&file.path)).collect();
    let directories: BTreeSet<&str> =
        files.iter().filter_map(|file| Some(file.path.split_once('/')?.0)).collect();
    for name in directories.difference(&with_script) {
        let reason = format!(
            "the directory {name:?} has no migration.sql: restore the file, or remove the directory"
        );
        refusals.push(about(name, RefusalCode::MissingScript, reason));
    }
    refusals.extend(files.iter().find(|it| it.path == PRISMA_LOCK).and_then(wrong_provider));
    let collator = root_collator();
    migrations.sort_by(|a, b| match &collator {
        Some(collator) => collator.compare(&a.name, &b.name).then_with(|| a.name.cmp(&b.name)),
        None => a.name.cmp(&b.name),
    });
    migrations
}

/// Prisma sorts with JavaScript's `localeCompare`, which is the root collation: `_` comes before
/// digits there and after them in bytes. The data is compiled in, so there always is a collator.
fn root_collator() -> Option<CollatorBorrowed<'static>> {
    CollatorBorrowed::try_new(CollatorPreferences::default(), CollatorOptions::default()).ok()
}

/// Reads the lock file as Prisma does: the first line that starts with `provider` decides.
fn wrong_provider(lock: &SourceFile) -> Option<Refusal> {
    let text = lock.text.strip_prefix('\u{feff}').unwrap_or(&lock.text);
    let (at, line) = text.lines().enumerate().find(|(_, line)| line.starts_with("provider"))?;
    let found = line.split_once('=').map_or("", |(_, value)| value);
    let found = found.split('#').next().unwrap_or_default().trim().trim_matches(['"', '\'']);
    if found == "postgresql" {
        return None;
    }
    let reason = format!(
        "the migrations were written for {:?}: a template needs provider = \"postgresql\"",
        found.chars().take(40).collect::<String>()
    );
    let line = u32::try_from(at + 1).unwrap_or(u32::MAX);
    Some(Refusal { line, ..about(&lock.path, RefusalCode::WrongProvider, reason) })
}

fn read_plain(files: &[SourceFile], refusals: &mut Vec<Refusal>) -> Vec<Migration> {
    let mut migrations: Vec<_> = files
        .iter()
        .filter_map(|file| Some(Migration::new(plain_name(&file.path)?, file)))
        .collect();
    migrations.sort_by(|a, b| natural(&a.name, &b.name).then_with(|| a.name.cmp(&b.name)));
    for pair in migrations.windows(2) {
        let [a, b] = pair else { continue };
        if a.path != b.path && natural(&a.name, &b.name) == Ordering::Equal {
            let reason = format!(
                "{:?} and {:?} have the same place in the order: rename one of them",
                a.path, b.path
            );
            refusals.push(about(&b.path, RefusalCode::AmbiguousOrder, reason));
        }
    }
    refusals.extend(migrations.iter().filter_map(other_tool));
    migrations
}

/// A folder of another tool would look plain, and its way back would be run after the way there.
fn other_tool(migration: &Migration) -> Option<Refusal> {
    let refuse = |line: usize, reason: &str| {
        let line = u32::try_from(line).unwrap_or(u32::MAX);
        Some(Refusal { line, ..about(&migration.path, RefusalCode::OtherTool, reason.to_owned()) })
    };
    if migration.name.to_ascii_lowercase().ends_with(".down") {
        return refuse(0, "a template only goes forward: leave the *.down.sql files out");
    }
    for (at, line) in migration.runnable().lines().enumerate() {
        let Some(comment) = line.trim_start().strip_prefix("--") else { continue };
        let comment = comment.trim_start().to_ascii_lowercase();
        if comment.starts_with("migrate:") || comment.starts_with("+goose") {
            let reason = "this is a mark of dbmate or goose, whose files also hold the way back: \
                          give each migration's forward part as a file of its own";
            return refuse(at + 1, reason);
        }
    }
    None
}

/// Compares as people read numbers: runs of digits by value, letters without regard to case.
fn natural(a: &str, b: &str) -> Ordering {
    let (mut a, mut b) = (a.as_bytes(), b.as_bytes());
    loop {
        let (Some(x), Some(y)) = (a.first(), b.first()) else { return a.len().cmp(&b.len()) };
        let order = if x.is_ascii_digit() && y.is_ascii_digit() {
            let (left, right) = (number(&mut a), number(&mut b));
            left.len().cmp(&right.len()).then_with(|| left.cmp(right))
        } else {
            (a, b) = (&a[1..], &b[1..]);
            x.to_ascii_lowercase().cmp(&y.to_ascii_lowercase())
        };
        if order != Ordering::Equal {
            return order;
        }
    }
}

/// Takes the leading run of digits off, and gives it without leading zeros: of two such numbers
/// the one with more digits is the larger, however long they are.
fn number<'a>(rest: &mut &'a [u8]) -> &'a [u8] {
    let end = rest.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(rest.len());
    let (digits, after) = rest.split_at(end);
    *rest = after;
    let zeros = digits.iter().position(|byte| *byte != b'0').unwrap_or(digits.len());
    &digits[zeros..]
}

fn same_paths(files: &[SourceFile]) -> Vec<Refusal> {
    let mut seen = BTreeSet::new();
    let twice = files.iter().filter(|file| !seen.insert(file.path.as_str()));
    twice
        .map(|file| {
            let reason = "this path was given twice: give each file once".to_owned();
            about(&file.path, RefusalCode::AmbiguousOrder, reason)
        })
        .collect()
}

fn readable(name: &str) -> bool {
    (1..=200).contains(&name.len())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_.-".contains(&byte))
}

fn no_migrations(what: &str) -> Refusal {
    let reason = format!(
        "{what}: give a folder with <name>/migration.sql (Prisma), or with *.sql files in it"
    );
    about("", RefusalCode::NoMigrations, reason)
}

fn about(file: &str, code: RefusalCode, reason: String) -> Refusal {
    Refusal { file: file.to_owned(), line: 0, code, reason }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_paths(layout: Option<Layout>, files: &[(&str, &str)]) -> (Vec<String>, Vec<Refusal>) {
        let file = |(path, text): &(&str, &str)| SourceFile {
            path: path.to_string(),
            text: text.to_string(),
        };
        let (_, migrations, refusals) = read(layout, files.iter().map(file).collect());
        (migrations.into_iter().map(|it| it.name).collect(), refusals)
    }

    fn codes(files: &[(&str, &str)]) -> Vec<(String, u32, RefusalCode)> {
        let (_, refusals) = read_paths(None, files);
        refusals.into_iter().map(|it| (it.file, it.line, it.code)).collect()
    }

    fn one(file: &str, line: u32, code: RefusalCode) -> Vec<(String, u32, RefusalCode)> {
        vec![(file.to_owned(), line, code)]
    }

    #[test]
    fn a_checksum_is_the_one_that_prisma_keeps() {
        assert_eq!(
            sha256("CREATE TABLE t (id int);\n"),
            "12c83f983b0c94b9c7010dcc92149589d5fb01a3d32af8f6d699545d95db9040"
        );
    }

    #[test]
    fn prisma_is_sorted_as_javascript_does_and_not_by_bytes() {
        // As `[...].sort((a, b) => a.localeCompare(b))` gave them.
        let expected = [
            "_a",
            "0_init",
            "1_a",
            "10_x",
            "2_x",
            "20240101000000_a",
            "20240101000000_b",
            "20240101000000_B",
            "20240101000000-a",
            "20240101000000a",
            "a_1",
            "a_b",
            "A_b",
            "a-b",
            "a.b",
            "a1",
            "ab",
            "z",
            "Z",
        ];
        let mut paths: Vec<_> =
            expected.iter().map(|name| format!("{name}/migration.sql")).collect();
        paths.sort();
        let files: Vec<_> = paths.iter().map(|path| (path.as_str(), "")).collect();
        let (names, refusals) = read_paths(None, &files);
        assert_eq!(names, expected);
        assert_eq!(refusals, []);
    }

    #[test]
    fn plain_is_sorted_by_the_value_of_numbers() {
        let (names, refusals) = read_paths(
            None,
            &[
                ("10_b.sql", ""),
                ("2_a.sql", ""),
                ("B.sql", ""),
                ("a.sql", ""),
                ("2.sql", ""),
                ("99999999999999999999999999.sql", ""),
                ("V1.10.sql", ""),
                ("v1.9.SQL", ""),
                ("README.md", "# not SQL"),
                ("atlas.toml", ""),
                ("old/1.sql", "not looked at"),
            ],
        );
        let expected =
            ["2", "2_a", "10_b", "99999999999999999999999999", "a", "B", "v1.9", "V1.10"];
        assert_eq!(names, expected);
        assert_eq!(refusals, []);
    }

    #[test]
    fn ties_are_refused() {
        use RefusalCode::AmbiguousOrder;
        assert_eq!(codes(&[("1_a.sql", ""), ("01_a.sql", "")]), one("1_a.sql", 0, AmbiguousOrder));
        assert_eq!(codes(&[("A.sql", ""), ("a.sql", "")]), one("a.sql", 0, AmbiguousOrder));
        assert_eq!(codes(&[("a.sql", ""), ("a.SQL", "")]).len(), 1);
        let twice = [("a/migration.sql", ""), ("a/migration.sql", "")];
        assert_eq!(codes(&twice), one("a/migration.sql", 0, AmbiguousOrder));
        assert_eq!(codes(&[("1_a.sql", ""), ("1_b.sql", "")]), []);
    }

    #[test]
    fn a_folder_without_migrations_is_refused() {
        use RefusalCode::NoMigrations;
        assert_eq!(codes(&[]), one("", 0, NoMigrations));
        assert_eq!(codes(&[("README.md", "x")]), one("", 0, NoMigrations));
        let lock = ("migration_lock.toml", "provider = \"postgresql\"\n");
        assert_eq!(codes(&[lock]), one("", 0, NoMigrations));
        let (names, refusals) = read_paths(Some(Layout::Plain), &[("a/migration.sql", "")]);
        assert_eq!((names.len(), refusals.len()), (0, 1));
    }

    #[test]
    fn a_directory_without_its_script_is_refused() {
        let files = [("1_a/migration.sql", ""), ("2_b/notes.md", ""), ("README.md", "")];
        assert_eq!(codes(&files), one("2_b", 0, RefusalCode::MissingScript));
        let nested = [("1_a/migration.sql", ""), ("2_b/x/migration.sql", "")];
        assert_eq!(codes(&nested), one("2_b", 0, RefusalCode::MissingScript));
    }

    #[test]
    fn names_that_do_not_fit_a_history_row_are_refused() {
        use RefusalCode::UnreadableName;
        for name in ["it's", "a b", "é", &"x".repeat(201), "a\nb", "a;b"] {
            let path = format!("{name}/migration.sql");
            assert_eq!(codes(&[(&path, "")]), one(&path, 0, UnreadableName), "{name}");
            let path = format!("{name}.sql");
            assert_eq!(codes(&[(&path, "")]), one(&path, 0, UnreadableName), "{name}");
        }
        assert_eq!(codes(&[(".sql", "")]), one(".sql", 0, UnreadableName));
        assert_eq!(codes(&[(&format!("{}/migration.sql", "x".repeat(200)), "")]), []);
    }

    #[test]
    fn the_lock_file_must_name_postgresql() {
        let lock = |text| codes(&[("1_a/migration.sql", ""), (PRISMA_LOCK, text)]);
        assert_eq!(lock("# a comment\n# provider = \"mysql\"\nprovider = \"postgresql\"\n"), []);
        assert_eq!(lock("\u{feff}provider=\"postgresql\" # x\r\n"), []);
        assert_eq!(lock(""), []);
        let mysql = "# a comment\r\n\r\nprovider = \"mysql\"\r\n";
        assert_eq!(lock(mysql), one(PRISMA_LOCK, 3, RefusalCode::WrongProvider));
        assert_eq!(lock("provider"), one(PRISMA_LOCK, 1, RefusalCode::WrongProvider));
    }

    #[test]
    fn folders_of_other_tools_are_refused() {
        use RefusalCode::OtherTool;
        let pair = [("1_a.up.sql", ""), ("1_a.down.sql", "")];
        assert_eq!(codes(&pair), one("1_a.down.sql", 0, OtherTool));
        assert_eq!(codes(&[("1.sql", "\n  -- migrate:up\n")]), one("1.sql", 2, OtherTool));
        assert_eq!(codes(&[("1.sql", "\u{feff}--+goose Up\n")]), one("1.sql", 1, OtherTool));
        assert_eq!(codes(&[("1.sql", "-- to migrate: up we go")]), []);
    }
}
