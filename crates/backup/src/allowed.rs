//! What an archive may say: for each kind of entry the statements that we write for it, and nothing else.
//! This is a first line. The second is the login that runs them, which may do nothing outside its schema.

use tenantry_pg::sql::Ident;

use crate::archive::Item;

/// For each kind of entry: how its first statement begins, and how those begin that may follow.
const KINDS: &[(&str, &[&str], &[&str])] = &[
    ("SCHEMA", &["CREATE SCHEMA "], &[]),
    ("SHELL TYPE", &["CREATE TYPE "], &[]),
    ("TYPE", &["CREATE TYPE "], &["ALTER TYPE "]),
    ("DOMAIN", &["CREATE DOMAIN "], &["ALTER DOMAIN "]),
    ("FUNCTION", &["CREATE FUNCTION "], &[]),
    ("PROCEDURE", &["CREATE PROCEDURE "], &[]),
    ("AGGREGATE", &["CREATE AGGREGATE "], &["ALTER AGGREGATE "]),
    ("COLLATION", &["CREATE COLLATION "], &[]),
    ("CONVERSION", &["CREATE CONVERSION ", "CREATE DEFAULT CONVERSION "], &[]),
    ("OPERATOR", &["CREATE OPERATOR "], &[]),
    ("OPERATOR FAMILY", &["CREATE OPERATOR FAMILY "], &["ALTER OPERATOR FAMILY "]),
    ("OPERATOR CLASS", &["CREATE OPERATOR CLASS "], &["ALTER OPERATOR FAMILY "]),
    ("TEXT SEARCH PARSER", &["CREATE TEXT SEARCH PARSER "], &[]),
    ("TEXT SEARCH TEMPLATE", &["CREATE TEXT SEARCH TEMPLATE "], &[]),
    ("TEXT SEARCH DICTIONARY", &["CREATE TEXT SEARCH DICTIONARY "], &[]),
    (
        "TEXT SEARCH CONFIGURATION",
        &["CREATE TEXT SEARCH CONFIGURATION "],
        &["ALTER TEXT SEARCH CONFIGURATION "],
    ),
    ("TABLE", &["CREATE TABLE ", "CREATE UNLOGGED TABLE "], &["ALTER TABLE "]),
    ("FOREIGN TABLE", &["CREATE FOREIGN TABLE "], &["ALTER FOREIGN TABLE ", "ALTER TABLE "]),
    ("VIEW", &["CREATE VIEW "], &["ALTER VIEW ", "ALTER TABLE "]),
    (
        "MATERIALIZED VIEW",
        &["CREATE MATERIALIZED VIEW "],
        &["ALTER MATERIALIZED VIEW ", "ALTER TABLE "],
    ),
    (
        "SEQUENCE",
        &["CREATE SEQUENCE ", "CREATE UNLOGGED SEQUENCE ", "ALTER TABLE "],
        &["ALTER SEQUENCE "],
    ),
    ("SEQUENCE OWNED BY", &["ALTER SEQUENCE "], &[]),
    ("TABLE ATTACH", &["ALTER TABLE "], &[]),
    ("DEFAULT", &["ALTER TABLE ", "ALTER FOREIGN TABLE ", "ALTER VIEW "], &[]),
    ("TABLE DATA", &[], &[]),
    ("SEQUENCE SET", &["SELECT pg_catalog.setval("], &[]),
    ("CHECK CONSTRAINT", &["ALTER TABLE ", "ALTER FOREIGN TABLE ", "ALTER DOMAIN "], &[]),
    ("CONSTRAINT", &["ALTER TABLE ", "ALTER FOREIGN TABLE "], &["ALTER TABLE ", "ALTER INDEX "]),
    ("INDEX", &["CREATE INDEX ", "CREATE UNIQUE INDEX "], &["ALTER INDEX ", "ALTER TABLE "]),
    ("INDEX ATTACH", &["ALTER INDEX "], &[]),
    ("STATISTICS", &["CREATE STATISTICS "], &["ALTER STATISTICS "]),
    ("RULE", &["CREATE RULE ", "CREATE OR REPLACE VIEW "], &["ALTER TABLE "]),
    (
        "TRIGGER",
        &["CREATE TRIGGER ", "CREATE CONSTRAINT TRIGGER ", "ALTER TABLE ", "ALTER FOREIGN TABLE "],
        &["ALTER TABLE ", "ALTER FOREIGN TABLE "],
    ),
    ("FK CONSTRAINT", &["ALTER TABLE "], &[]),
    ("ROW SECURITY", &["ALTER TABLE "], &[]),
    ("POLICY", &["CREATE POLICY "], &[]),
    ("MATERIALIZED VIEW DATA", &["REFRESH MATERIALIZED VIEW "], &[]),
    ("COMMENT", &["COMMENT ON "], &[]),
    ("SECURITY LABEL", &["SECURITY LABEL "], &[]),
    // rights name roles that may be others here, and are never given
    ("DEFAULT ACL", &["ALTER DEFAULT PRIVILEGES "], &["ALTER DEFAULT PRIVILEGES "]),
    ("ACL", &["GRANT ", "REVOKE "], &["GRANT ", "REVOKE "]),
];

