//! `GET /api/admin/operations`

use std::collections::BTreeSet;

use serde_json::json;
use tenantry_domain::problem::Code;
use uuid::Uuid;

use crate::server::{TestServer, succeeded};

#[tokio::test]
async fn filters_and_pages() {
    let server = TestServer::start().await;
    for name in ["oakwood", "elm_park", "birch"] {
        server.create(name).await;
    }
    succeeded(server.act("oakwood", "suspend").await);
    succeeded(server.act("oakwood", "resume").await);
    for (query, total) in [
        ("", 5),
        ("?schema=oakwood", 3),
        ("?kind=create_schema", 3),
        ("?kind=create_schema&schema=oakwood", 1),
        ("?state=succeeded", 5),
        ("?state=failed,queued", 0),
        ("?kind=make_tea", 0),
        ("?schema=nobody", 0),
    ] {
        let page = server.get(&format!("/operations{query}")).await.is(200);
        assert_eq!(page["total"], total, "{query}");
        assert_eq!(page["items"].as_array().unwrap().len(), total as usize, "{query}");
    }
    let all = server.get("/operations").await.is(200);
    let mut seen = Vec::new();
    let mut path = "/operations?limit=2".to_owned();
    loop {
        let page = server.get(&path).await.is(200);
        assert_eq!(page["total"], 5);
        seen.extend(page["items"].as_array().unwrap().clone());
        match page["nextCursor"].as_str() {
            Some(cursor) => path = format!("/operations?limit=2&cursor={cursor}"),
            None => break,
        }
    }
    assert_eq!(json!(seen), all["items"]);
    let newest_first: Vec<_> = seen.iter().map(|item| item["createdAt"].to_string()).collect();
    assert!(newest_first.is_sorted_by(|a, b| a >= b));
    let ids: BTreeSet<_> = seen.iter().map(|item| item["id"].to_string()).collect();
    assert_eq!(ids.len(), 5);
    server.finish().await;
}

#[tokio::test]
async fn what_no_list_has_is_refused() {
    use base64::Engine as _;
    let server = TestServer::start().await;
    let encode = |text: &str| base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(text);
    let nil = Uuid::nil();
    for query in [
        "state=done".to_owned(),
        "limit=0".into(),
        "limit=501".into(),
        "offset=-1".into(),
        "offset=0&cursor=x".into(),
        "cursor=x".into(),
        "kind=a%00".into(),
        "schema=%00".into(),
        "name=oakwood".into(),
        format!("cursor={}", encode(&format!("-009999-01-02T00:00:00Z {nil}"))),
        format!("cursor={}", encode(&format!("2026-01-01T00:00:00Z {nil} x"))),
    ] {
        let answer = server.get(&format!("/operations?{query}")).await;
        answer.refused(400, Code::InvalidRequest);
    }
    server.get(&format!("/operations/{nil}")).await.refused(404, Code::OperationNotFound);
    server.get("/operations/seven").await.refused(400, Code::InvalidRequest);
    server.finish().await;
}
