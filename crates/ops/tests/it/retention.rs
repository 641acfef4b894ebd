//! What retention plans of backups as the catalogue has them, and the verbs that carry it out.

use tenantry_domain::retention::Fate;
use tenantry_ops::retention::{PlannedFate, decide, plan_prune};
use tenantry_store::retention::{condemn, hold_still, reprieve};
use uuid::Uuid;

use crate::fleet::TestFleet;

/// A verified backup of the institution with this number, taken so many hours before noon.
pub(crate) async fn insert_backup(fleet: &TestFleet, institution: u128, hours: i32) -> Uuid {
    let id = Uuid::now_v7();
    sqlx::query(
        "insert into backup (id, schema_id, schema_name, operation_id, reason, state, engine, manifest,
                             manifest_sha256, taken_at, took_ms, archive_bytes, plain_bytes, row_count,
                             table_count, form, key_epoch, server_version, verified_at)
         values ($1, $2, 'school_' || $3, gen_random_uuid(), 'schedule', 'stored', 'tenantry', '{}', '',
                 date_trunc('day', clock_timestamp(), 'UTC') + interval '12 hours'
                   - make_interval(hours => $4),
                 1, 1, 1, 1, 1, '', 1, '15', clock_timestamp())",
    )
    .bind(id)
    .bind(Uuid::from_u128(institution))
    .bind(institution.to_string())
    .bind(hours)
    .execute(&mut fleet.control.connect().await)
    .await
    .unwrap();
    id
}

async fn change(fleet: &TestFleet, backup: Uuid, to: &'static str) {
    sqlx::query(to).bind(backup).execute(&mut fleet.control.connect().await).await.unwrap();
}

fn of(plan: &[PlannedFate], backup: Uuid) -> String {
    plan.iter().find(|fate| fate.decision.facts.id == backup).unwrap().decision.sentence()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_plan_covers_every_institution_and_says_why() {
    let fleet = TestFleet::new().await;
    let newest = insert_backup(&fleet, 1, 24 * 3).await;
    let earlier = insert_backup(&fleet, 1, 24 * 3 + 1).await;
    let other = insert_backup(&fleet, 2, 24 * 900).await;
    let plan = plan_prune(&fleet.fleet, None).await.unwrap();
    let institutions: Vec<&str> = plan.iter().map(|fate| fate.schema_name.as_str()).collect();
    assert_eq!(institutions, ["school_1", "school_1", "school_2"]);
    assert!(of(&plan, newest).starts_with("kept: the last one that is verified; newest of day "));
    assert!(of(&plan, earlier).starts_with("condemned: the newest of no day"));
    assert!(of(&plan, other).starts_with("kept: the last one that is verified"));
    let one = plan_prune(&fleet.fleet, Some(Uuid::from_u128(2))).await.unwrap();
    assert_eq!(one.len(), 1);
    assert_eq!(plan_prune(&fleet.fleet, Some(Uuid::from_u128(3))).await.unwrap().len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_condemned_backup_is_reprieved_when_the_newer_one_fails_its_drill() {
    let fleet = TestFleet::new().await;
    let institution = Uuid::from_u128(1);
    let newest = insert_backup(&fleet, 1, 24 * 3).await;
    let earlier = insert_backup(&fleet, 1, 24 * 3 + 1).await;
    let held = insert_backup(&fleet, 1, 24 * 3 + 2).await;
    let store = &fleet.fleet.store;
    let plan = plan_prune(&fleet.fleet, Some(institution)).await.unwrap();
    let wanted: Vec<(Uuid, &str)> = plan
        .iter()
        .filter_map(|fate| match &fate.decision.fate {
            Fate::Condemn { why, .. } => Some((fate.decision.facts.id, why.as_str())),
            _ => None,
        })
        .collect();
    assert_eq!(wanted.len(), 2);
    // a hold that was put on it after the plan was made
    change(&fleet, held, "update backup set hold = 'inspection' where id = $1").await;
    let mut tx = store.begin().await.unwrap();
    assert_eq!(condemn(&mut tx, &wanted).await.unwrap(), 1);
    tx.commit().await.unwrap();
    assert!(of(&plan_prune(&fleet.fleet, None).await.unwrap(), earlier).starts_with("condemned: "));

    // four days later it may go
    change(
        &fleet,
        earlier,
        "update backup set condemned_at = condemned_at - interval '4 days' where id = $1",
    )
    .await;
    assert!(of(&plan_prune(&fleet.fleet, None).await.unwrap(), earlier).starts_with("removed: "));

    // the last drill counts, not the best one
    change(&fleet, newest, "update backup set failed_at = clock_timestamp() where id = $1").await;
    let mut tx = store.begin().await.unwrap();
    let (kept, now) = hold_still(&mut tx, institution).await.unwrap();
    let plan = decide(&fleet.fleet, &kept, now);
    assert!(of(&plan, newest).starts_with("kept: not verified, and neither is a newer one"));
    assert!(of(&plan, earlier).starts_with("reprieved: the last one that is verified"));
    let back: Vec<Uuid> = plan
        .iter()
        .filter(|fate| fate.decision.is_to_be_reprieved())
        .map(|fate| fate.decision.facts.id)
        .collect();
    assert_eq!(reprieve(&mut tx, &back).await.unwrap(), 1);
    tx.commit().await.unwrap();
    let plan = plan_prune(&fleet.fleet, None).await.unwrap();
    assert!(of(&plan, earlier).starts_with("kept: "));
    assert!(of(&plan, held).starts_with("kept: held: inspection"));
    // what was removed is no more
    change(&fleet, held, "update backup set state = 'removed' where id = $1").await;
    assert_eq!(plan_prune(&fleet.fleet, None).await.unwrap().len(), 2);
}
