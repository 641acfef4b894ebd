//! Backups, restores and schedules by commands, as somebody would type them.

use sqlx::{Executor as _, PgConnection};

use crate::server::{Home, Serving};

const TABLES: &str = "create table pupil (id bigint primary key, name text not null);
create table grade (pupil bigint references pupil, mark int not null);\n";

/// A server with one institution of three pupils.
async fn oakwood() -> (Home, Serving, PgConnection) {
    let home = Home::new();
    let server = home.serve(&[]);
    let folder = home.folder("default", TABLES);
    home.run(&["template", "create", "default", "--from", &folder]).is(0);
    home.run(&["schema", "create", "oakwood", "--wait"]).is(0);
    let mut managed = home.managed().await;
    managed
        .execute(
            "insert into inst_oakwood.pupil values (1, 'Ada'), (2, 'Grace'), (3, 'Emmy');
             insert into inst_oakwood.grade values (1, 5), (2, 4), (3, 6)",
        )
        .await
        .unwrap();
    (home, server, managed)
}

async fn pupils(managed: &mut PgConnection) -> i64 {
    sqlx::query_scalar("select count(*) from inst_oakwood.pupil").fetch_one(managed).await.unwrap()
}

#[tokio::test]
async fn rows_that_were_deleted_by_hand_come_back_by_commands() {
    let (home, server, mut managed) = oakwood().await;
    let stdout = |arguments: &[&str]| home.run(arguments).is(0).stdout;
    let none = stdout(&["schema", "show", "oakwood"]);
    assert!(none.contains("last backup    -\n") && none.contains("next backup    -\n"), "{none}");

    let made = home.run(&["backup", "create", "oakwood", "--wait", "--json"]).is(0).json();
    assert_eq!((&made["state"], &made["result"]["rows"]), (&"succeeded".into(), &6.into()));
    let id = made["result"]["backup"].as_str().unwrap();
    assert!(stdout(&["schema", "show", "oakwood"]).contains("verified       not yet\n"));
    let verified = stdout(&["backup", "verify", "oakwood", "--wait"]);
    assert!(verified.contains(&format!("backup {id} is verified, restored in ")), "{verified}");
    let shown = stdout(&["schema", "show", "oakwood"]);
    assert!(shown.contains("; recovery took "), "{shown}");
    let shown = stdout(&["backup", "show", "oakwood"]);
    assert!(shown.contains("tables and rows    2 and 6") && shown.contains("pupil"), "{shown}");

    managed
        .execute("delete from inst_oakwood.grade; delete from inst_oakwood.pupil where id > 1")
        .await
        .unwrap();
    let restore = ["backup", "restore", "oakwood", "--as", "x_restored", "--wait"];
    let restored = stdout(&restore);
    assert!(restored.contains("copy x_restored"), "{restored}");
    home.run(&restore).is(5).says("A schema named x_restored is there");
    let copies = stdout(&["backup", "copies", "oakwood"]);
    assert!(copies.contains("x_restored  restored"), "{copies}");
    let compare = ["backup", "compare", "oakwood", "x_restored"];
    let differ = stdout(&compare);
    assert!(
        differ.contains("pupil  1     3      0          2           there: (2) (3)"),
        "{differ}"
    );
    assert_eq!(pupils(&mut managed).await, 1, "the living one is never touched");
    let swap = ["backup", "swap", "oakwood", "x_restored", "--confirm"];
    home.run(&[&swap[..], &["elm", "--wait"]].concat()).is(2).says("--confirm");
    let swapped = stdout(&[&swap[..], &["oakwood", "--wait"]].concat());
    assert!(swapped.contains("what lived until then is "), "{swapped}");
    assert_eq!(pupils(&mut managed).await, 3);
    home.run(&compare).is(3).says("x_restored");

    let listed = stdout(&["backup", "list"]);
    assert!(listed.contains(id) && listed.contains("stored"), "{listed}");
    let status = stdout(&["backup", "status"]);
    assert!(status.contains("not verified         0\n"), "{status}");
    let csv = stdout(&["backup", "drills", "--csv"]);
    assert!(csv.starts_with("drilledAt,schema,") && csv.lines().count() == 2, "{csv}");
    let plan = stdout(&["backup", "prune"]);
    assert!(plan.contains("oakwood") && plan.contains("keep"), "{plan}");
    let pruned = stdout(&["backup", "prune", "--apply", "--wait"]);
    assert!(pruned.contains("0 condemned"), "{pruned}");
    let keys = stdout(&["backup", "keys", "list", "oakwood"]);
    assert!(keys.contains("living") && keys.contains("age1"), "{keys}");
    assert!(server.terminate().success());
}

