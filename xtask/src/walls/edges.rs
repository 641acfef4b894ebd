//! The import law, held over the manifests: which crate of the workspace may use which, and which
//! crates may speak to the database driver. The compiler keeps a crate to its manifest, so this wall
//! and the compiler together keep every line to its floor.

use anyhow::{Context, Result};
use toml::{Table, Value};

use super::offence::Offence;
use crate::repository::Repository;

/// The floors, from the ground up. Each may use every floor below it.
const FLOORS: [(&str, u8); 7] = [
    ("crates/domain", 0),
    ("crates/pg", 1),
    ("crates/store", 2),
    ("crates/backup", 2),
    ("crates/ops", 3),
    ("crates/api", 4),
    ("crates/tenantry", 5),
];

const TESTKIT: &str = "crates/testkit";
const TESTKIT_MAY_USE: [&str; 2] = ["crates/domain", "crates/pg"];

/// They may use whatever they want, and nobody may use them.
const OUTSIDERS: [&str; 2] = ["xtask", "examples/school"];

/// The only ones that may name the driver outside their tests.
const DRIVER_USERS: [&str; 5] = ["crates/pg", "crates/store", TESTKIT, "xtask", "examples/school"];

/// One member of the workspace.
struct Member {
    folder: String,
    package: String,
    needs: Vec<Need>,
}

/// One dependency of a member, under the name that its own manifest has.
struct Need {
    package: String,
    for_tests: bool,
}

/// Holds the manifests to the import law.
pub(crate) fn check(repository: &Repository) -> Result<Vec<Offence>> {
    let members = members(repository)?;
    let mut offences = Vec::new();
    for member in &members {
        let manifest = format!("{}/Cargo.toml", member.folder);
        if !is_known(&member.folder) {
            let what = "this crate has no floor; give it one in xtask/src/walls/edges.rs";
            offences.push(Offence::of(&manifest, what));
        }
        for need in &member.needs {
            let used = members.iter().find(|other| other.package == need.package);
            let breach = match used {
                Some(used) => judge(member, used, need.for_tests),
                None => judge_driver(member, need),
            };
            if let Some(why) = breach {
                let what = format!("{} may not use {}: {why}", member.package, need.package);
                offences.push(Offence::of(&manifest, what));
            }
        }
    }
    Ok(offences)
}

fn floor(folder: &str) -> Option<u8> {
    FLOORS.iter().find(|(name, _)| *name == folder).map(|(_, floor)| *floor)
}

fn is_known(folder: &str) -> bool {
    floor(folder).is_some() || folder == TESTKIT || OUTSIDERS.contains(&folder)
}

/// Why `from` may not use `to`, if it may not.
fn judge(from: &Member, to: &Member, for_tests: bool) -> Option<String> {
    if OUTSIDERS.contains(&to.folder.as_str()) {
        return Some(format!("nobody depends on {}", to.folder));
    }
    if OUTSIDERS.contains(&from.folder.as_str()) || (from.folder == to.folder && for_tests) {
        return None;
    }
    if to.folder == TESTKIT {
        return (!for_tests).then(|| "testkit is a dev-dependency only".to_owned());
    }
    if from.folder == TESTKIT {
        let allowed = TESTKIT_MAY_USE.contains(&to.folder.as_str());
        return (!allowed).then(|| "testkit knows pg and domain only".to_owned());
    }
    let (own, other) = (floor(&from.folder)?, floor(&to.folder)?);
    match other.cmp(&own) {
        std::cmp::Ordering::Less => None,
        std::cmp::Ordering::Equal => Some(format!("sideways, both are on floor {own}")),
        std::cmp::Ordering::Greater => Some(format!("up, from floor {own} to floor {other}")),
    }
}

fn judge_driver(member: &Member, need: &Need) -> Option<String> {
    let driver = need.package == "sqlx" || need.package.starts_with("sqlx-");
    let allowed = need.for_tests || DRIVER_USERS.contains(&member.folder.as_str());
    (driver && !allowed).then(|| "only pg and store speak to the database driver".to_owned())
}

fn members(repository: &Repository) -> Result<Vec<Member>> {
    let root = manifest(repository, "Cargo.toml")?;
    let workspace = root.get("workspace").and_then(Value::as_table).context("no workspace")?;
    let shared = workspace.get("dependencies").and_then(Value::as_table);
    let patterns = workspace.get("members").and_then(Value::as_array).context("no members")?;
    let mut members = Vec::new();
    for folder in repository.files().filter_map(|file| file.strip_suffix("/Cargo.toml")) {
        if patterns.iter().filter_map(Value::as_str).any(|pattern| matches(pattern, folder)) {
            let table = manifest(repository, &format!("{folder}/Cargo.toml"))?;
            let package = table.get("package").and_then(|package| package.get("name"));
            let package = package.and_then(Value::as_str).unwrap_or(folder).to_owned();
            members.push(Member {
                folder: folder.to_owned(),
                package,
                needs: needs(&table, shared),
            });
        }
    }
    Ok(members)
}

fn manifest(repository: &Repository, file: &str) -> Result<Table> {
    repository.text(file)?.parse().with_context(|| format!("cannot parse {file}"))
}

/// A member pattern is a folder, or a folder with `/*` for each folder directly in it.
fn matches(pattern: &str, folder: &str) -> bool {
    match pattern.strip_suffix("/*") {
        Some(parent) => folder.rsplit_once('/').is_some_and(|(above, _)| above == parent),
        None => pattern == folder,
    }
}

