//! `GET /api/admin/schemas/facets`

use serde_json::json;

use crate::server::{TestServer, succeeded};

#[tokio::test]
async fn everything_is_counted_once() {
    let server = TestServer::start().await;
    for name in ["oakwood", "elm_park", "birch", "willow"] {
        server.create(name).await;
    }
    succeeded(server.act("elm_park", "suspend").await);
    succeeded(server.act("birch", "drop").await);
    succeeded(server.act("willow", "drop").await);
    succeeded(server.act("willow", "purge").await);
    let facets = server.get("/schemas/facets").await.is(200);
    assert_eq!(
        facets["states"],
        json!([
            { "state": "active", "count": 1 },
            { "state": "archived", "count": 1 },
            { "state": "purged", "count": 1 },
            { "state": "suspended", "count": 1 },
        ])
    );
    assert_eq!(facets["templates"], json!([{ "template": "default", "version": 1, "count": 3 }]));
    let sum: i64 = server.get("/schemas").await.is(200)["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|schema| schema["usage"]["bytes"].as_i64().unwrap_or(0))
        .sum();
    assert_eq!(facets["usageBytes"], sum);
    server.finish().await;
}
