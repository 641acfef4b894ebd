//! The warm pool: kept at its settings by refills, emptied by creations.

use std::time::Duration;

use tenantry_domain::operation::OperationState;
use tenantry_domain::pool::PoolSettings;
use tenantry_ops::pool::{keep_pools, set_pool};
use tenantry_ops::submit::{self, Requester};
use tenantry_store::operations;
use tenantry_store::pools::OwnSettings;
use uuid::Uuid;

use crate::fleet::{TestFleet, next_script};

const QUICK: f64 = 100.0;

/// A fleet whose pool has these settings.
async fn fleet(floor: i32, ceiling: i32, rate: f64) -> TestFleet {
    let mut fleet = TestFleet::new().await;
    fleet.fleet.config.pool = PoolSettings { floor, ceiling, rate };
    fleet
}

/// The refills that there ever were, the newest first.
async fn refills(fleet: &TestFleet) -> Vec<Uuid> {
    let filter = operations::Filter { kind: Some("refill_pool".into()), ..Default::default() };
    let page = operations::list(&fleet.fleet.store, &filter, None, 0, 100).await.unwrap();
    page.items.into_iter().map(|operation| operation.id).collect()
}

/// One look of housekeeping, and the refill that it asks for.
async fn looked_after(fleet: &TestFleet) -> operations::Operation {
    keep_pools(&fleet.fleet).await.unwrap();
    fleet.succeeded(refills(fleet).await[0]).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pool_below_its_floor_is_filled_and_creations_empty_it() {
    let fleet = fleet(2, 3, QUICK).await;
    let worker = fleet.worker();
    let refill = looked_after(&fleet).await;
    assert_eq!(refill.result.unwrap()["made"], 3);
    assert_eq!(fleet.spares().await, [(1, 3)]);
    keep_pools(&fleet.fleet).await.unwrap();
    assert_eq!(refills(&fleet).await.len(), 1, "a full pool asks for nothing");
    for number in 0..4 {
        let id = fleet.create_named(&format!("{}_{number}", fleet.name)).await;
        fleet.succeeded(id).await;
    }
    assert_eq!(fleet.spares().await, [], "three claimed, and the fourth made by the script");
    looked_after(&fleet).await;
    assert_eq!(fleet.spares().await, [(1, 3)]);
    worker.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_refill_of_a_template_at_a_time() {
    let fleet = fleet(1, 2, QUICK).await;
    for _ in 0..3 {
        keep_pools(&fleet.fleet).await.unwrap();
    }
    assert_eq!(refills(&fleet).await.len(), 1);
    assert_eq!(fleet.spares().await, []);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_version_retires_old_spares() {
    let fleet = fleet(1, 2, QUICK).await;
    let worker = fleet.worker();
    looked_after(&fleet).await;
    fleet.succeeded(fleet.publish(&next_script()).await).await;
    let refill = looked_after(&fleet).await.result.unwrap();
    assert_eq!((&refill["retired"], &refill["made"]), (&2.into(), &2.into()));
    assert_eq!(fleet.spares().await, [(2, 2)]);
    fleet.succeeded(fleet.create().await).await;
    assert_eq!(fleet.schema().await.template_version, Some(2));
    assert_eq!(fleet.spares().await, [(2, 1)]);
    worker.stop().await;
    assert_eq!(tenantry_ops::reconcile::reconcile(&fleet.fleet).await.unwrap(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_template_has_settings_of_its_own() {
    let fleet = fleet(0, 8, QUICK).await;
    let worker = fleet.worker();
    keep_pools(&fleet.fleet).await.unwrap();
    assert!(refills(&fleet).await.is_empty(), "a floor of 0 is off");
    let who = Requester::system();
    let own = |floor, ceiling| OwnSettings { floor, ceiling, rate: None };
    let set = set_pool(&fleet.fleet, &who, "default", own(Some(2), Some(3))).await.unwrap();
    assert_eq!(set, PoolSettings { floor: 2, ceiling: 3, rate: QUICK });
    looked_after(&fleet).await;
    assert_eq!(fleet.spares().await, [(1, 3)]);
    // lowered: those that are too many go
    set_pool(&fleet.fleet, &who, "default", own(Some(0), Some(1))).await.unwrap();
    looked_after(&fleet).await;
    assert_eq!(fleet.spares().await, [(1, 1)]);
    let refused = set_pool(&fleet.fleet, &who, "default", own(Some(2), None)).await;
    assert!(matches!(refused, Err(submit::Refusal::BadPool(_))), "{refused:?}");
    let refused = set_pool(&fleet.fleet, &who, "nowhere", own(Some(0), None)).await;
    assert!(matches!(refused, Err(submit::Refusal::TemplateNotFound(_))), "{refused:?}");
    worker.stop().await;
}

/// A refill that was cancelled leaves finished spares and nothing half-made, and is not asked for
/// again at once.
#[tokio::test(flavor = "multi_thread")]
async fn a_cancelled_refill_leaves_whole_spares() {
    let fleet = fleet(1, 100, 4.0).await;
    let worker = fleet.worker();
    keep_pools(&fleet.fleet).await.unwrap();
    let id = refills(&fleet).await[0];
    while fleet.spares().await.is_empty() {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let progress = fleet.operation(id).await.current_step.unwrap();
    assert!(progress.starts_with("make spares"), "{progress}");
    // while it is under way, creations have every place
    fleet.succeeded(fleet.create().await).await;
    submit::cancel(&fleet.fleet, &Requester::system(), id).await.unwrap();
    assert_eq!(fleet.ended(id).await.state, OperationState::Cancelled);
    worker.stop().await;
    let mut admin = fleet.managed.connect().await;
    let (schemas, rows): (i64, i64) = sqlx::query_as(
        "select (select count(*) from pg_namespace where nspname like 'tenantry\\_spare%'),
                (select count(*) from tenantry.spare)",
    )
    .fetch_one(&mut admin)
    .await
    .unwrap();
    assert_eq!(schemas, rows);
    keep_pools(&fleet.fleet).await.unwrap();
    assert_eq!(refills(&fleet).await.len(), 1);
}

/// Calls made in SQL claim from the same pool.
#[tokio::test(flavor = "multi_thread")]
async fn a_call_in_sql_claims_from_the_pool() {
    let fleet = fleet(1, 1, QUICK).await;
    let worker = fleet.worker();
    looked_after(&fleet).await;
    let mut admin = fleet.managed.connect().await;
    let outcome: String =
        sqlx::query_scalar("select outcome from tenantry.create_institution_schema($1)")
            .bind(&fleet.name)
            .fetch_one(&mut admin)
            .await
            .unwrap();
    assert_eq!((outcome.as_str(), fleet.spares().await), ("succeeded", vec![]));
    worker.stop().await;
}
