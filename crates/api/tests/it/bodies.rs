//! What request bodies may not hold, on every route that takes one.

use reqwest::Method;
use serde_json::{Value, json};
use tenantry_domain::access::Role;
use tenantry_domain::problem::Code;

use crate::server::TestServer;

/// Every route that takes a body, with one that would be accepted.
fn bodies() -> Vec<(Method, &'static str, Value)> {
    let files = json!([{ "path": "1.sql", "text": "create table a (b int);" }]);
    vec![
        (Method::POST, "/schemas", json!({ "name": "elm_park" })),
        (Method::PATCH, "/schemas/oakwood", json!({ "displayName": "x" })),
        (Method::PATCH, "/schemas/oakwood", json!({ "contact": { "name": "x" } })),
        (Method::PATCH, "/schemas/oakwood", json!({ "action": "suspend" })),
        (Method::DELETE, "/schemas/oakwood", json!({ "confirm": "oakwood" })),
        (Method::POST, "/templates", json!({ "name": "small", "files": files })),
        (Method::POST, "/tokens", json!({ "name": "ci", "role": "viewer" })),
    ]
}

#[tokio::test]
async fn case_39_fields_that_are_not_the_callers_to_set_are_refused() {
    let server = TestServer::start().await;
    server.create("oakwood").await;
    let before = server.schema("oakwood").await;
    for (method, path, body) in bodies() {
        for field in
            ["role", "tenant_id", "tenantId", "state", "quota", "id", "createdBy", "__proto__"]
        {
            if body.get(field).is_some() {
                continue; // a token's role is asked for
            }
            let mut body = body.clone();
            body[field] = json!("admin");
            let call = server.call_as(Role::Admin, method.clone(), path).json(body);
            let problem = call.send().await.refused(400, Code::InvalidRequest);
            let detail = problem["detail"].as_str().unwrap();
            assert!(detail.contains(field), "{method} {path} with {field}: {detail}");
        }
    }
    let inside = json!([{ "path": "1.sql", "text": "", "state": "proved" }]);
    let call = server.call_as(Role::Admin, Method::POST, "/templates");
    let call = call.json(json!({ "name": "small", "files": inside }));
    call.send().await.refused(400, Code::InvalidRequest);
    assert_eq!(server.schema("oakwood").await["state"], before["state"]);
    assert_eq!(server.get("/operations").await.is(200)["total"], 1);
    assert_eq!(server.get("/schemas").await.is(200)["total"], 1);
    server.finish().await;
}

#[tokio::test]
async fn a_body_is_json_and_says_so() {
    let server = TestServer::start().await;
    server.create("oakwood").await;
    for (method, path, body) in bodies() {
        let call = || server.call_as(Role::Admin, method.clone(), path);
        let unsupported = Code::UnsupportedMediaType;
        for kind in ["text/plain", "application/x-www-form-urlencoded", "application/jsonp", ""] {
            call().text(kind, body.to_string()).send().await.refused(415, unsupported);
        }
        call().send().await.refused(415, unsupported);
        for broken in ["", "{", "{\"a\":1,}", "\u{feff}{}", "nul", "{\"name\":\"\\ud800\"}"] {
            let answer = call().text("application/json", broken).send().await;
            answer.refused(400, Code::InvalidRequest);
        }
        let deep = "[".repeat(100_000);
        let answer = call().text("application/json", deep).send().await;
        answer.refused(400, Code::InvalidRequest);
    }
    let call = server.call_as(Role::Admin, Method::POST, "/tokens");
    let body = json!({ "name": "ci", "role": "viewer" }).to_string();
    call.text("Application/JSON; charset=utf-8", body).send().await.is(201);
    server.finish().await;
}

#[tokio::test]
async fn a_body_has_a_largest_size() {
    let server = TestServer::start().await;
    let large = |bytes: usize| format!("{{\"name\":\"{}\"}}", "x".repeat(bytes));
    let post = |path: &str, body: String| {
        server.call_as(Role::Admin, Method::POST, path).text("application/json", body).send()
    };
    const MIB: usize = 1024 * 1024;
    post("/schemas", large(MIB)).await.refused(413, Code::TooLarge);
    post("/schemas", large(MIB - 100)).await.refused(422, Code::InvalidName);
    post("/templates", large(2 * MIB)).await.refused(400, Code::InvalidRequest);
    post("/templates", large(16 * MIB)).await.refused(413, Code::TooLarge);
    server.finish().await;
}