/// Whether we write entries of this kind.
pub(crate) fn is_known(kind: &str) -> bool {
    KINDS.iter().any(|(known, ..)| *known == kind)
}

/// The statements of an entry, one by one; none when there is one that we do not write for its kind.
pub(crate) fn statements(item: &Item) -> Option<Vec<&str>> {
    let (_, first, more) = KINDS.iter().find(|(kind, ..)| *kind == item.kind)?;
    let text = item.create.trim();
    // its body may be in the standard's form, with statements in it
    let statements = match item.kind.as_str() {
        "FUNCTION" | "PROCEDURE" => vec![text],
        _ => split(text),
    };
    let begins = |statement: &str, with: &[&str]| with.iter().any(|w| statement.starts_with(w));
    let fits = statements.iter().enumerate().all(|(place, statement)| match place {
        0 => begins(statement, first),
        _ => begins(statement, more),
    });
    (fits && statements.is_empty() == first.is_empty()).then_some(statements)
}

/// The table and the columns of a `COPY` as we write it; none for anything else.
pub(crate) fn copied(statement: &str) -> Option<(Ident, Vec<Ident>)> {
    let rest = statement.strip_prefix("COPY ")?.strip_suffix(" FROM stdin;\n")?;
    let (table, mut rest) = name(rest)?;
    let mut columns = Vec::new();
    if let Some(list) = rest.strip_prefix(" (") {
        rest = list;
        loop {
            let (column, after) = name(rest)?;
            columns.push(column);
            match after {
                ")" => {
                    rest = "";
                    break;
                }
                _ => rest = after.strip_prefix(", ")?,
            }
        }
    }
    rest.is_empty().then_some((table, columns))
}

