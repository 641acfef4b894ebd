//! `GET /api/admin/operations/history`

use serde_json::json;
use tenantry_domain::problem::Code;

use crate::server::TestServer;

#[tokio::test]
async fn operations_are_counted_where_they_began() {
    let server = TestServer::start().await;
    for name in ["oakwood", "birch"] {
        server.create(name).await;
    }
    server.rest().await;
    let queued = server.post("/schemas", json!({ "name": "willow" })).send().await.is(202);
    for by in ["hour", "day"] {
        let history = server.get(&format!("/operations/history?by={by}")).await.is(200);
        assert_eq!(history["by"], by);
        let points = history["points"].as_array().unwrap();
        let sum = |state: &str| points.iter().map(|it| it[state].as_i64().unwrap()).sum::<i64>();
        assert_eq!((sum("succeeded"), sum("pending"), sum("failed")), (2, 1, 0), "{history}");
        let at = points[0]["at"].as_str().unwrap();
        assert!(at.ends_with(if by == "day" { "T00:00:00Z" } else { ":00:00Z" }), "{at}");
    }
    let past = "/operations/history?from=2026-01-01T00:00:00Z&to=2026-01-02T00:00:00Z";
    assert_eq!(server.get(past).await.is(200)["points"], json!([]));
    for query in [
        "by=week",
        "from=yesterday",
        "to=2026-01-01T00:00:00Z&from=2026-01-02T00:00:00Z",
        "state=x",
    ] {
        let answer = server.get(&format!("/operations/history?{query}")).await;
        answer.refused(400, Code::InvalidRequest);
    }
    server.put_to_work(crate::server::quick_worker()).await;
    server.ended(&queued["id"]).await;
    server.finish().await;
}
