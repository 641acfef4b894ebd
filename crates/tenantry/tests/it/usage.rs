//! `tenantry schema usage`: what it prints, as a document and for people, and what it refuses.

use sqlx::{Connection as _, Executor as _};

use crate::command_line::ready;

#[tokio::test]
async fn use_is_shown_by_the_hour_and_by_the_day() {
    let (home, server) = ready();
    home.run(&["schema", "create", "oakwood", "--wait"]).is(0);
    let url = home.profile("managed_database_url");
    let mut managed = sqlx::PgConnection::connect(&url).await.unwrap();
    managed
        .execute(
            "set role tenantry_schema_owner;
             insert into inst_oakwood.pupil select generate_series(1, 20000)",
        )
        .await
        .unwrap();
    managed.close().await.unwrap();
    // showing it measures it, and enters that into the history
    let shown = home.run(&["schema", "show", "oakwood", "--json"]).is(0).json();
    let bytes = shown["usage"]["bytes"].as_i64().unwrap();
    assert!(bytes > 500_000, "{shown:#}");

    for by in ["hour", "day"] {
        let usage = home.run(&["schema", "usage", "oakwood", "--by", by, "--json"]).is(0).json();
        assert_eq!((usage["name"].as_str(), usage["by"].as_str()), (Some("oakwood"), Some(by)));
        assert_eq!(usage["current"]["bytes"], bytes);
        let points = usage["points"].as_array().unwrap();
        assert_eq!(points.last().unwrap()["bytes"], bytes, "{usage:#}");
    }
    let text = home.run(&["schema", "usage", "oakwood"]).is(0).stdout;
    for part in ["size", "measured", "HOUR", "SIZE", "MOST", "INDEXES", "SESSIONS"] {
        assert!(text.contains(part), "{part}: {text}");
    }
    assert!(home.run(&["schema", "usage", "oakwood", "--by", "day"]).is(0).stdout.contains("DAY"));

    let past = ["--from", "2001-01-01T00:00:00Z", "--to", "2001-01-02T00:00:00Z", "--json"];
    let none = home.run(&[&["schema", "usage", "oakwood"][..], &past].concat()).is(0).json();
    assert_eq!(none["points"], serde_json::json!([]));
    assert!(server.terminate().success());
}

#[test]
fn what_cannot_be_shown_is_said() {
    let (home, server) = ready();
    home.run(&["schema", "create", "oakwood", "--wait"]).is(0);
    home.run(&["schema", "usage", "birch"]).is(3).says("birch");
    home.run(&["schema", "usage", "oakwood", "--by", "week"]).is(2).says("week");
    home.run(&["schema", "usage", "oakwood", "--from", "yesterday"]).is(2).says("from");
    let turned = ["--from", "2026-02-01T00:00:00Z", "--to", "2026-01-01T00:00:00Z"];
    home.run(&[&["schema", "usage", "oakwood"][..], &turned].concat()).is(2);
    assert!(server.terminate().success());
}
