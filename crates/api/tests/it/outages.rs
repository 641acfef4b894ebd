//! What the API does while PostgreSQL is away, or lets nobody in.

use std::time::Duration;

use reqwest::Method;
use serde_json::json;
use sqlx::{Connection as _, Executor as _, PgConnection};
use tenantry_domain::access::Role;
use tenantry_domain::problem::Code;
use tenantry_ops::runner::WorkerConfig;
use tenantry_testkit::PrivateServer;

use crate::call::Answer;
use crate::server::{Databases, Setup, TestServer, quick_worker, until};

/// Refused in a way that a client can go on from, and that tells nobody where the database is.
#[track_caller]
fn unavailable(answer: Answer) {
    assert_eq!(answer.status, 503, "{}", answer.text);
    assert!(answer.headers["retry-after"].to_str().unwrap().parse::<u32>().unwrap() > 0);
    for secret in ["postgres", "tenantry_control", "127.0.0.1", "onnection refused"] {
        assert!(!answer.text.contains(secret), "{}", answer.text);
    }
    answer.refused(503, Code::Unavailable);
}

#[tokio::test]
async fn case_6_the_control_database_is_killed_and_comes_back() {
    let mut control = PrivateServer::start().await;
    let databases = Databases {
        control: Databases::private(&control).await.control,
        ..Databases::shared().await
    };
    // what a dead worker held is taken over soon, so that the test is not as long as a lease
    let lease = Duration::from_secs(3);
    let worker = WorkerConfig { places: 4, lease, ..quick_worker() };
    let server =
        TestServer::with(databases, Setup { worker: Some(worker), ..Setup::default() }).await;
    server.create("before").await;
    // four are in the middle of it when it happens, the others wait for their turn
    let mut managed = server.managed().await;
    managed.execute("begin; lock table tenantry.template in access exclusive mode").await.unwrap();
    let mut asked = Vec::new();
    for number in 0..30 {
        let call = server.post("/schemas", json!({ "name": format!("school_{number}") }));
        asked.push(call.send().await.is(202)["id"].clone());
    }
    until(async || {
        let running = server.get("/operations?state=running").await.is(200);
        (running["total"] == 4).then_some(())
    })
    .await;
    control.kill9().await;
    managed.execute("rollback").await.unwrap();

    let (read, written, ready) = tokio::join!(
        server.get("/schemas"),
        server.post("/schemas", json!({ "name": "lost" })).send(),
        server.call(Method::GET, "/readyz").send(),
    );
    unavailable(read);
    unavailable(written);
    let ready = ready.is(503);
    assert_eq!(ready["controlDatabase"], "unavailable");
    assert_eq!(ready["managedDatabase"], "ok");
    server.call(Method::GET, "/healthz").send().await.is(200);

    control.restart().await;
    until(async || {
        let answer = server.call(Method::GET, "/readyz").send().await;
        (answer.status == 200).then_some(())
    })
    .await;
    for id in &asked {
        let operation = server.ended(id).await;
        assert_eq!(operation["state"], "succeeded", "{operation:#}");
    }
    let failed = server.get("/operations?state=failed,stuck,cancelled").await.is(200);
    assert_eq!(failed["total"], 0);
    server.get("/schemas/lost").await.refused(404, Code::SchemaNotFound);
    server.create("after").await;
    server.finish().await;
}

#[tokio::test]
async fn case_18_no_connection_is_left() {
    let postgres = PrivateServer::start_with(&[("max_connections", "20")]).await;
    let databases = Databases::private(&postgres).await;
    let server = TestServer::with(databases, Setup { sessions: 4, ..Setup::default() }).await;
    server.create("oakwood").await;
    let admin = postgres.url("postgres");
    let mut held = vec![PgConnection::connect(admin.as_str()).await.unwrap()];
    // Ours are taken away as well, until every place is somebody else's. A place is free again
    // only a moment after its session has vanished from the list, so it is looked at for a while.
    let mut quiet = 0;
    while quiet < 10 {
        let ours: i64 = sqlx::query_scalar(
            "select count(pg_terminate_backend(pid)) from pg_stat_activity
             where usename = 'tenantry_control'",
        )
        .fetch_one(&mut held[0])
        .await
        .unwrap();
        let before = held.len();
        while let Ok(one) = PgConnection::connect(admin.as_str()).await {
            held.push(one);
        }
        quiet = if ours == 0 && held.len() == before { quiet + 1 } else { 0 };
        tokio::time::sleep(Duration::from_millis(20)).await;
    }

    let (read, written, ready) = tokio::join!(
        server.get("/schemas"),
        server.post("/schemas", json!({ "name": "elm_park" })).send(),
        server.call(Method::GET, "/readyz").send(),
    );
    unavailable(read);
    unavailable(written);
    ready.is(503);
    server.call(Method::GET, "/healthz").send().await.is(200);

    drop(held);
    until(async || {
        let answer = server.call(Method::GET, "/readyz").send().await;
        (answer.status == 200).then_some(())
    })
    .await;
    server.create("elm_park").await;
    let me = server.call_as(Role::Viewer, Method::GET, "/whoami").send().await.is(200);
    assert_eq!(me["name"], "viewer");
    server.finish().await;
}
