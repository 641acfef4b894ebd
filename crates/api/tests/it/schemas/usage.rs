//! `GET /api/admin/schemas/{name}/usage` and `GET /api/admin/usage`

use serde_json::Value;
use sqlx::Executor as _;
use tenantry_domain::problem::Code;

use crate::server::TestServer;

#[tokio::test]
async fn use_is_shown_with_its_parts_and_its_history() {
    let server = TestServer::start().await;
    server.create("oakwood").await;
    let mut managed = server.managed().await;
    managed
        .execute(
            "insert into inst_oakwood.pupils
             select n, repeat('x', 100) from generate_series(1, 10000) n",
        )
        .await
        .unwrap();
    let shown = server.schema("oakwood").await["usage"].clone();
    let part = |usage: &Value, name: &str| usage[name].as_i64().unwrap();
    let parts = ["tableBytes", "indexBytes", "toastBytes"];
    let sum: i64 = parts.iter().map(|name| part(&shown, name)).sum();
    assert_eq!(part(&shown, "bytes"), sum);
    assert!(shown["measuredAt"].is_string() && shown["connections"] == 0, "{shown:#}");

    for by in ["hour", "day"] {
        let usage = server.get(&format!("/schemas/oakwood/usage?by={by}")).await.is(200);
        assert_eq!((&usage["name"], &usage["by"]), (&"oakwood".into(), &by.into()));
        assert_eq!(usage["current"]["bytes"], shown["bytes"]);
        let points = usage["points"].as_array().unwrap();
        assert_eq!(points.last().unwrap()["bytes"], shown["bytes"], "{usage:#}");
    }
    let none = "/schemas/oakwood/usage?from=2001-01-01T00:00:00Z&to=2001-01-02T00:00:00Z";
    assert_eq!(server.get(none).await.is(200)["points"], Value::Array(vec![]));
    server.finish().await;
}

#[tokio::test]
async fn a_time_that_is_none_and_a_stranger_are_refused() {
    let server = TestServer::start().await;
    server.create("oakwood").await;
    for query in [
        "by=minute",
        "from=yesterday",
        "from=-009999-01-02T00:00:00Z",
        "from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z",
        "from=2001-01-01T00:00:00Z&to=2026-01-01T00:00:00Z",
        "since=2026-01-01T00:00:00Z",
    ] {
        let path = format!("/schemas/oakwood/usage?{query}");
        server.get(&path).await.refused(400, Code::InvalidRequest);
    }
    server.get("/schemas/nobody/usage").await.refused(404, Code::SchemaNotFound);
    server.get("/usage?top=101").await.refused(400, Code::InvalidRequest);
    server.finish().await;
}

#[tokio::test]
async fn the_fleet_is_summed_up_and_its_largest_are_named() {
    let server = TestServer::start().await;
    for name in ["oakwood", "elm_park", "birch"] {
        server.create(name).await;
    }
    let mut managed = server.managed().await;
    managed
        .execute(
            "insert into inst_elm_park.pupils
             select n, repeat('x', 100) from generate_series(1, 10000) n",
        )
        .await
        .unwrap();
    let mut sum = 0;
    for name in ["oakwood", "elm_park", "birch"] {
        sum += server.schema(name).await["usage"]["bytes"].as_i64().unwrap();
    }
    let usage = server.get("/usage?top=2").await.is(200);
    assert_eq!(usage["bytes"], sum, "{usage:#}");
    assert_eq!((&usage["schemas"], &usage["measured"]), (&3.into(), &3.into()));
    let largest = usage["largest"].as_array().unwrap();
    assert_eq!(largest.len(), 2);
    assert_eq!(largest[0]["name"], "elm_park");
    assert!(usage["oldestMeasuredAt"].is_string());
    // none of them was there a week ago, so that all of it grew
    let grown = usage["grown"].as_array().unwrap();
    assert_eq!(grown.len(), 2);
    assert_eq!(
        (&grown[0]["name"], &grown[0]["bytes"]),
        (&"elm_park".into(), &largest[0]["usage"]["bytes"])
    );
    assert_eq!(grown[0]["grownBytes"], grown[0]["bytes"]);
    server.finish().await;
}

#[tokio::test]
async fn growth_counts_from_the_last_day_before_the_week() {
    let server = TestServer::start().await;
    server.create("oakwood").await;
    let bytes = server.schema("oakwood").await["usage"]["bytes"].as_i64().unwrap();
    let mut control = server.control().await;
    for (days, less) in [(30, 5000), (8, 4000), (2, 1000)] {
        sqlx::query(
            "insert into usage_point
             select schema_id, 'day', now() - make_interval(days => $1), $2 - $3, 0, 0, 0, 0, 0, 0
             from schema_usage",
        )
        .bind(days)
        .bind(bytes)
        .bind(less)
        .execute(&mut control)
        .await
        .unwrap();
    }
    let grown = server.get("/usage").await.is(200)["grown"].clone();
    assert_eq!(
        grown,
        serde_json::json!([{ "name": "oakwood", "bytes": bytes, "grownBytes": 4000 }])
    );
    server.finish().await;
}
