//! PostgreSQL's own programs: what they say is the truth here.

use std::path::{Path, PathBuf};
use std::process::Command;

use tenantry_pg::embedded::binaries;
use url::Url;

/// Names a folder of programs for servers that come without.
const PROGRAMS: &str = "TENANTRY_TEST_PG_PROGRAMS";

/// The folder of the programs of a server; where it has the server only, one of a newer version's programs is named.
pub(crate) fn folder() -> PathBuf {
    if let Some(programs) = std::env::var_os(PROGRAMS) {
        return programs.into();
    }
    let chosen = std::env::var_os("TENANTRY_TEST_PG_BIN").filter(|dir| !dir.is_empty());
    binaries::choose(chosen.map(PathBuf::from).as_deref(), None).unwrap().dir
}

/// Where one of them is.
pub(crate) fn path(program: &str) -> PathBuf {
    folder().join(program)
}

fn run(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(path(program)).args(arguments).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{program} {arguments:?}: {said}");
    assert!(!said.contains("error"), "{program} {arguments:?}: {said}");
    String::from_utf8(output.stdout).unwrap()
}

/// A schema as text, without what differs from run to run.
pub(crate) fn dump(database: &Url, schema: &str) -> String {
    plain(&run("pg_dump", &["-n", schema, "-d", database.as_str()]))
}

/// The same without rights.
pub(crate) fn dump_without_rights(database: &Url, schema: &str) -> String {
    plain(&run("pg_dump", &["--no-acl", "-n", schema, "-d", database.as_str()]))
}

fn plain(text: &str) -> String {
    text.lines()
        .filter(|line| !line.starts_with("\\restrict") && !line.starts_with("\\unrestrict"))
        .collect::<Vec<_>>()
        .join("\n")
}

/// A schema in an archive of `pg_dump`'s own.
pub(crate) fn dump_archive(database: &Url, schema: &str, file: &Path) {
    run("pg_dump", &["-Fc", "-n", schema, "-f", file.to_str().unwrap(), "-d", database.as_str()]);
}

/// Restores an archive.
pub(crate) fn restore(database: &Url, file: &Path) {
    if std::env::var_os(PROGRAMS).is_none() {
        run("pg_restore", &["--exit-on-error", "-d", database.as_str(), file.to_str().unwrap()]);
        return;
    }
    // a newer version's program sets what an older server does not know
    let script = statements(file).replacen("SET transaction_timeout = 0;\n", "", 1);
    let path = file.with_extension("sql");
    std::fs::write(&path, script).unwrap();
    let path = path.to_str().unwrap();
    run("psql", &["-qX", "-v", "ON_ERROR_STOP=1", "-d", database.as_str(), "-f", path]);
}

/// Restores what can be restored of an archive, and says what the server had against the rest.
pub(crate) fn restore_what_can_be(database: &Url, file: &Path) -> Vec<String> {
    let arguments = ["-d", database.as_str(), file.to_str().unwrap()];
    let output = Command::new(path("pg_restore")).args(arguments).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    said.lines().filter_map(|line| Some(line.split_once("ERROR: ")?.1.trim().to_owned())).collect()
}

/// The statements in an archive.
pub(crate) fn statements(file: &Path) -> String {
    run("pg_restore", &["-f", "-", file.to_str().unwrap()])
}

/// What an archive lists: kind and name, sorted.
pub(crate) fn contents(file: &Path, schema: &str) -> Vec<String> {
    let text = run("pg_restore", &["-l", file.to_str().unwrap()]);
    let mut lines: Vec<String> = text
        .lines()
        .filter(|line| !line.starts_with(';') && !line.is_empty())
        // number; catalog object kind schema name owner
        .map(|line| line.splitn(4, ' ').nth(3).unwrap().replace(&format!("{schema}."), ""))
        .collect();
    lines.sort();
    lines
}