/// A name at the beginning of a text, as the server writes it, and what is behind it.
fn name(text: &str) -> Option<(Ident, &str)> {
    if !text.starts_with('"') {
        let end = text.find(|c: char| !(c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_'));
        let (name, rest) = text.split_at(end.unwrap_or(text.len()));
        return Some((Ident::new(name).ok()?, rest));
    }
    let mut end = 1;
    loop {
        end += text[end..].find('"')? + 1;
        if !text[end..].starts_with('"') {
            break;
        }
        end += 1;
    }
    Some((Ident::new(text[1..end - 1].replace("\"\"", "\"")).ok()?, &text[end..]))
}

/// Cuts a text behind the semicolons that end statements. Where it sees fewer than the server, the server
/// refuses what it is given.
fn split(text: &str) -> Vec<&str> {
    let bytes = text.as_bytes();
    let (mut start, mut at, mut depth) = (0, 0, 0_usize);
    let mut statements = Vec::new();
    while at < bytes.len() {
        match bytes[at] {
            b'(' => depth += 1,
            b')' => depth = depth.saturating_sub(1),
            b'\'' => at = quoted(bytes, at, b'\'', is_escaping(bytes, at)),
            b'"' => at = quoted(bytes, at, b'"', false),
            b'$' => at = dollar_quoted(text, at),
            b';' if depth == 0 => {
                statements.push(&text[start..=at]);
                start = at + 1;
            }
            _ => {}
        }
        at += 1;
    }
    statements.push(&text[start..]);
    statements.into_iter().map(str::trim).filter(|statement| !statement.is_empty()).collect()
}

/// Whether a text's quote has an E before it that is not a name's.
fn is_escaping(bytes: &[u8], quote: usize) -> bool {
    let word = |at: usize| bytes.get(at).is_some_and(|b| b.is_ascii_alphanumeric() || *b == b'_');
    quote > 0 && matches!(bytes[quote - 1], b'E' | b'e') && !(quote > 1 && word(quote - 2))
}

/// Where a quoted text or name ends.
fn quoted(bytes: &[u8], start: usize, quote: u8, escapes: bool) -> usize {
    let mut at = start + 1;
    while at < bytes.len() {
        if escapes && bytes[at] == b'\\' {
            at += 1;
        } else if bytes[at] == quote {
            if bytes.get(at + 1) != Some(&quote) {
                return at;
            }
            at += 1;
        }
        at += 1;
    }
    at
}

/// Where a text in dollars ends; the dollar itself where none begins.
fn dollar_quoted(text: &str, start: usize) -> usize {
    let rest = &text[start + 1..];
    let tag = rest.find(|c: char| !(c.is_alphanumeric() || c == '_'));
    match tag {
        Some(length) if rest[length..].starts_with('$') => {
            let tag = &text[start..start + length + 2];
            let body = start + tag.len();
            text[body..].find(tag).map_or(text.len(), |end| body + end + tag.len() - 1)
        }
        _ => start,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(kind: &str, create: &str) -> Item {
        Item {
            id: 1,
            kind: kind.into(),
            tag: "x".into(),
            create: create.into(),
            copy: None,
            schema: Some("s".into()),
            needs: Vec::new(),
        }
    }

    #[test]
    fn statements_are_told_apart_and_must_be_those_of_the_kind() {
        for (kind, text, number) in [
            (
                "TABLE",
                "CREATE TABLE a (b text DEFAULT 'x;''y', \"c;\" int);\nALTER TABLE ONLY a ALTER b SET STORAGE PLAIN;\n",
                2,
            ),
            ("TABLE", "CREATE TABLE a (b text DEFAULT E'x\\';y' CHECK (b <> $q$;$q$));", 1),
            ("RULE", "CREATE RULE r AS ON INSERT TO a DO ALSO (SELECT 1; SELECT 2);", 1),
            (
                "FUNCTION",
                "CREATE FUNCTION f() RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT 1; SELECT 2; END;",
                1,
            ),
            ("SEQUENCE SET", "SELECT pg_catalog.setval('a', 1, true);", 1),
        ] {
            let item = item(kind, text);
            assert_eq!(statements(&item).map(|all| all.len()), Some(number), "{text}");
        }
        for (kind, text) in [
            ("TABLE", "DROP TABLE b;"),
            ("TABLE", "CREATE TABLE a (b int); DROP SCHEMA x;"),
            ("TABLE", "CREATE TABLE a (b int); COMMIT; DROP SCHEMA x;"),
            ("TABLE", "RESET ROLE; CREATE TABLE a (b int);"),
            ("TABLE", ""),
            ("VIEW", "CREATE OR REPLACE VIEW a AS SELECT 1;"),
            ("COMMENT", "COPY (SELECT 1) TO PROGRAM 'id';"),
            ("SEQUENCE SET", "SELECT pg_catalog.lo_import('/etc/passwd');"),
            ("TABLE DATA", "DELETE FROM a;"),
            ("EVENT TRIGGER", "CREATE EVENT TRIGGER e ON ddl_command_start EXECUTE FUNCTION f();"),
        ] {
            assert_eq!(statements(&item(kind, text)), None, "{text}");
        }
    }

    #[test]
    fn rows_are_copied_by_the_statement_that_we_write() {
        let names = |text: &str| {
            copied(text).map(|(table, columns)| {
                let columns: Vec<String> = columns.iter().map(|c| c.raw().to_owned()).collect();
                (table.raw().to_owned(), columns.join("|"))
            })
        };
        let some = |table: &str, columns: &str| Some((table.to_owned(), columns.to_owned()));
        assert_eq!(names("COPY a (b, \"C \"\" d\") FROM stdin;\n"), some("a", "b|C \" d"));
        assert_eq!(names("COPY \"a(b\" FROM stdin;\n"), some("a(b", ""));
        for text in [
            "COPY a (b) TO stdout;\n",
            "COPY a (b) FROM PROGRAM 'id';\n",
            "COPY a (b) FROM stdin; DROP TABLE x;\n",
            "COPY a (b) FROM '/etc/passwd'; -- FROM stdin;\n",
            "COPY (SELECT 1) FROM stdin;\n",
            "COPY other.a (b) FROM stdin;\n",
            "COPY a (b) WITH (FORMAT binary) FROM stdin;\n",
            "COPY a () FROM stdin;\n",
            "COPY a (b FROM stdin;\n",
            "copy a (b) from stdin;\n",
            "COPY \"a FROM stdin;\n",
        ] {
            assert_eq!(names(text), None, "{text}");
        }
    }
}
