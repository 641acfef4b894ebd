//! The commands with their exit statuses and what they print, against a server that runs.

use std::os::unix::fs::PermissionsExt as _;
use std::process::Stdio;
use std::time::Duration;

use serde_json::Value;
use sqlx::{Connection as _, Executor as _};

use crate::program::{Ended, run, tenantry, text, wait};
use crate::server::{Home, Serving, eventually};

const TABLE: &str = "create table pupil (id bigint primary key);\n";

/// A server with a template.
pub(crate) fn ready() -> (Home, Serving) {
    let home = Home::new();
    let server = home.serve(&[]);
    let folder = home.folder("default", TABLE);
    home.run(&["template", "create", "default", "--from", &folder]).is(0);
    (home, server)
}

fn state(home: &Home, name: &str) -> String {
    let schema = home.run(&["schema", "show", name, "--json"]).is(0).json();
    schema["state"].as_str().unwrap().to_owned()
}

fn id(operation: &Value) -> String {
    operation["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_schema_lives_by_commands() {
    let (home, server) = ready();
    let create = ["schema", "create", "oakwood", "--wait", "--json"];
    let made = home.run(&create).is(0).json();
    assert_eq!(
        (made["kind"].as_str(), made["state"].as_str()),
        (Some("create_schema"), Some("succeeded"))
    );
    home.run(&create).is(5).says("oakwood");
    let shown = home.run(&["schema", "show", "oakwood", "--json"]).is(0).json();
    for key in [
        "name",
        "schemaName",
        "displayName",
        "state",
        "templateVersion",
        "usage",
        "quota",
        "createdAt",
        "updatedAt",
    ] {
        assert!(!shown[key].is_null(), "{key}: {shown:#}");
    }
    assert_eq!(shown["schemaName"], "inst_oakwood");
    let confirmed = ["--confirm", "oakwood"];
    for (action, more, after) in [
        ("suspend", &[][..], "suspended"),
        ("resume", &[], "active"),
        ("drop", &confirmed, "archived"),
        ("undrop", &[], "active"),
        ("drop", &confirmed, "archived"),
        ("purge", &confirmed, "purged"),
    ] {
        home.run(&[&["schema", action, "oakwood", "--wait"], more].concat()).is(0);
        assert_eq!(state(&home, "oakwood"), after, "after {action}");
    }
    assert!(server.terminate().success());
}

#[tokio::test]
async fn lists_are_documents_of_items_total_and_next_cursor() {
    let (home, server) = ready();
    for name in ["ash", "birch", "cedar"] {
        home.run(&["schema", "create", name, "--wait"]).is(0);
    }
    let first = home.run(&["schema", "list", "--limit", "2", "--json"]).is(0).json();
    let names = |page: &Value| -> Vec<String> {
        let items = page["items"].as_array().unwrap().iter();
        items.map(|item| item["name"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!((names(&first), &first["total"]), (vec!["ash".into(), "birch".into()], &3.into()));
    let cursor = first["nextCursor"].as_str().unwrap();
    let rest = ["schema", "list", "--limit", "2", "--cursor", cursor, "--json"];
    let second = home.run(&rest).is(0).json();
    assert_eq!(names(&second), ["cedar"]);
    assert!(second["nextCursor"].is_null());
    let table = home.run(&["schema", "list"]).is(0).stdout;
    assert_eq!(table.lines().count(), 4, "{table}");
    assert!(server.terminate().success());
}

#[tokio::test]
async fn what_is_refused_has_a_status_and_a_reason() {
    let (home, server) = ready();
    home.run(&["schema", "create", "oakwood", "--wait"]).is(0);
    home.run(&["schema", "create", "Oakwood!"]).is(2).says("lower-case letter");
    home.run(&["schema", "create"]).is(2).says("NAME");
    home.run(&["schema", "create", "elm", "--template", "none"]).is(3).says("none");
    home.run(&["schema", "show", "nowhere"]).is(3).says("nowhere");
    home.run(&["operation", "show", "00000000-0000-7000-8000-000000000000"]).is(3);
    home.run(&["schema", "drop", "oakwood", "--confirm", "elm", "--wait"]).is(2).says("oakwood");
    home.run(&["schema", "drop", "oakwood"]).is(2).says("--confirm");
    home.run(&["schema", "resume", "oakwood"]).is(5);
    home.run(&["schema", "purge", "oakwood", "--confirm", "oakwood"]).is(5);
    let folder = home.folder("outward", "create table a (id int);\n\ncreate extension pgcrypto;\n");
    let refused = home.run(&["template", "create", "outward", "--from", &folder]);
    refused.is(2).says("1_first.sql:3: ");
    home.run(&["template", "create", "empty", "--from", &home.argument()]).is(2);
    // under --json the problem is the document
    let problem = home.run(&["schema", "show", "nowhere", "--json"]).is(3).json();
    assert!(problem["code"].is_string() && problem["requestId"].is_string(), "{problem:#}");
    assert_eq!(state(&home, "oakwood"), "active");
    let url = server.url.clone();
    assert!(server.terminate().success());
    home.run(&["schema", "list"]).is(6).says(&url);
    let nowhere = home.folder("nowhere", TABLE);
    run(&["--profile", &nowhere, "schema", "list"]).is(2).says("profile.toml");
}

#[tokio::test]
async fn a_failed_operation_says_why_and_can_be_retried() {
    let (home, server) = ready();
    let mut managed = home.managed().await;
    managed.execute("create schema inst_oakwood").await.unwrap();
    let failed = home.run(&["schema", "create", "oakwood", "--wait", "--json"]).is(1);
    let failed = failed.says("inst_oakwood").json();
    assert_eq!(
        (&failed["state"], &failed["error"]["code"]),
        (&"failed".into(), &"foreign_schema".into())
    );
    let id = id(&failed);
    let listed = ["operation", "list", "--state", "failed", "--schema", "oakwood", "--json"];
    assert_eq!(home.run(&listed).is(0).json()["items"][0]["id"], *id);
    let shown = home.run(&["operation", "show", &id]).is(0).stdout;
    assert!(shown.contains("failed") && shown.contains("inst_oakwood"), "{shown}");
    home.run(&["operation", "watch", &id]).is(1).says("inst_oakwood");
    home.run(&["operation", "cancel", &id]).is(5);
    managed.execute("drop schema inst_oakwood").await.unwrap();
    home.run(&["operation", "retry", &id]).is(0);
    home.run(&["operation", "watch", &id]).is(0);
    assert_eq!(state(&home, "oakwood"), "active");
    home.run(&["operation", "retry", &id]).is(5);
    managed.close().await.unwrap();
    assert!(server.terminate().success());
}

#[tokio::test]
async fn an_operation_under_way_is_cancelled() {
    let (home, server) = ready();
    let mut managed = home.managed().await;
    // holds the creation up until this transaction ends
    let mut tx = managed.begin().await.unwrap();
    tx.execute("lock table tenantry.template in access exclusive mode").await.unwrap();
    let queued = home.run(&["schema", "create", "oakwood", "--json"]).is(0).json();
    let id = id(&queued);
    let mut control = home.control().await;
    eventually("the creation is under way", Duration::from_secs(60), async || {
        sqlx::query_scalar(
            "select state in ('running', 'waiting') from operation where id = $1::uuid",
        )
        .bind(&id)
        .fetch_one(&mut control)
        .await
        .unwrap()
    })
    .await;
    home.run(&["operation", "cancel", &id]).is(0);
    home.run(&["operation", "watch", &id]).is(1).says("cancelled");
    tx.rollback().await.unwrap();
    home.run(&["schema", "create", "oakwood", "--wait"]).is(0);
    control.close().await.unwrap();
    managed.close().await.unwrap();
    assert!(server.terminate().success());
}

#[tokio::test]
async fn tokens_open_what_their_role_allows_until_they_are_revoked() {
    let (home, server) = ready();
    let issued =
        home.run(&["token", "create", "reader", "--role", "viewer", "--json"]).is(0).json();
    let secret = issued["secret"].as_str().unwrap();
    let reader = |command: &[&str]| -> Ended {
        run(&[&["--url", &server.url, "--token", secret], command].concat())
    };
    reader(&["schema", "list"]).is(0);
    reader(&["schema", "create", "oakwood", "--wait"]).is(4);
    reader(&["token", "list"]).is(4);
    home.run(&["schema", "show", "oakwood"]).is(3);
    let listed = home.run(&["token", "list", "--json"]).is(0);
    assert!(!listed.stdout.contains(secret), "a secret is shown once");
    assert_eq!(listed.json()["total"], 2);
    home.run(&["token", "revoke", issued["token"]["id"].as_str().unwrap()]).is(0);
    reader(&["schema", "list"]).is(4);
    home.run(&["token", "create", "x", "--role", "owner"]).is(2);
    // the secret is alone on stdout, for `$(…)`
    let plain = home.run(&["token", "create", "script", "--role", "operator"]).is(0);
    let lines: Vec<&str> = plain.stdout.lines().collect();
    run(&["--url", &server.url, "--token", lines[0], "schema", "list"]).is(0);
    assert_eq!(lines.len(), 1);
    assert!(server.terminate().success());
}

#[tokio::test]
async fn a_schema_made_in_sql_is_listed_within_seconds() {
    let (home, server) = ready();
    let mut managed = home.managed().await;
    managed.execute("select * from tenantry.create_institution_schema('riverside')").await.unwrap();
    managed.close().await.unwrap();
    eventually("riverside is listed", Duration::from_secs(30), async || {
        let listed = home.run(&["schema", "list", "--json"]).is(0).json();
        listed["items"][0]["name"] == "riverside" && listed["items"][0]["state"] == "active"
    })
    .await;
    assert!(server.terminate().success());
}

#[tokio::test]
async fn the_profile_has_its_keys_and_is_its_owners_alone() {
    let (home, server) = ready();
    let file = home.dir().join("profile.toml");
    let mode = std::fs::metadata(&file).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let profile: toml::Table = std::fs::read_to_string(&file).unwrap().parse().unwrap();
    let keys: Vec<&str> = profile.keys().map(String::as_str).collect();
    assert_eq!(keys, ["control_database_url", "managed_database_url", "token", "url"]);
    let before = ["token", "managed_database_url"].map(|key| home.profile(key));
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o640)).unwrap();
    home.run(&["schema", "list"]).is(2).says("chmod 600");
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o600)).unwrap();
    assert!(server.terminate().success());
    // neither scripts nor applications lose their way in by a restart
    let again = home.serve(&[]);
    assert_eq!(["token", "managed_database_url"].map(|key| home.profile(key)), before);
    home.run(&["schema", "list"]).is(0);
    assert!(again.terminate().success());
}

