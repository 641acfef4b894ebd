//! `DELETE /api/admin/tokens/{id}`

use reqwest::Method;
use serde_json::json;
use tenantry_domain::access::Role;
use tenantry_domain::problem::Code;
use uuid::Uuid;

use crate::server::TestServer;

#[tokio::test]
async fn a_revoked_token_is_dead_at_once_and_for_good() {
    let server = TestServer::start().await;
    let call = server.call_as(Role::Admin, Method::POST, "/tokens");
    let issued = call.json(json!({ "name": "ci", "role": "admin" })).send().await.is(201);
    let secret = issued["secret"].as_str().unwrap();
    let whoami = || server.call(Method::GET, "/api/admin/whoami").token(secret).send();
    whoami().await.is(200);
    let path = format!("/tokens/{}", issued["token"]["id"].as_str().unwrap());
    let revoke = || server.call_as(Role::Admin, Method::DELETE, &path).send();
    let revoked = revoke().await.is(200);
    assert!(!revoked["revokedAt"].is_null());
    whoami().await.refused(401, Code::Unauthenticated);
    assert_eq!(revoke().await.is(200)["revokedAt"], revoked["revokedAt"], "once is enough");
    let path = format!("/tokens/{}", Uuid::new_v4());
    let nobody = server.call_as(Role::Admin, Method::DELETE, &path).send().await;
    nobody.refused(404, Code::TokenNotFound);
    let odd = server.call_as(Role::Admin, Method::DELETE, "/tokens/1").send().await;
    odd.refused(400, Code::InvalidRequest);
    server.finish().await;
}

#[tokio::test]
async fn who_revokes_their_own_token_has_none() {
    let server = TestServer::start().await;
    let own = server.issue("own", Role::Admin).await;
    let list = server.call(Method::GET, "/api/admin/tokens").token(&own).send().await.is(200);
    let items = list["items"].as_array().unwrap();
    let id = items.iter().find(|token| token["name"] == "own").unwrap()["id"].as_str().unwrap();
    let path = format!("/api/admin/tokens/{id}");
    server.call(Method::DELETE, &path).token(&own).send().await.is(200);
    server.call(Method::DELETE, &path).token(&own).send().await.refused(401, Code::Unauthenticated);
    server.finish().await;
}
