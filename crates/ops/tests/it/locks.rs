//! Somebody else's locks on an institution's tables.

use std::time::Duration;

use sqlx::Executor as _;
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
