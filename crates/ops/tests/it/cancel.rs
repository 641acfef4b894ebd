//! Cancelling, at each time at which it can be asked for (case 11).

use tenantry_domain::operation::OperationState;
use tenantry_domain::schema::{SchemaAction, SchemaState};
use tenantry_ops::Refusal;
use tenantry_ops::submit::{self, Requester};
use uuid::Uuid;

use crate::fence::{create_slowly, under_way};
use crate::fleet::TestFleet;
use crate::world::world;

async fn cancel(fleet: &TestFleet, id: Uuid) -> Result<(), Refusal> {
    submit::cancel(&fleet.fleet, &Requester::system(), id).await
}

#[tokio::test(flavor = "multi_thread")]
async fn case_11_cancelled_while_queued_nothing_ever_happens() {
    let fleet = TestFleet::new().await;
    let before = world(&fleet).await;
    let id = fleet.create().await;
    cancel(&fleet, id).await.unwrap();
    assert_eq!(fleet.operation(id).await.state, OperationState::Cancelled);
    assert_eq!(fleet.schema().await.state, SchemaState::Purged);
    assert_eq!(world(&fleet).await, before);
    // the name is free again
    let again = fleet.create().await;
    let worker = fleet.worker();
    fleet.succeeded(again).await;
    worker.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn case_11_cancelled_while_running_it_stops_and_leaves_nothing() {
    let fleet = TestFleet::new().await;
    let worker = fleet.worker();
    // far longer than the ten seconds that cancelling may take
    let id = create_slowly(&fleet, 60).await;
    let before = without_template(world(&fleet).await);
    under_way(&fleet, id).await;
    let asked = std::time::Instant::now();
    cancel(&fleet, id).await.unwrap();
    let operation = fleet.ended(id).await;
    assert_eq!(operation.state, OperationState::Cancelled, "{operation:#?}");
    // the promise of case 11, not a measurement
    assert!(asked.elapsed().as_secs() < 10);
    worker.stop().await;
    let after = without_template(world(&fleet).await);
    let pending = |line: &&String| !line.contains("NAME") && !line.starts_with("pending");
    assert_eq!(
        after.iter().filter(pending).collect::<Vec<_>>(),
        before.iter().filter(pending).collect::<Vec<_>>()
    );
    assert!(!after.iter().any(|line| line.contains("NAME")), "{after:#?}");
}

fn without_template(lines: Vec<String>) -> Vec<String> {
    lines.into_iter().filter(|line| !line.contains("slow@1") && !line.contains("session")).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn case_11_cancelled_after_the_end_is_refused() {
    let fleet = TestFleet::new().await;
    let worker = fleet.worker();
    let id = fleet.create().await;
    fleet.succeeded(id).await;
    let refusal = cancel(&fleet, id).await.unwrap_err();
    assert!(
        matches!(refusal, Refusal::OperationFinished(OperationState::Succeeded)),
        "{refusal:?}"
    );
    let unknown = cancel(&fleet, Uuid::new_v4()).await.unwrap_err();
    assert!(matches!(unknown, Refusal::OperationNotFound), "{unknown:?}");
    worker.stop().await;
}

/// Asked for while the last step runs, finishing wins: both ends are legal, half of one is not.
#[tokio::test(flavor = "multi_thread")]
async fn case_11_cancelled_in_the_last_step_it_ends_whole_either_way() {
    let fleet = TestFleet::new().await;
    let worker = fleet.worker();
    for round in 0..10 {
        let name = format!("{}_{round}", fleet.name);
        let id = fleet.create_named(&name).await;
        tokio::time::sleep(std::time::Duration::from_millis(round * 4)).await;
        let cancelled = cancel(&fleet, id).await;
        let operation = fleet.ended(id).await;
        let schema =
            tenantry_store::schemas::by_name(&fleet.fleet.store, &name).await.unwrap().unwrap();
        let marker = fleet.fleet.database.marker(schema.id).await.unwrap();
        match operation.state {
            OperationState::Succeeded => {
                assert_eq!(schema.state, SchemaState::Active);
                assert!(marker.is_some());
            }
            OperationState::Cancelled => {
                assert!(cancelled.is_ok());
                assert_eq!(schema.state, SchemaState::Purged);
                assert!(marker.is_none());
            }
            state => panic!("{state}"),
        }
    }
    worker.stop().await;
}

/// A cancelled undrop leaves the institution where it was, recoverable.
#[tokio::test(flavor = "multi_thread")]
async fn a_queued_undrop_that_is_cancelled_leaves_the_archive() {
    let fleet = TestFleet::new().await;
    let worker = fleet.worker();
    fleet.succeeded(fleet.create().await).await;
    fleet.succeeded(fleet.change(SchemaAction::Drop).await).await;
    worker.stop().await;
    let id = fleet.change(SchemaAction::Undrop).await;
    assert_eq!(fleet.schema().await.state, SchemaState::Restoring);
    cancel(&fleet, id).await.unwrap();
    let schema = fleet.schema().await;
    assert_eq!(schema.state, SchemaState::Archived);
    assert!(schema.recoverable_until.is_some());
}
