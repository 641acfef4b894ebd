//! `POST` and `GET /api/admin/tokens`

use reqwest::Method;
use serde_json::json;
use sqlx::Executor as _;
use tenantry_domain::access::Role;
use tenantry_domain::problem::Code;
use tenantry_domain::token::Token;

use crate::server::TestServer;

#[tokio::test]
async fn a_secret_is_shown_once_and_kept_nowhere() {
    let server = TestServer::start().await;
    let call = server.call_as(Role::Admin, Method::POST, "/tokens");
    let call = call.json(json!({ "name": " ci ", "role": "operator", "validDays": 30 }));
    let issued = call.send().await.is(201);
    let secret = issued["secret"].as_str().unwrap();
    assert!(Token::parse(secret).is_some());
    assert_eq!(issued["token"]["name"], "ci");
    assert_eq!(issued["token"]["createdBy"], "admin");
    let me = server.call(Method::GET, "/api/admin/whoami").token(secret).send().await.is(200);
    assert_eq!((me["name"].as_str(), me["role"].as_str()), (Some("ci"), Some("operator")));
    assert_eq!(me["expiresAt"], issued["token"]["expiresAt"]);

    let list = server.call_as(Role::Admin, Method::GET, "/tokens").send().await;
    assert!(!list.text.contains(secret) && !list.text.contains("hash"), "{}", list.text);
    let list = list.is(200);
    assert_eq!(list["total"], 4);
    let listed =
        list["items"].as_array().unwrap().iter().find(|token| token["name"] == "ci").unwrap();
    assert!(!listed["lastUsedAt"].is_null());
    let prefix = listed["prefix"].as_str().unwrap();
    assert!(secret.starts_with(prefix) && prefix.len() < secret.len() - 20);
    let kept: bool = sqlx::query_scalar(
        "select exists (select from token t where t::text like '%' || $1 || '%')",
    )
    .bind(secret)
    .fetch_one(&mut server.control().await)
    .await
    .unwrap();
    assert!(!kept);
    server.finish().await;
}

#[tokio::test]
async fn a_token_has_a_name_a_role_and_an_end() {
    let server = TestServer::start().await;
    for body in [
        json!({ "role": "viewer" }),
        json!({ "name": "ci" }),
        json!({ "name": "", "role": "viewer" }),
        json!({ "name": "  ", "role": "viewer" }),
        json!({ "name": "a\0", "role": "viewer" }),
        json!({ "name": "x".repeat(101), "role": "viewer" }),
        json!({ "name": "ci", "role": "root" }),
        json!({ "name": "ci", "role": "Admin" }),
        json!({ "name": "ci", "role": ["admin"] }),
        json!({ "name": "ci", "role": "viewer", "validDays": 0 }),
        json!({ "name": "ci", "role": "viewer", "validDays": 366 }),
        json!({ "name": "ci", "role": "viewer", "validDays": -1 }),
        json!({ "name": "ci", "role": "viewer", "expiresAt": "2099-01-01T00:00:00Z" }),
    ] {
        let call = server.call_as(Role::Admin, Method::POST, "/tokens").json(body);
        call.send().await.refused(400, Code::InvalidRequest);
    }
    let call = server.call_as(Role::Admin, Method::POST, "/tokens");
    call.json(json!({ "name": "ci", "role": "viewer" })).send().await.is(201);
    let days: f64 = sqlx::query_scalar(
        "select extract(epoch from expires_at - created_at)::float8 / 86400 from token where name = 'ci'",
    )
    .fetch_one(&mut server.control().await)
    .await
    .unwrap();
    assert!((days - 90.0).abs() < 0.01, "{days}");
    server.finish().await;
}

#[tokio::test]
async fn an_expired_token_is_no_token() {
    let server = TestServer::start().await;
    let token = server.issue("old", Role::Admin).await;
    let whoami = || server.call(Method::GET, "/api/admin/whoami").token(&token).send();
    whoami().await.is(200);
    let mut control = server.control().await;
    control
        .execute("update token set expires_at = clock_timestamp() where name = 'old'")
        .await
        .unwrap();
    whoami().await.refused(401, Code::Unauthenticated);
    server.finish().await;
}
