//! The template script itself: what is run for a new institution, and its checksum.
//!
//! Puts reading, checking and history rows together. Must not know who runs the script, nor where.

use serde::{Deserialize, Serialize};

use super::check;
use super::history;
use super::layout::{Layout, SourceFile};
use super::read::{self, Migration};
use super::refusal::{MOST, Refusal};
use super::seed::Seed;

/// A migration folder that was read, put in order and checked.
///
/// It is run in one transaction, with the institution's schema as the search path.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TemplateScript {
    /// The layout of the folder it was read from.
    pub layout: Layout,
    /// The migrations in the order in which their tool applies them.
    pub migrations: Vec<Migration>,
    /// What fills a new institution with its first rows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seed: Option<Seed>,
}

impl TemplateScript {
    /// Reads a folder, with the layout it shows when none is given, and checks every statement.
    ///
    /// # Errors
    ///
    /// Every reason why the folder cannot be a template, in the order of the script, 200 at most:
    /// about the folder and its names first, then about what the files say.
    ///
    /// # What the check cannot see
    ///
    /// It reads text. SQL that is put together at run time (`EXECUTE` of anything but a constant),
    /// bodies in languages other than SQL and PL/pgSQL, and names in data are beyond it. The proof
    /// is the comparison of the catalogs before and after the script is run once.
    pub fn read(
        layout: Option<Layout>,
        files: Vec<SourceFile>,
    ) -> Result<TemplateScript, Vec<Refusal>> {
        let (layout, migrations, mut refusals) = read::read(layout, files);
        refusals.extend(check::check(&migrations));
        refusals.truncate(MOST);
        match layout {
            Some(layout) if refusals.is_empty() => {
                Ok(TemplateScript { layout, migrations, seed: None })
            }
            _ => Err(refusals),
        }
    }

    /// The whole script, ready to be sent as one.
    ///
    /// Each migration's text stands in it unchanged but for a byte order mark, and is closed with
    /// a new line and `;`, because a file may end in a comment or lack its last semicolon. For
    /// Prisma the history table comes first and each migration is followed by its history row.
    pub fn sql(&self) -> String {
        let mut sql = String::new();
        if self.layout == Layout::Prisma {
            sql.push_str(history::PRISMA_TABLE);
        }
        for migration in &self.migrations {
            sql.push_str(migration.runnable());
            sql.push_str("\n;\n");
            if self.layout == Layout::Prisma {
                sql.push_str(&history::prisma_row(migration));
            }
        }
        sql
    }

