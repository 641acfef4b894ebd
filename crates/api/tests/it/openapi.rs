//! The OpenAPI document: committed, complete, and the one that is served.

use std::collections::BTreeSet;

use reqwest::Method;
use serde_json::Value;

use crate::server::TestServer;

#[test]
fn the_committed_document_is_the_code_s() {
    let committed = include_str!("../../openapi.json");
    let made = tenantry_api::openapi().to_pretty_json().unwrap() + "\n";
    assert!(
        committed == made,
        "crates/api/openapi.json is out of date: run `cargo xtask generate`"
    );
}

#[test]
fn every_operation_has_a_name_of_its_own() {
    let document = serde_json::to_value(tenantry_api::openapi()).unwrap();
    let mut names = BTreeSet::new();
    for item in document["paths"].as_object().unwrap().values() {
        for operation in item.as_object().unwrap().values() {
            let name = operation["operationId"].as_str().unwrap();
            assert!(names.insert(name.to_owned()), "{name} stands for two operations");
        }
    }
}

#[test]
fn every_request_body_refuses_unknown_fields() {
    let document = serde_json::to_value(tenantry_api::openapi()).unwrap();
    for item in document["paths"].as_object().unwrap().values() {
        for operation in item.as_object().unwrap().values() {
            let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
            let Some(reference) = schema["$ref"].as_str() else {
                continue;
            };
            let body = document.pointer(reference.trim_start_matches('#')).unwrap();
            assert_eq!(body["additionalProperties"], false, "{reference}");
        }
    }
}

#[tokio::test]
async fn what_is_served_is_what_is_committed() {
    let server = TestServer::start().await;
    let served = server.call(Method::GET, "/openapi.json").send().await;
    assert_eq!(served.headers["content-type"], "application/json");
    let committed: Value = serde_json::from_str(include_str!("../../openapi.json")).unwrap();
    assert_eq!(served.is(200), committed);
    let docs = server.call(Method::GET, "/docs/").send().await;
    assert_eq!(docs.status, 200);
    assert!(docs.text.contains("swagger"));
    server.finish().await;
}
