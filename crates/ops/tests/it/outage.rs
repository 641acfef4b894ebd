//! Databases that vanish, and answers that never come.

use tenantry_ops::kinds::registry;
use tenantry_ops::runner::{Faults, Worker};
use tenantry_testkit::Proxy;

use crate::fence::{create_slowly, under_way};
use crate::fleet::{TestFleet, as_control_role, open, quick};
use crate::world::world;

/// A worker whose way to the managed database leads through a proxy.
async fn behind_proxy(fleet: &TestFleet) -> (Proxy, Worker) {
    let proxy = Proxy::start(fleet.managed.url()).await;
    let through = open(
        &as_control_role(fleet.control.url()),
        &as_control_role(&proxy.url(fleet.managed.url())),
    );
    (proxy, Worker::start(through, registry(), quick(Faults::none())))
}

/// Case 8: the managed database committed, but its answer was lost; the step is found done, not
/// done again.
#[tokio::test(flavor = "multi_thread")]
async fn case_08_a_lost_answer_to_a_commit_is_not_done_twice() {
    let fleet = TestFleet::new().await;
    let (proxy, worker) = behind_proxy(&fleet).await;
    proxy.drop_reply_to("tenantry.make_schema");
    let id = fleet.create().await;
    fleet.succeeded(id).await;
    assert!(!proxy.is_loss_pending(), "the answer was lost indeed");
    worker.stop().await;

    let untroubled = TestFleet::new().await;
    let worker = untroubled.worker();
    untroubled.succeeded(untroubled.create().await).await;
    worker.stop().await;
    assert_eq!(world(&fleet).await, world(&untroubled).await);
}

/// Case 9: a connection that swallows everything without an end is given up, and the operation
/// completes on another one.
#[tokio::test(flavor = "multi_thread")]
async fn case_09_a_half_open_connection_is_noticed() {
    let fleet = TestFleet::new().await;
    let (proxy, worker) = behind_proxy(&fleet).await;
    let id = create_slowly(&fleet, 2).await;
    under_way(&fleet, id).await;
    proxy.black_hole();
    let mut control = fleet.control.connect().await;
    let mut noticed = false;
    // the worker notices within 30 s; three times that keeps a slow machine from failing the test
    for _ in 0..900 {
        let state: String = sqlx::query_scalar("select state from operation where id = $1")
            .bind(id)
            .fetch_one(&mut control)
            .await
            .unwrap();
        if state == "waiting" {
            noticed = true;
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    assert!(noticed);
    proxy.cut();
    proxy.pass();
    fleet.succeeded(id).await;
    worker.stop().await;
}

/// Case 6 for the runner: the control database is away for a while in the middle of operations;
/// none fails of it.
#[tokio::test(flavor = "multi_thread")]
async fn case_06_operations_outlive_an_outage_of_the_control_database() {
    let fleet = TestFleet::new().await;
    let proxy = Proxy::start(fleet.control.url()).await;
    let through = open(
        &as_control_role(&proxy.url(fleet.control.url())),
        &as_control_role(fleet.managed.url()),
    );
    let worker = Worker::start(through, registry(), quick(Faults::none()));
    let mut ids = Vec::new();
    for number in 0..10 {
        ids.push(fleet.create_named(&format!("{}_{number}", fleet.name)).await);
    }
    tokio::time::sleep(std::time::Duration::from_millis(150)).await;
    proxy.cut();
    tokio::time::sleep(std::time::Duration::from_secs(3)).await;
    proxy.pass();
    for id in ids {
        fleet.succeeded(id).await;
    }
    worker.stop().await;
}
