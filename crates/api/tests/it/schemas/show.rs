//! `GET /api/admin/schemas/{name}`

use sqlx::Executor as _;
use tenantry_domain::problem::Code;

use crate::server::TestServer;

#[tokio::test]
async fn the_size_is_measured_when_it_is_asked_for() {
    let server = TestServer::start().await;
    let before = server.create("oakwood").await;
    let bytes = before["usage"]["bytes"].as_i64().unwrap();
    assert!(bytes > 0);
    let mut managed = server.managed().await;
    managed
        .execute(
            "insert into inst_oakwood.pupils
             select n, repeat('x', 100) from generate_series(1, 10000) n",
        )
        .await
        .unwrap();
    let after = server.schema("oakwood").await;
    assert!(after["usage"]["bytes"].as_i64().unwrap() > bytes + 1_000_000, "{after:#}");
    assert_eq!(after["updatedAt"], before["updatedAt"], "measuring is not a change");
    server.finish().await;
}

#[tokio::test]
async fn a_name_that_nobody_has_is_404_whatever_it_looks_like() {
    let server = TestServer::start().await;
    for path in ["nobody", "UPPER", "%22%3B", "a%00b", "%D0%BE%D0%BE", "..", "x%2Fy"] {
        let answer = server.get(&format!("/schemas/{path}")).await;
        assert!([404].contains(&answer.status), "{path}: {}", answer.text);
    }
    let name = "x".repeat(3000);
    server.get(&format!("/schemas/{name}")).await.refused(404, Code::SchemaNotFound);
    server.get("/schemas/%FF").await.refused(400, Code::InvalidRequest);
    server.finish().await;
}
