//! `POST /api/admin/operations/{id}/retry`

use reqwest::Method;
use serde_json::{Value, json};
use sqlx::Executor as _;
use tenantry_domain::access::Role;
use tenantry_domain::problem::Code;

use crate::call::Answer;
use crate::server::TestServer;

async fn retry(server: &TestServer, role: Role, id: &Value) -> Answer {
    let path = format!("/operations/{}/retry", id.as_str().unwrap());
    server.call_as(role, Method::POST, &path).send().await
}

#[tokio::test]
async fn what_failed_succeeds_when_its_cause_is_gone() {
    let server = TestServer::start().await;
    let mut managed = server.managed().await;
    managed.execute("create schema inst_oakwood").await.unwrap();
    let call = server.post("/schemas", json!({ "name": "oakwood" })).waiting();
    let failed = call.send().await.is(200);
    assert_eq!(failed["state"], "failed");
    managed.execute("drop schema inst_oakwood").await.unwrap();
    let queued = retry(&server, Role::Operator, &failed["id"]).await.is(202);
    assert_eq!(queued["id"], failed["id"]);
    assert_eq!(queued["error"], json!(null));
    assert_eq!(server.ended(&failed["id"]).await["state"], "succeeded");
    assert_eq!(server.schema("oakwood").await["state"], "active");
    retry(&server, Role::Operator, &failed["id"]).await.refused(409, Code::NotRetryable);
    retry(&server, Role::Operator, &json!("0".repeat(32)))
        .await
        .refused(404, Code::OperationNotFound);
    server.finish().await;
}

#[tokio::test]
async fn a_name_that_was_taken_meanwhile_is_a_conflict() {
    let server = TestServer::start().await;
    let mut managed = server.managed().await;
    managed.execute("create schema inst_oakwood").await.unwrap();
    let call = server.post("/schemas", json!({ "name": "oakwood" })).waiting();
    let failed = call.send().await.is(200);
    managed.execute("drop schema inst_oakwood").await.unwrap();
    crate::server::succeeded(server.act("oakwood", "drop").await);
    server.create("oakwood").await;
    retry(&server, Role::Operator, &failed["id"]).await.refused(409, Code::SchemaExists);
    server.finish().await;
}

/// The role that an operation needs is needed for its retry as well, and whoever retries answers
/// for it.
#[tokio::test]
async fn a_retry_needs_the_role_of_what_is_retried() {
    let server = TestServer::start().await;
    let files = json!([{ "path": "1.sql", "text": "create table a (b no_such_type);" }]);
    let call = server.call_as(Role::Admin, Method::POST, "/templates");
    let failed = call.json(json!({ "name": "broken", "files": files })).waiting().send().await;
    let failed = failed.is(200);
    assert_eq!(failed["state"], "failed", "{failed:#}");
    retry(&server, Role::Operator, &failed["id"]).await.refused(403, Code::Forbidden);
    retry(&server, Role::Admin, &failed["id"]).await.is(202);
    assert_eq!(server.ended(&failed["id"]).await["state"], "failed");
    server.finish().await;
}

#[tokio::test]
async fn somebody_else_can_retry_what_a_revoked_token_asked_for() {
    let server = TestServer::start().await;
    let leaver = server.issue("leaver", Role::Operator).await;
    server.rest().await;
    let call = server.call(Method::POST, "/api/admin/schemas").token(&leaver);
    let asked = call.json(json!({ "name": "oakwood" })).send().await.is(202);
    let mut control = server.control().await;
    control.execute("update token set revoked_at = now() where name = 'leaver'").await.unwrap();
    server.put_to_work(Default::default()).await;
    let failed = server.ended(&asked["id"]).await;
    assert_eq!(failed["error"]["code"], "forbidden");
    retry(&server, Role::Operator, &asked["id"]).await.is(202);
    assert_eq!(server.ended(&asked["id"]).await["state"], "succeeded");
    server.finish().await;
}
