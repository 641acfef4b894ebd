//! Somebody else's locks on an institution's tables.

use std::time::Duration;

use sqlx::{Executor as _, PgConnection};
use tenantry_domain::operation::OperationState;
use tenantry_domain::schema::SchemaAction;

use crate::fleet::TestFleet;

/// Case 16: an operation that meets a lock gives up its place in the lock's queue, says whose lock it is,
/// and goes on when it is gone.
#[tokio::test(flavor = "multi_thread")]
async fn case_16_a_lock_is_waited_for_in_nobodys_way_and_named() {
    let fleet = TestFleet::new().await;
    let worker = fleet.worker();
    let created = fleet.create().await;
    fleet.succeeded(created).await;
    fleet.succeeded(fleet.change(SchemaAction::Drop).await).await;
    let schema_name = fleet.schema().await.schema_name.unwrap();

    let mut holder = fleet.managed.connect().await;
    let pid: i32 =
        sqlx::query_scalar("select pg_backend_pid()").fetch_one(&mut holder).await.unwrap();
    holder.execute("set application_name = 'nightly report'; begin").await.unwrap();
    sqlx::query("select set_config('search_path', $1, true)")
        .bind(&schema_name)
        .execute(&mut holder)
        .await
        .unwrap();
    holder.execute("lock table pupil in access share mode").await.unwrap();

    let purge = fleet.change(SchemaAction::Purge).await;
    let waiting = loop {
        let operation = fleet.operation(purge).await;
        assert!(!operation.state.is_final(), "{operation:#?}");
        if operation.state == OperationState::Waiting {
            break operation;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    };
    let error = waiting.error.unwrap();
    assert_eq!(error["blockers"], serde_json::json!([pid]), "{error:#}");
    let hint = error["hint"].as_str().unwrap();
    assert!(hint.contains("nightly report") && hint.contains(&format!("({pid})")), "{hint}");

    // nobody queues behind us: a reader who comes later is served at once
    let mut reader = fleet.managed.connect().await;
    reader.execute("set lock_timeout = '5s'").await.unwrap();
    sqlx::query("select set_config('search_path', $1, false)")
        .bind(&schema_name)
        .execute(&mut reader)
        .await
        .unwrap();
    let pupils: i64 =
        sqlx::query_scalar("select count(*) from pupil").fetch_one(&mut reader).await.unwrap();
    assert_eq!(pupils, 1);

    holder.execute("rollback").await.unwrap();
    fleet.succeeded(purge).await;
    worker.stop().await;
}

/// A fleet with a dropped institution that is to be purged, and what its sessions find its tables by.
async fn dropped() -> (TestFleet, String) {
    let fleet = TestFleet::new().await;
    let worker = fleet.worker();
    fleet.succeeded(fleet.create().await).await;
    fleet.succeeded(fleet.change(SchemaAction::Drop).await).await;
    worker.stop().await;
    let schema_name = fleet.schema().await.schema_name.unwrap();
    (fleet, schema_name)
}

/// A session of somebody who uses the tables of that schema, with the server's own `deadlock_timeout`.
async fn user(fleet: &TestFleet, schema_name: &str) -> PgConnection {
    let mut session = fleet.managed.connect().await;
    sqlx::query("select set_config('search_path', $1, false)")
        .bind(schema_name)
        .execute(&mut session)
        .await
        .unwrap();
    session
}

/// Waits until a session that is (or is not) the control plane's waits for a lock on a table.
async fn waits_for(fleet: &TestFleet, ours: bool, table: &str) {
    let mut admin = fleet.managed.connect().await;
    let asked = "select exists (
                   select from pg_locks l
                   join pg_class c on c.oid = l.relation
                   join pg_stat_activity a on a.pid = l.pid
                   where not l.granted and c.relname = $1 and a.datname = current_database()
                     and (a.usename = 'tenantry_control') = $2)";
    let there = async {
        while !sqlx::query_scalar::<_, bool>(asked)
            .bind(table)
            .bind(ours)
            .fetch_one(&mut admin)
            .await
            .unwrap()
        {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), there).await.expect("it comes to the lock");
}

/// The error with which an operation waits for its next try.
async fn waiting_with(fleet: &TestFleet, id: uuid::Uuid) -> serde_json::Value {
    let waiting = async {
        loop {
            let operation = fleet.operation(id).await;
            assert!(!operation.state.is_final(), "{operation:#?}");
            if let Some(error) = operation.error {
                return error;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), waiting).await.expect("it gives up for now")
}

/// Case 17: the application's wait closes the circle. Its session would find it a second later and be
/// ended; by then we have let go.
#[tokio::test(flavor = "multi_thread")]
async fn case_17_an_application_that_runs_into_our_locks_is_not_the_victim() {
    let (fleet, schema_name) = dropped().await;
    let mut app = user(&fleet, &schema_name).await;
    app.execute("begin; lock table mark in access share mode").await.unwrap();
    let worker = fleet.worker();
    let purge = fleet.change(SchemaAction::Purge).await;
    // it has the tables before this one, and its session looks for a circle once, after 50 ms
    waits_for(&fleet, true, "mark").await;
    tokio::time::sleep(Duration::from_millis(200)).await;
    app.execute("lock table attendance_2026 in access share mode").await.expect("it gets its lock");
    assert_eq!(waiting_with(&fleet, purge).await["sqlstate"], "55P03");
    app.execute("commit").await.unwrap();
    fleet.succeeded(purge).await;
    worker.stop().await;
}

/// Case 17, the other way round: our wait closes the circle, and our session finds it first.
#[tokio::test(flavor = "multi_thread")]
async fn case_17_a_deadlock_that_we_close_is_ours_to_give_up() {
    let (fleet, schema_name) = dropped().await;
    let mut app = user(&fleet, &schema_name).await;
    let mut other = user(&fleet, &schema_name).await;
    app.execute("begin; lock table mark in access share mode").await.unwrap();
    other.execute("begin; lock table pupil in access share mode").await.unwrap();
    let worker = fleet.worker();
    let purge = fleet.change(SchemaAction::Purge).await;
    waits_for(&fleet, true, "pupil").await;
    let app = tokio::spawn(async move {
        app.execute("lock table attendance_2026 in access share mode").await.map(|_| app)
    });
    waits_for(&fleet, false, "attendance_2026").await;
    // now it comes to `mark`, which the application has
    other.execute("rollback").await.unwrap();
    let mut app = app.await.unwrap().expect("it gets its lock");
    assert_eq!(waiting_with(&fleet, purge).await["sqlstate"], "40P01");
    app.execute("commit").await.unwrap();
    fleet.succeeded(purge).await;
    worker.stop().await;
}
