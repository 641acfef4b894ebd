//! `POST /api/admin/operations/{id}/cancel`

use reqwest::Method;
use serde_json::{Value, json};
use sqlx::Executor as _;
use tenantry_domain::access::Role;
use tenantry_domain::problem::Code;
use uuid::Uuid;

use crate::call::Answer;
use crate::server::{TestServer, until};

async fn cancel(server: &TestServer, id: &Value) -> Answer {
    let path = format!("/operations/{}/cancel", id.as_str().unwrap());
    server.call_as(Role::Operator, Method::POST, &path).send().await
}

#[tokio::test]
async fn case_11_queued_is_cancelled_on_the_spot() {
    let server = TestServer::idle().await;
    let queued = server.post("/schemas", json!({ "name": "oakwood" })).send().await.is(202);
    let answer = cancel(&server, &queued["id"]).await.is(202);
    assert_eq!(answer["state"], "cancelled");
    assert!(!answer["cancelRequestedAt"].is_null());
    assert_eq!(server.schema("oakwood").await["state"], "purged");
    cancel(&server, &queued["id"]).await.refused(409, Code::OperationFinished);
    // a worker that comes later finds nothing, and the name is free
    server.put_to_work(Default::default()).await;
    server.create("oakwood").await;
    server.finish().await;
}

#[tokio::test]
async fn case_11_running_stops_and_leaves_nothing() {
    let server = TestServer::start().await;
    let mut managed = server.managed().await;
    // whoever makes a schema waits here
    managed.execute("begin; lock table tenantry.template in access exclusive mode").await.unwrap();
    let asked = server.post("/schemas", json!({ "name": "oakwood" })).send().await.is(202);
    let waits = async || -> Option<()> {
        let waiting: bool = sqlx::query_scalar(
            "select exists (select from pg_locks where not granted
                            and relation = 'tenantry.template'::regclass)",
        )
        .fetch_one(&mut server.managed().await)
        .await
        .unwrap();
        waiting.then_some(())
    };
    until(waits).await;
    let path = format!("/operations/{}", asked["id"].as_str().unwrap());
    assert_eq!(server.get(&path).await.is(200)["state"], "running");
    cancel(&server, &asked["id"]).await.is(202);
    let ended = server.ended(&asked["id"]).await;
    assert_eq!(ended["state"], "cancelled", "{ended:#}");
    assert_eq!(ended["error"]["code"], "cancelled");
    assert_eq!(server.schema("oakwood").await["state"], "purged");
    managed.execute("rollback").await.unwrap();
    server.finish().await;
}

#[tokio::test]
async fn case_11_what_is_over_stays_as_it_is() {
    let server = TestServer::start().await;
    server.create("oakwood").await;
    let list = server.get("/operations").await.is(200);
    let problem = cancel(&server, &list["items"][0]["id"]).await;
    let problem = problem.refused(409, Code::OperationFinished);
    assert!(problem["detail"].as_str().unwrap().contains("succeeded"));
    assert_eq!(server.get("/operations").await.is(200), list);
    cancel(&server, &json!(Uuid::new_v4())).await.refused(404, Code::OperationNotFound);
    cancel(&server, &json!("seven")).await.refused(400, Code::InvalidRequest);
    server.finish().await;
}
