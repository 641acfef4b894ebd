//! Refusals that no single route owns, and what every answer bears.

use std::collections::BTreeMap;

use reqwest::Method;
use serde_json::json;
use tenantry_domain::access::{ROUTES, Role};
use tenantry_domain::problem::Code;

use crate::server::TestServer;

#[tokio::test]
async fn a_path_that_is_not_there_is_404_for_everyone() {
    let server = TestServer::start().await;
    for path in [
        "/api",
        "/api/admin",
        "/api/admin/",
        "/api/admin/schemas/",
        "/api/admin/schemas/a/b",
        "/api/admin/users",
        "/api/v2/schemas",
        "//api/admin/schemas",
        "/API/admin/schemas",
        "/metrics/",
    ] {
        for method in [Method::GET, Method::POST, Method::DELETE] {
            server.call(method.clone(), path).send().await.refused(404, Code::NotFound);
            let call = server.call(method, path).token(server.token(Role::Admin));
            call.send().await.refused(404, Code::NotFound);
        }
    }
    server.finish().await;
}

#[tokio::test]
async fn a_method_without_a_line_in_the_table_is_405_and_names_those_that_have_one() {
    let server = TestServer::start().await;
    let mut known: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for route in ROUTES {
        known.entry(route.path).or_default().push(route.method);
    }
    for (path, methods) in known {
        let real =
            path.replace("{name}", "oakwood").replace("{id}", &uuid::Uuid::nil().to_string());
        let real = real.replace("{*rest}", "index.html");
        for method in ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "QUERY"] {
            if methods.contains(&method) {
                continue;
            }
            let method = Method::from_bytes(method.as_bytes()).unwrap();
            for token in [None, Some(server.token(Role::Admin))] {
                let mut call = server.call(method.clone(), &real);
                if let Some(token) = token {
                    call = call.token(token);
                }
                let answer = call.send().await;
                let allowed = answer.headers["allow"].to_str().unwrap().to_owned();
                answer.refused(405, Code::MethodNotAllowed);
                for method in &methods {
                    assert!(allowed.contains(method), "{path}: {allowed}");
                }
            }
        }
    }
    server.finish().await;
}

#[tokio::test]
async fn a_request_keeps_its_id_when_it_is_harmless() {
    let server = TestServer::start().await;
    let ask = async |id: Option<&str>| {
        let call = server.call_as(Role::Viewer, Method::GET, "/schemas/nobody");
        let call = match id {
            Some(id) => call.header("x-request-id", id),
            None => call,
        };
        let body = call.send().await.refused(404, Code::SchemaNotFound);
        body["requestId"].as_str().unwrap().to_owned()
    };
    assert_eq!(ask(Some("my-request_1.2:3")).await, "my-request_1.2:3");
    assert_eq!(ask(Some(&"a".repeat(100))).await, "a".repeat(100));
    let made = ask(None).await;
    assert!(uuid::Uuid::parse_str(&made).is_ok());
    for harmful in ["a b", "<script>", "a\"b", "", &"a".repeat(101), "x;y"] {
        let given = ask(Some(harmful)).await;
        assert_ne!(given, harmful);
        assert!(uuid::Uuid::parse_str(&given).is_ok(), "{given}");
    }
    let fine = server.call(Method::GET, "/healthz").header("x-request-id", "mine").send().await;
    assert_eq!(fine.headers["x-request-id"], "mine");
    // it leads from the answer to the operation and to the audit log
    let call = server.post("/schemas", json!({ "name": "oakwood" })).waiting();
    let operation = call.header("x-request-id", "order-7").send().await.is(200);
    assert_eq!(operation["requestId"], "order-7");
    server.finish().await;
}

#[tokio::test]
async fn every_answer_bears_the_protective_headers() {
    let server = TestServer::start().await;
    for path in ["/healthz", "/nowhere", "/api/admin/schemas", "/openapi.json"] {
        let answer = server.call(Method::GET, path).send().await;
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("x-frame-options", "DENY"),
            ("referrer-policy", "no-referrer"),
            ("cache-control", "no-store"),
        ] {
            assert_eq!(answer.headers[name], value, "{path}");
        }
    }
    server.finish().await;
}

#[tokio::test]
async fn a_token_is_checked_before_anything_else_is_told() {
    let server = TestServer::start().await;
    let right = server.token(Role::Admin).to_owned();
    let wrong = tenantry_domain::token::Token::generate().reveal().to_owned();
    for value in [
        String::new(),
        "Bearer".into(),
        "Bearer ".into(),
        format!("Basic {right}"),
        format!("Bearer {wrong}"),
        format!("Bearer {right}x"),
        format!("Bearer {}", &right[..right.len() - 1]),
        format!("Bearer {}", right.to_uppercase()),
        "Bearer ' or '1'='1".into(),
        right.clone(),
    ] {
        let call = server.call(Method::GET, "/api/admin/schemas/nobody");
        let answer = call.header("authorization", &value).send().await;
        assert_eq!(answer.headers["www-authenticate"], "Bearer");
        assert!(!answer.text.contains(&right) && !answer.text.contains(&wrong), "{}", answer.text);
        answer.refused(401, Code::Unauthenticated);
    }
    let call = server.call(Method::GET, "/api/admin/whoami");
    let answer = call.header("authorization", &format!("bearer  {right} ")).send().await;
    assert_eq!(answer.is(200)["role"], "admin");
    server.finish().await;
}

/// Whatever goes wrong inside is told to the log, not to the client.
#[tokio::test]
async fn an_inner_error_keeps_its_cause_to_itself() {
    use sqlx::Executor as _;
    let server = TestServer::start().await;
    let mut control = server.control().await;
    control.execute("alter table finding rename column object to secret_column").await.unwrap();
    let answer = server.get("/findings").await;
    assert!(!answer.text.contains("secret_column") && !answer.text.contains("select"));
    answer.refused(500, Code::Internal);
    server.finish().await;
}