    /// The identity of the script: lower-case hex SHA-256 over one line for each migration in
    /// order, written as `sha256sum` writes it: checksum, two spaces, name, new line. A seed is one
    /// line more, with the name `--seed`, which no file can have.
    pub fn checksum(&self) -> String {
        let mut lines: String =
            self.migrations.iter().map(|it| format!("{}  {}\n", it.checksum, it.name)).collect();
        if let Some(seed) = &self.seed {
            lines += &format!("{}  --seed\n", read::sha256(&seed.text));
        }
        read::sha256(&lines)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::refusal::RefusalCode;
    use super::*;

    fn file(path: &str, text: &str) -> SourceFile {
        SourceFile { path: path.to_owned(), text: text.to_owned() }
    }

    fn plain(texts: &[&str]) -> Result<TemplateScript, Vec<Refusal>> {
        let files = texts.iter().enumerate().map(|(at, text)| file(&format!("{at}.sql"), text));
        TemplateScript::read(None, files.collect())
    }

    #[test]
    fn every_text_is_closed_before_the_next_begins() {
        let texts =
            ["select 1", "select 2;", "select 3 -- end", "-- only a comment", "\u{feff}select 4"];
        let sql = plain(&texts).unwrap().sql();
        assert_eq!(
            sql,
            "select 1\n;\nselect 2;\n;\nselect 3 -- end\n;\n-- only a comment\n;\nselect 4\n;\n"
        );
    }

    #[test]
    fn prisma_gets_its_table_first_and_a_row_after_each_migration() {
        let init = "CREATE TABLE t (id int);\n";
        let files = vec![
            file("2_more/migration.sql", "ALTER TABLE t ADD COLUMN a int -- no semicolon"),
            file("1_init/migration.sql", init),
            file("migration_lock.toml", "provider = \"postgresql\"\n"),
        ];
        let script = TemplateScript::read(None, files).unwrap();
        let sql = script.sql();
        let places = [
            "CREATE TABLE _prisma_migrations (\n    id                      VARCHAR(36)",
            init,
            "'12c83f983b0c94b9c7010dcc92149589d5fb01a3d32af8f6d699545d95db9040', moment, '1_init'",
            "ALTER TABLE t ADD COLUMN a int -- no semicolon\n;\n",
            "moment, '2_more', NULL, NULL, moment, 1",
        ]
        .map(|part| sql.find(part).unwrap_or_else(|| panic!("{part} is not in {sql}")));
        assert!(places.is_sorted(), "{places:?}");
        // What we add is itself SQL that could stand in a template.
        assert!(plain(&[&sql]).is_ok());
    }

    #[test]
    fn a_checksum_depends_on_names_texts_and_order() {
        let of = |files: &[(&str, &str)]| {
            let files = files.iter().map(|(path, text)| file(path, text)).collect();
            TemplateScript::read(None, files).unwrap().checksum()
        };
        let first = of(&[("1.sql", "select 1"), ("2.sql", "select 2")]);
        assert_eq!(first.len(), 64);
        assert_eq!(first, of(&[("2.sql", "select 2"), ("1.sql", "select 1")]));
        assert_ne!(first, of(&[("1.sql", "select 2"), ("2.sql", "select 1")]));
        assert_ne!(first, of(&[("1.sql", "select 1"), ("3.sql", "select 2")]));
        assert_ne!(first, of(&[("1.sql", "select 1 "), ("2.sql", "select 2")]));
        assert_ne!(first, of(&[("1.sql", "select 1")]));
    }

    #[test]
    fn refusals_of_the_folder_and_of_the_files_come_together() {
        let files = vec![
            file("2_b/notes.md", ""),
            file("1_a/migration.sql", "select 1;\ncreate role x;"),
            file("it's/migration.sql", "select public.f();"),
            file("migration_lock.toml", "provider = \"mysql\""),
        ];
        let refusals = TemplateScript::read(None, files).unwrap_err();
        let shown: Vec<_> =
            refusals.iter().map(|it| (it.file.as_str(), it.line, it.code)).collect();
        assert_eq!(
            shown,
            [
                ("2_b", 0, RefusalCode::MissingScript),
                ("migration_lock.toml", 1, RefusalCode::WrongProvider),
                ("it's/migration.sql", 0, RefusalCode::UnreadableName),
                ("1_a/migration.sql", 2, RefusalCode::ClusterWide),
                ("it's/migration.sql", 1, RefusalCode::ForeignName),
            ]
        );
        assert_eq!(refusals[0].to_string(), format!("2_b: {}", refusals[0].reason));
        assert_eq!(refusals[3].to_string(), format!("1_a/migration.sql:2: {}", refusals[3].reason));
    }

    #[test]
    fn refusals_are_capped() {
        let many = "begin;\n".repeat(500);
        assert_eq!(plain(&[&many, &many]).unwrap_err().len(), MOST);
    }

    #[test]
    fn data_is_written_in_camel_and_kebab_case() {
        let refusal = plain(&["begin"]).unwrap_err().remove(0);
        let json = serde_json::to_value(&refusal).unwrap();
        assert_eq!(json["code"], "transaction-control");
        assert_eq!(json["line"], 1);
        let script = plain(&["select 1"]).unwrap();
        let json = serde_json::to_string(&script).unwrap();
        assert_eq!(serde_json::from_str::<TemplateScript>(&json).unwrap(), script);
    }

    fn reads_and_keeps(layout: Option<Layout>, files: Vec<SourceFile>) {
        let Ok(script) = TemplateScript::read(layout, files) else { return };
        let sql = script.sql();
        for migration in &script.migrations {
            assert!(sql.contains(migration.runnable()));
        }
        assert_eq!(script.checksum().len(), 64);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(300))]

        #[test]
        fn any_text_gets_an_answer(text in "\\PC{0,200}|[a-z '\"$;().\\\\\n-]{0,200}") {
            reads_and_keeps(None, vec![file("1.sql", &text), file("2.sql", "select 1")]);
        }

        #[test]
        fn any_words_get_an_answer(words in prop::collection::vec(word(), 0..40)) {
            reads_and_keeps(None, vec![file("1/migration.sql", &words.join(" "))]);
        }

        #[test]
        fn any_paths_get_an_answer(paths in prop::collection::vec("[a-z0-9/._ é-]{0,20}(\\.sql)?", 0..6)) {
            let files = paths.iter().map(|path| file(path, "select 1")).collect::<Vec<_>>();
            reads_and_keeps(None, files.clone());
            reads_and_keeps(Some(Layout::Prisma), files.clone());
            reads_and_keeps(Some(Layout::Plain), files);
        }
    }

    /// Pieces of SQL that meet in odd ways.
    fn word() -> impl Strategy<Value = &'static str> {
        prop::sample::select(vec![
            "select",
            "from",
            "create",
            "table",
            "function",
            "language",
            "plpgsql",
            "sql",
            "as",
            "$$",
            "$x$",
            "begin",
            "end",
            "if",
            "then",
            "loop",
            "execute",
            "do",
            "set",
            "search_path",
            "set_config",
            "'x'",
            "E'\\n'",
            "U&'\\0041'",
            "\"q\"",
            "a",
            ".",
            "public",
            "(",
            ")",
            ",",
            ";",
            "=",
            "::",
            "regclass",
            "*",
            "into",
            "returns",
            "int",
            "%",
            "rowtype",
            "case",
            "1",
            "é",
            "\n",
            "--",
            "/*",
            "*/",
            "insert",
            "values",
            "atomic",
            "cast",
            "'",
            "\"",
            "[",
            "]",
        ])
    }
}
