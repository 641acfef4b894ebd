//! Imports: an operation whose children are creations.

use sqlx::Executor as _;
use tenantry_domain::operation::OperationState;
use tenantry_domain::schema::SchemaState;
use tenantry_ops::runner::{FaultAction, Faults, Phase, Worker, WorkerConfig};
use tenantry_ops::submit::{self, Refusal, Requester};
use tenantry_store::operations::{self, Filter, Operation};
use tenantry_store::schemas;
use uuid::Uuid;

use crate::fleet::{TestFleet, quick};

async fn children(fleet: &TestFleet, parent: Uuid) -> Vec<Operation> {
    let filter = Filter { parent: Some(parent), ..Filter::default() };
    operations::list(&fleet.fleet.store, &filter, None, 0, 500).await.unwrap().items
}

async fn state(fleet: &TestFleet, number: usize) -> Option<SchemaState> {
    let name = format!("{}_{number}", fleet.name);
    schemas::by_name(&fleet.fleet.store, &name).await.unwrap().map(|schema| schema.state)
}

/// A schema that is not ours, in the way of the institution with that number.
async fn in_the_way(fleet: &TestFleet, number: usize, there: bool) {
    let name = tenantry_pg::sql::Ident::new(format!("inst_{}_{number}", fleet.name)).unwrap();
    let statement = match there {
        true => tenantry_pg::ddl!("create schema {}", name),
        false => tenantry_pg::ddl!("drop schema {}", name),
    };
    fleet.managed.connect().await.execute(statement.into_sql()).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_is_over_when_its_creations_are() {
    let fleet = TestFleet::new().await;
    let import = fleet.import(6).await;
    let queued = children(&fleet, import).await;
    assert_eq!(queued.len(), 6);
    assert!(
        queued.iter().all(|child| child.parent == Some(import) && child.kind == "create_schema")
    );
    // more imports than there are places, each older than all creations: none of them holds one
    let more = [fleet_import(&fleet, "a").await, fleet_import(&fleet, "b").await];
    let config = WorkerConfig { places: 1, ..quick(Faults::none()) };
    let worker = Worker::start(fleet.fleet.clone(), tenantry_ops::kinds::registry(), config);
    for import in more.into_iter().chain([import]) {
        let done = fleet.succeeded(import).await;
        assert_eq!(done.children_done, done.children_total);
    }
    worker.stop().await;
    let done = fleet.operation(import).await;
    assert_eq!(done.result.unwrap()["created"], 6);
    for number in 0..6 {
        assert_eq!(state(&fleet, number).await, Some(SchemaState::Active));
    }
}

async fn fleet_import(fleet: &TestFleet, suffix: &str) -> Uuid {
    let sheet = format!("name\n{0}{suffix}_0\n{0}{suffix}_1\n", fleet.name);
    let rows = tenantry_domain::sheet::read(sheet.as_bytes()).unwrap();
    let options = tenantry_ops::import::Options {
        template: "default".into(),
        update: false,
        skip_invalid: false,
    };
    let who = Requester::system();
    match tenantry_ops::import::import(&fleet.fleet, &who, &rows, &options).await.unwrap() {
        tenantry_ops::import::Imported::Accepted(accepted) => accepted.operation,
        tenantry_ops::import::Imported::Refused(rows) => panic!("{rows:#?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_failed_is_told_and_alone_tried_again() {
    let fleet = TestFleet::new().await;
    in_the_way(&fleet, 1, true).await;
    in_the_way(&fleet, 3, true).await;
    let import = fleet.import(4).await;
    let worker = fleet.worker();
    let failed = fleet.ended(import).await;
    assert_eq!(failed.state, OperationState::Failed);
    assert_eq!(failed.children_done, Some(4));
    let error = failed.error.unwrap();
    assert_eq!(error["code"], "children_failed");
    assert!(error["message"].as_str().unwrap().starts_with("2 of 4 creations failed; the first: "));
    assert_eq!(error["failures"].as_array().unwrap().len(), 2);
    assert_eq!(error["failures"][0]["code"], "foreign_schema", "{error:#}");
    assert_eq!(state(&fleet, 1).await, Some(SchemaState::Failed));
    let before = children(&fleet, import).await;

    in_the_way(&fleet, 1, false).await;
    in_the_way(&fleet, 3, false).await;
    submit::retry(&fleet.fleet, &Requester::system(), import).await.unwrap();
    let done = fleet.succeeded(import).await;
    assert_eq!(done.result.unwrap()["created"], 4);
    worker.stop().await;
    let after = children(&fleet, import).await;
    assert_eq!(after.len(), 4);
    for (before, after) in before.iter().zip(&after) {
        let was_tried = before.finished_at != after.finished_at;
        assert_eq!(was_tried, before.state == OperationState::Failed, "{before:#?}");
    }
    assert_eq!(state(&fleet, 3).await, Some(SchemaState::Active));
}

#[tokio::test(flavor = "multi_thread")]
async fn cancelling_an_import_cancels_what_has_not_begun() {
    let fleet = TestFleet::new().await;
    let import = fleet.import(40).await;
    // cancelled before any worker saw it: it must see to its children all the same
    submit::cancel(&fleet.fleet, &Requester::system(), import).await.unwrap();
    assert_eq!(fleet.operation(import).await.state, OperationState::Queued);
    let worker = fleet.worker();
    let ended = fleet.ended(import).await;
    assert_eq!(ended.state, OperationState::Cancelled, "{ended:#?}");
    worker.stop().await;
    let children = children(&fleet, import).await;
    for child in &children {
        assert!(child.state.is_final(), "{child:#?}");
        let name = child.schema_name.as_deref().unwrap();
        let schema = schemas::by_name(&fleet.fleet.store, name).await.unwrap().unwrap();
        let expected = match child.state {
            OperationState::Succeeded => SchemaState::Active,
            _ => SchemaState::Purged,
        };
        assert_eq!(schema.state, expected, "{name}");
    }
    let cancelled = children.iter().filter(|child| child.state == OperationState::Cancelled);
    assert!(cancelled.count() >= 30);
    let again = submit::retry(&fleet.fleet, &Requester::system(), import).await;
    assert!(matches!(again, Err(Refusal::NotRetryable(OperationState::Cancelled))));
}

/// The parent is cancelled while a creation is under way: that one is let come to its end.
#[tokio::test(flavor = "multi_thread")]
async fn a_creation_under_way_comes_to_its_end() {
    let fleet = TestFleet::new().await;
    let import = fleet.import(8).await;
    // the second effect of each creation is the same as the first; it only takes longer
    let faults = Faults::none().and(
        "create_schema",
        "make schema",
        false,
        Phase::AfterEffect,
        FaultAction::Twice,
    );
    let config = WorkerConfig { places: 2, ..quick(faults) };
    let worker = Worker::start(fleet.fleet.clone(), tenantry_ops::kinds::registry(), config);
    let begun = async {
        while !children(&fleet, import).await.iter().any(|child| child.started_at.is_some()) {
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(60), begun).await.expect("one begins");
    submit::cancel(&fleet.fleet, &Requester::system(), import).await.unwrap();
    let ended = fleet.ended(import).await;
    worker.stop().await;
    assert_eq!(ended.state, OperationState::Cancelled);
    let children = children(&fleet, import).await;
    assert!(children.iter().any(|child| child.state == OperationState::Succeeded));
    assert!(children.iter().all(|child| child.state.is_final()));
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_thousand_are_queued_at_once() {
    let fleet = TestFleet::new().await;
    let begin = std::time::Instant::now();
    let import = fleet.import(10_000).await;
    println!("10,000 rows imported in {:?}", begin.elapsed());
    let mut control = fleet.control.connect().await;
    let counts: (i64, i64, i64, i64) = sqlx::query_as(
        "select (select count(*) from operation where parent_id = $1 and state = 'queued'),
                (select count(*) from tenant_schema where state = 'provisioning'),
                (select count(*) from audit where operation_id in
                   (select id from operation where parent_id = $1)),
                (select count(*) from event where type = 'operation.queued')",
    )
    .bind(import)
    .fetch_one(&mut control)
    .await
    .unwrap();
    assert_eq!(counts, (10_000, 10_000, 10_000, 10_001));
}
