//! What is known of institutions, and sheets of them, on the command line.

use std::process::Stdio;

use crate::command_line::ready;
use crate::program::{run, tenantry, text, wait};

#[tokio::test]
async fn attributes_are_edited_by_commands() {
    let (home, server) = ready();
    let create = ["schema", "create", "oakwood", "--wait", "--quota", "5GB", "--label", "a=1"];
    home.run(&[&create[..], &["--contact-name", "Ms Ash", "--external-id", "4711"]].concat()).is(0);
    let show = || home.run(&["schema", "show", "oakwood", "--json"]).is(0).json();
    let first = show();
    assert_eq!(first["quota"]["bytes"], 5_i64 << 30);
    let update =
        |arguments: &[&str]| home.run(&[&["schema", "update", "oakwood"], arguments].concat());
    update(&["--label", "b=2", "--unlabel", "a", "--quota", "none", "--contact-name", ""]).is(0);
    let second = show();
    assert_eq!(second["labels"], serde_json::json!({ "b": "2" }));
    assert_eq!(second["externalId"], "4711");
    assert!(second["quota"]["bytes"].is_null() && second["contact"]["name"].is_null());
    let version = first["version"].as_str().unwrap();
    update(&["--display-name", "X", "--if-match", version]).is(5).says("update_schema");
    let labelled = ["--label", "c=3", "--if-match", version];
    update(&labelled).is(5);
    let version = second["version"].as_str().unwrap();
    let changed = update(&["--external-id", "", "--if-match", version, "--json"]).is(0).json();
    assert!(changed["externalId"].is_null());
    update(&[]).is(2).says("nothing to change");
    update(&["--quota", "much"]).is(2).says("not a size");
    update(&["--contact-email", "nobody"]).is(2).says("contact.email");
    home.run(&["schema", "update", "nobody", "--label", "a=1"]).is(3);
    let listed = home.run(&["schema", "list", "--label", "b=2", "--json"]).is(0).json();
    assert_eq!(listed["total"], 1);
    let shown = home.run(&["schema", "show", "oakwood"]).is(0).stdout;
    assert!(shown.contains("version"), "{shown}");
    assert!(server.terminate().success());
}

#[tokio::test]
async fn a_sheet_goes_in_and_comes_out() {
    let (home, server) = ready();
    let file = home.dir().join("schools.csv");
    let file = file.to_str().unwrap();
    let import = |more: &[&str]| home.run(&[&["schema", "import", file], more].concat());
    std::fs::write(file, "name,displayName,contactPhone\nash,Ash,+49 30 1\nBirch,Birch,\n")
        .unwrap();
    let preview = import(&["--dry-run"]).is(2).says("1 rows are invalid");
    assert!(preview.stdout.contains("3     Birch  invalid  `name`"), "{}", preview.stdout);
    let refused = import(&["--wait"]).is(2).says("nothing was changed");
    assert!(refused.stdout.contains("Birch"), "{}", refused.stdout);
    let document = import(&["--json"]).is(2).json();
    assert_eq!(document["code"], "import_refused");
    assert_eq!(document["report"]["rows"][1]["fate"], "invalid");

    let done = import(&["--skip-invalid", "--wait"]).is(0);
    assert!(done.stdout.contains("1 created, 0 updated, 0 unchanged"), "{}", done.stdout);
    let operations = home.run(&["operation", "list", "--kind", "import_schemas", "--json"]);
    let parent = operations.is(0).json()["items"][0]["id"].as_str().unwrap().to_owned();
    let children = home.run(&["operation", "list", "--parent", &parent, "--json"]).is(0).json();
    assert_eq!(children["items"][0]["kind"], "create_schema");

    std::fs::write(file, "name,displayName\nash,Ash Grove\n").unwrap();
    assert!(import(&["--dry-run"]).is(0).stdout.contains("ash   differs  displayName"));
    import(&["--update", "--wait"]).is(0);
    let out = home.dir().join("out.csv");
    home.run(&["schema", "export", "-o", out.to_str().unwrap()]).is(0);
    let exported = std::fs::read_to_string(&out).unwrap();
    assert_eq!(home.run(&["schema", "export"]).is(0).stdout.trim_end(), exported.trim_end());
    assert!(exported.contains("ash,Ash Grove,,,,'+49 30 1,"), "{exported}");
    assert!(!home.dir().join("out.csv.part").exists());
    home.run(&["schema", "export", "--json"]).is(2).says("CSV");
    home.run(&["schema", "export", "-o", "/nowhere/x.csv"]).is(2).says("/nowhere/x.csv");
    import_from_stdin(&home.argument(), &out);
    run(&["--profile", &home.argument(), "schema", "import", "/nowhere.csv"])
        .is(2)
        .says("cannot read");
    assert!(server.terminate().success());
}

/// `-` is stdin; what was exported is there as it is.
fn import_from_stdin(profile: &str, sheet: &std::path::Path) {
    let mut program =
        tenantry(&["--profile", profile, "schema", "import", "-", "--dry-run", "--json"]);
    let stdout = tempfile::tempfile().unwrap();
    program.stdin(Stdio::from(std::fs::File::open(sheet).unwrap()));
    program.stdout(stdout.try_clone().unwrap());
    assert!(wait(&mut program.spawn().unwrap()).success());
    let report: serde_json::Value = serde_json::from_str(&text(stdout)).unwrap();
    assert_eq!(report["unchanged"], 1, "{report:#}");
}

#[tokio::test]
async fn a_template_with_a_seed_fills_new_institutions() {
    let (home, server) = ready();
    let folder = home.folder("seeded", "create table setting (name text, value text);");
    let seed = home.dir().join("seed.sql");
    let sql = "-- requires locale\ninsert into setting values ('l', tenantry.parameter('locale'));";
    std::fs::write(&seed, sql).unwrap();
    let seed = seed.to_str().unwrap();
    home.run(&["template", "create", "seeded", "--from", &folder, "--seed", seed]).is(0);
    let shown = home.run(&["template", "show", "seeded"]).is(0).stdout;
    assert!(shown.contains("has a seed, which requires locale"), "{shown}");
    let create = ["schema", "create", "oakwood", "--template", "seeded", "--wait"];
    home.run(&create).is(2).says("locale");
    home.run(&[&create[..], &["--parameter", "locale=de"]].concat()).is(0);
    let mut managed = home.managed().await;
    let value: String = sqlx::query_scalar("select value from inst_oakwood.setting")
        .fetch_one(&mut managed)
        .await
        .unwrap();
    assert_eq!(value, "de");
    home.run(&["template", "create", "x", "--from", &folder, "--seed", "/nowhere.sql"])
        .is(2)
        .says("/nowhere.sql");
    assert!(server.terminate().success());
}
