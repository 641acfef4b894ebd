//! The queue: poison, order, one at a time for each schema.

use tenantry_domain::operation::OperationState;
use tenantry_domain::schema::{SchemaAction, SchemaState};

use crate::crash::worker_command;
use crate::fleet::TestFleet;

/// Case 5: an operation that kills every worker is parked after three, and others go on.
#[tokio::test(flavor = "multi_thread")]
async fn case_05_a_poison_operation_is_parked_and_others_go_on() {
    let fleet = TestFleet::new().await;
    let poison = fleet.create().await;
    for _ in 0..3 {
        let status = worker_command(&fleet, "create_schema|make schema|false|Before|Kill")
            .status()
            .await
            .unwrap();
        assert!(!status.success());
    }
    let worker = fleet.worker();
    let other = fleet.create_named(&format!("{}_2", fleet.name)).await;
    fleet.succeeded(other).await;
    let stuck = fleet.ended(poison).await;
    assert_eq!(stuck.state, OperationState::Stuck);
    assert_eq!(stuck.error.unwrap()["code"], "crashed");
    assert_eq!(fleet.schema().await.state, SchemaState::Failed);
    // mended, it goes on where it was
    tenantry_ops::submit::retry(&fleet.fleet, &tenantry_ops::submit::Requester::system(), poison)
        .await
        .unwrap();
    fleet.succeeded(poison).await;
    worker.stop().await;
}

/// Case 12: many operations for one schema run one after the other, in the order in which they
/// were asked for.
#[tokio::test(flavor = "multi_thread")]
async fn case_12_operations_of_one_schema_are_serialised_in_order() {
    let fleet = TestFleet::new().await;
    let mut ids = vec![fleet.create().await];
    for round in 0..100 {
        let action = if round % 2 == 0 { SchemaAction::Suspend } else { SchemaAction::Resume };
        ids.push(fleet.change(action).await);
    }
    let workers = [fleet.worker(), fleet.worker()];
    for id in &ids {
        // out of order, a suspend would meet a suspended schema and do nothing; a resume likewise
        fleet.succeeded(*id).await;
    }
    for worker in workers {
        worker.stop().await;
    }
    let mut control = fleet.control.connect().await;
    let overlaps: i64 = sqlx::query_scalar(
        "select count(*) from operation a join operation b
           on a.schema_id = b.schema_id and a.id <> b.id
          and a.started_at < b.finished_at and b.started_at < a.finished_at",
    )
    .fetch_one(&mut control)
    .await
    .unwrap();
    assert_eq!(overlaps, 0);
    let in_order: bool = sqlx::query_scalar(
        "select array_agg(id order by started_at) = array_agg(id order by created_at, id)
         from operation",
    )
    .fetch_one(&mut control)
    .await
    .unwrap();
    assert!(in_order);
}

/// A worker that is stopped gives back what it has in hand, and no crash is counted.
#[tokio::test(flavor = "multi_thread")]
async fn a_worker_that_stops_hands_over_at_once() {
    let fleet = TestFleet::new().await;
    let id = crate::fence::create_slowly(&fleet, 8).await;
    let first = fleet.worker();
    crate::fence::under_way(&fleet, id).await;
    first.stop().await;
    let second = fleet.worker();
    fleet.succeeded(id).await;
    second.stop().await;
    let mut control = fleet.control.connect().await;
    let crashes: i32 = sqlx::query_scalar("select crash_count from operation where id = $1")
        .bind(id)
        .fetch_one(&mut control)
        .await
        .unwrap();
    assert_eq!(crashes, 0);
}