#[tokio::test]
async fn schedules_live_by_commands() {
    let (home, server, _) = oakwood().await;
    let stdout = |arguments: &[&str]| home.run(arguments).is(0).stdout;
    assert!(stdout(&["schedule", "list"]).starts_with("There are no schedules."));
    let create = ["schedule", "create", "nightly", "--kind", "backup", "--cron", "30 2 29 2 *"];
    let more = ["--time-zone", "Europe/Berlin", "--jitter", "30min", "--not-after", "06:00"];
    let made = stdout(&[&create[..], &more].concat());
    assert!(made.starts_with("nightly is on; next 20"), "{made}");
    assert!(made.contains("-02-29 02:30 Europe/Berlin ("), "{made}");
    let listed = stdout(&["schedule", "list"]);
    assert!(listed.contains("30 2 29 2 *  on     20"), "{listed}");
    let shown = stdout(&["schedule", "show", "nightly"]);
    for line in ["jitter         30min\n", "not after      06:00\n", "last slot      -\n"] {
        assert!(shown.contains(line), "{line}: {shown}");
    }
    assert!(!stdout(&["schema", "show", "oakwood"]).contains("next backup    -\n"));
    let update = ["schedule", "update", "nightly"];
    let changed =
        home.run(&[&update[..], &["--missed", "2h", "--not-after", "none", "--json"]].concat());
    let changed = changed.is(0).json();
    assert_eq!(
        (&changed["settings"]["withinSeconds"], &changed["settings"]["notAfter"]),
        (&7200.into(), &serde_json::Value::Null)
    );
    assert_eq!(changed["settings"]["jitterSeconds"], 1800);
    assert!(stdout(&[&update[..], &["--disable"]].concat()).contains("nightly is disabled"));
    stdout(&[&update[..], &["--enable"]].concat());
    assert!(stdout(&["schedule", "pause", "nightly"]).contains("nightly is paused\n"));
    let run = stdout(&["schedule", "run", "nightly", "--wait"]);
    assert!(run.contains("1 done, 0 failed"), "{run}");
    let backups = home.run(&["backup", "list", "--json"]).is(0).json();
    assert_eq!(backups["items"][0]["reason"], "schedule");
    assert!(stdout(&["schedule", "resume", "nightly"]).starts_with("nightly is on; next "));
    assert!(stdout(&["schedule", "slots", "nightly"]).contains("No slot of nightly"));

    home.run(&create).is(5).says("nightly");
    let bad = ["schedule", "create", "x", "--kind", "backup", "--cron", "0 2 * *"];
    home.run(&bad).is(2).says("cron: `0 2 * *` has 4 fields");
    home.run(&["schedule", "create", "x", "--kind", "copy", "--cron", "0 2 * * *"]).is(2);
    home.run(&[&update[..], &["--missed", "later"]].concat()).is(2).says("or skip, or once");
    home.run(&update).is(2).says("nothing is to be changed");
    home.run(&["schedule", "pause", "nightly", "--until", "2020-01-01T00:00:00Z"]).is(2);
    home.run(&["schedule", "show", "other"]).is(3).says("other");
    stdout(&["schedule", "delete", "nightly"]);
    home.run(&["schedule", "delete", "nightly"]).is(3);
    assert!(server.terminate().success());
}

#[tokio::test]
async fn what_cannot_be_done_with_backups_has_a_status_and_a_reason() {
    let (home, server, _) = oakwood().await;
    home.run(&["backup", "create"]).is(2);
    home.run(&["backup", "create", "oakwood", "--all"]).is(2);
    home.run(&["backup", "create", "nobody"]).is(3).says("nobody");
    home.run(&["backup", "verify", "oakwood"]).is(3).says("there is no backup of oakwood");
    home.run(&["backup", "restore", "00000000-0000-7000-8000-000000000000"]).is(3);
    home.run(&["backup", "compare", "oakwood", "none"]).is(3).says("none");
    home.run(&["backup", "create", "oakwood", "--wait"]).is(0);
    home.run(&["backup", "restore", "oakwood", "--as", "Public; drop"]).is(2);
    home.run(&["backup", "restore", "oakwood", "--as", "a", "--in-place"]).is(2);
    home.run(&["backup", "restore", "oakwood", "--in-place"]).is(5).says("oakwood");
    home.run(&["backup", "restore", "oakwood", "--keep-hours", "0"]).is(2);
    home.run(&["backup", "keys", "destroy", "oakwood", "--confirm", "elm"]).is(2);
    let missing = home.run(&["backup", "show", "oakwood", "--before", "2020-01-01T00:00:00Z"]);
    missing.is(3).says("before 2020-01-01");
    home.run(&["backup", "list", "--limit", "501"]).is(2);
    assert!(server.terminate().success());
}
