//! Both databases are compared, and nothing is repaired unasked (cases 33, 34, 55).

use sqlx::Executor;
use tenantry_ops::reconcile::reconcile;
use tenantry_pg::ddl;
use tenantry_pg::sql::Ident;
use tenantry_store::findings;

use crate::fleet::TestFleet;

async fn one_school() -> (TestFleet, Ident) {
    let fleet = TestFleet::new().await;
    let worker = fleet.worker();
    fleet.succeeded(fleet.create().await).await;
    worker.stop().await;
    assert_eq!(reconcile(&fleet.fleet).await.unwrap(), 0, "a healthy fleet has no finding");
    let schema = Ident::new(fleet.schema().await.schema_name.unwrap()).unwrap();
    (fleet, schema)
}

async fn kinds(fleet: &TestFleet) -> Vec<String> {
    reconcile(&fleet.fleet).await.unwrap();
    findings::open(&fleet.fleet.store).await.unwrap().into_iter().map(|f| f.kind).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn case_34_what_was_changed_by_hand_is_found_and_left_alone() {
    let (fleet, schema) = one_school().await;
    let mut admin = fleet.managed.connect().await;
    let other = Ident::new(format!("x_{}", fleet.name)).unwrap();

    admin.execute(ddl!("grant usage on schema {} to public", schema).into_sql()).await.unwrap();
    assert_eq!(kinds(&fleet).await, ["grant_added"]);
    let finding = &findings::open(&fleet.fleet.store).await.unwrap()[0];
    assert!(finding.remedy.starts_with("revoke all on schema"), "{}", finding.remedy);
    admin.execute(ddl!("revoke usage on schema {} from public", schema).into_sql()).await.unwrap();
    assert_eq!(kinds(&fleet).await, [""; 0], "what is mended is closed");

    admin.execute(ddl!("alter schema {} owner to postgres", schema).into_sql()).await.unwrap();
    assert_eq!(kinds(&fleet).await, ["owner_changed"]);
    admin
        .execute(ddl!("alter schema {} owner to tenantry_schema_owner", schema).into_sql())
        .await
        .unwrap();

    admin.execute(ddl!("alter schema {} rename to {}", schema, other).into_sql()).await.unwrap();
    assert_eq!(kinds(&fleet).await, ["schema_renamed"]);
    // and no operation acts on a schema of which it is not clear what it is
    let worker = fleet.worker();
    let failed = fleet.ended(fleet.change(tenantry_domain::schema::SchemaAction::Drop).await).await;
    assert_eq!(failed.error.unwrap()["code"], "changed_by_hand");
    worker.stop().await;
    admin.execute(ddl!("alter schema {} rename to {}", other, schema).into_sql()).await.unwrap();

    admin.execute(ddl!("alter role {} rename to {}", schema, other).into_sql()).await.unwrap();
    // the role is gone under its name, and the one that it became has a right that is not its own
    assert_eq!(kinds(&fleet).await, ["grant_added", "role_missing"]);
    admin.execute(ddl!("alter role {} rename to {}", other, schema).into_sql()).await.unwrap();

    admin.execute(ddl!("drop schema {} cascade", schema).into_sql()).await.unwrap();
    assert_eq!(kinds(&fleet).await, ["schema_missing"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn case_33_a_foreign_schema_is_never_adopted_and_never_dropped() {
    let fleet = TestFleet::new().await;
    let schema = Ident::new(format!("inst_{}", fleet.name)).unwrap();
    let mut admin = fleet.managed.connect().await;
    admin.execute(ddl!("create schema {}", schema).into_sql()).await.unwrap();
    admin.execute(ddl!("create table {}.mine (id int)", schema).into_sql()).await.unwrap();
    let worker = fleet.worker();
    let failed = fleet.ended(fleet.create().await).await;
    worker.stop().await;
    assert_eq!(failed.error.unwrap()["code"], "foreign_schema");
    let there: bool = sqlx::query_scalar("select to_regclass($1) is not null")
        .bind(format!("{schema}.mine"))
        .fetch_one(&mut admin)
        .await
        .unwrap();
    assert!(there);
    assert_eq!(kinds(&fleet).await, ["schema_unknown"]);
}

/// A control database that was restored to a time before the school: shown, not dropped.
#[tokio::test(flavor = "multi_thread")]
async fn a_schema_that_the_lists_forgot_is_shown_and_stays() {
    let (fleet, _) = one_school().await;
    let mut control = fleet.control.connect().await;
    control.execute("truncate operation, tenant_schema cascade").await.unwrap();
    assert_eq!(kinds(&fleet).await, ["schema_unlisted"]);
}

/// A managed database that was restored to a time before the school.
#[tokio::test(flavor = "multi_thread")]
async fn a_school_without_a_marker_is_shown() {
    let (fleet, schema) = one_school().await;
    let mut admin = fleet.managed.connect().await;
    admin.execute(ddl!("drop schema {} cascade", schema).into_sql()).await.unwrap();
    admin.execute("delete from tenantry.schema_marker").await.unwrap();
    assert_eq!(kinds(&fleet).await, ["marker_missing"]);
}