#[tokio::test]
async fn a_second_server_is_told_what_is_taken() {
    let (home, server) = ready();
    let other = Home::new();
    let elsewhere = other.argument();
    run(&["serve", "--embedded", &elsewhere, "--listen", server.address()]).is(1).says("is taken");
    assert!(!other.dir().exists(), "it fails before it makes anything");
    let here = home.argument();
    let second = run(&["serve", "--embedded", &here, "--listen", "127.0.0.1:0"]);
    second.is(1).says("is in use by another tenantry process");
    // and the first goes on
    home.run(&["schema", "create", "oakwood", "--wait"]).is(0);
    assert!(server.terminate().success());
}

#[tokio::test]
async fn a_reader_that_has_gone_is_no_failure() {
    let (home, server) = ready();
    home.run(&["schema", "create", "oakwood", "--wait"]).is(0);
    for command in [
        &["schema", "list"][..],
        &["schema", "list", "--json"],
        &["schema", "show", "oakwood"],
        &["operation", "list"],
        &["template", "list"],
        &["token", "list"],
        &["schema", "findings"],
    ] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let stderr = tempfile::tempfile().unwrap();
        let mut program = tenantry(&[&["--profile", &home.argument()], command].concat());
        program.stdout(Stdio::from(writer)).stderr(stderr.try_clone().unwrap());
        let status = wait(&mut program.spawn().unwrap());
        assert_eq!((status.code(), text(stderr).as_str()), (Some(0), ""), "{command:?}");
    }
    assert!(server.terminate().success());
}

#[test]
fn help_shows_examples() {
    for command in [
        &["serve"][..],
        &["install"],
        &["demo"],
        &["schema", "create"],
        &["schema", "list"],
        &["schema", "drop"],
        &["schema", "purge"],
        &["operation", "list"],
        &["template", "create"],
        &["token", "create"],
    ] {
        let help = run(&[command, &["--help"]].concat()).is(0).stdout;
        assert!(help.contains("Example"), "{command:?}:\n{help}");
        assert!(
            help.contains(&format!("\n  tenantry {}", command.join(" "))),
            "{command:?}:\n{help}"
        );
    }
    let help = run(&["--help"]).is(0).stdout;
    assert!(help.contains("Exit status: 0 done"), "{help}");
    run(&["schema", "explode"]).is(2);
}