/// Every dependency of a manifest, those of single platforms among them.
fn needs(manifest: &Table, shared: Option<&Table>) -> Vec<Need> {
    let platforms = manifest.get("target").and_then(Value::as_table).into_iter();
    let platforms = platforms.flat_map(Table::values).filter_map(Value::as_table);
    let mut needs = Vec::new();
    for table in std::iter::once(manifest).chain(platforms) {
        for kind in ["dependencies", "build-dependencies", "dev-dependencies"] {
            let listed = table.get(kind).and_then(Value::as_table);
            for (key, value) in listed.into_iter().flatten() {
                let package = real_name(key, value, shared);
                needs.push(Need { package, for_tests: kind == "dev-dependencies" });
            }
        }
    }
    needs
}

/// A dependency may go by another name than its package, here or in the workspace's own list.
fn real_name(key: &str, value: &Value, shared: Option<&Table>) -> String {
    let inherits = value.get("workspace").and_then(Value::as_bool) == Some(true);
    let source = if inherits { shared.and_then(|shared| shared.get(key)) } else { Some(value) };
    let renamed = source.and_then(|value| value.get("package")).and_then(Value::as_str);
    renamed.unwrap_or(key).to_owned()
}

#[cfg(test)]
mod tests {
    use super::check;
    use crate::repository::fixture;

    const ROOT: &str = "[workspace]\nmembers = ['crates/*', 'examples/school', 'xtask']\n\
        [workspace.dependencies]\nengine = { path = 'crates/pg', package = 'tenantry-pg' }\n";

    /// A workspace of all members, where the manifest in `folder` has `lines` added.
    fn offences(folder: &str, lines: &str) -> Vec<String> {
        let mut files = vec![("Cargo.toml".to_owned(), ROOT.to_owned())];
        let names = ["domain", "pg", "store", "backup", "ops", "api", "testkit"];
        let mut folders: Vec<_> = names
            .iter()
            .map(|name| (format!("crates/{name}"), format!("tenantry-{name}")))
            .collect();
        for (folder, package) in
            [("crates/tenantry", "tenantry"), ("examples/school", "school"), ("xtask", "xtask")]
        {
            folders.push((folder.to_owned(), package.to_owned()));
        }
        if !folders.iter().any(|(known, _)| known == folder) {
            folders.push((folder.to_owned(), "stranger".to_owned()));
        }
        for (member, package) in &folders {
            let added = if member == folder { lines } else { "" };
            let text = format!("[package]\nname = '{package}'\n{added}");
            files.push((format!("{member}/Cargo.toml"), text));
        }
        let files: Vec<_> =
            files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
        let (_folder, repository) = fixture::repository(&files);
        check(&repository).unwrap().iter().map(ToString::to_string).collect()
    }

    #[test]
    fn down_is_allowed_over_any_number_of_floors() {
        let lines = "[dependencies]\ntenantry-domain = '1'\nengine.workspace = true\nserde = '1'\n";
        assert_eq!(offences("crates/tenantry", lines), [""; 0]);
    }

    #[test]
    fn up_is_refused_under_any_name_and_on_any_platform() {
        let up = "[dependencies]\ntenantry-store = '1'\n";
        assert!(offences("crates/pg", up)[0].contains("up, from floor 1 to floor 2"));
        let renamed = "[dependencies]\nengine.workspace = true\n";
        assert!(offences("crates/domain", renamed)[0].contains("may not use tenantry-pg"));
        let on_unix = "[target.'cfg(unix)'.dependencies]\ntenantry-api = '1'\n";
        assert_eq!(offences("crates/ops", on_unix).len(), 1);
        let for_tests = "[dev-dependencies]\ntenantry-api = '1'\n";
        assert_eq!(offences("crates/ops", for_tests).len(), 1);
        let to_build = "[build-dependencies]\ntenantry-api = '1'\n";
        assert_eq!(offences("crates/ops", to_build).len(), 1);
    }

    #[test]
    fn sideways_is_refused() {
        let lines = "[dependencies]\ntenantry-store = '1'\n";
        assert!(offences("crates/backup", lines)[0].contains("sideways"));
    }

    #[test]
    fn testkit_is_for_tests_and_knows_little() {
        let lines = "[dev-dependencies]\ntenantry-testkit = '1'\n";
        assert_eq!(offences("crates/pg", lines), [""; 0]);
        let lines = "[dependencies]\ntenantry-testkit = '1'\n";
        assert!(offences("crates/pg", lines)[0].contains("dev-dependency only"));
        let lines = "[dependencies]\ntenantry-pg = '1'\ntenantry-domain = '1'\n";
        assert_eq!(offences("crates/testkit", lines), [""; 0]);
        let lines = "[dependencies]\ntenantry-store = '1'\n";
        assert!(offences("crates/testkit", lines)[0].contains("pg and domain only"));
    }

    #[test]
    fn outsiders_use_all_and_nobody_uses_them() {
        let lines = "[dependencies]\ntenantry-api = '1'\ntenantry-testkit = '1'\nsqlx = '1'\n";
        assert_eq!(offences("xtask", lines), [""; 0]);
        let lines = "[dev-dependencies]\nschool = '1'\n";
        assert!(offences("crates/pg", lines)[0].contains("nobody depends on examples/school"));
    }

    #[test]
    fn the_driver_is_for_the_two_that_speak_sql() {
        let driver = "[dependencies]\nsqlx = '1'\n";
        assert_eq!(offences("crates/store", driver), [""; 0]);
        assert!(offences("crates/ops", driver)[0].contains("database driver"));
        assert_eq!(offences("crates/ops", "[dev-dependencies]\nsqlx = '1'\n"), [""; 0]);
        let hidden = "[dependencies]\ndb = { version = '1', package = 'sqlx-core' }\n";
        assert_eq!(offences("crates/api", hidden).len(), 1);
    }

    #[test]
    fn a_crate_without_a_floor_is_refused() {
        assert!(offences("crates/extra", "")[0].contains("has no floor"));
    }
}
