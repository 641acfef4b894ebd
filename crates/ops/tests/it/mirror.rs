//! What is done in SQL shows in the control plane's lists.

use sqlx::Row;
use tenantry_domain::schema::{SchemaAction, SchemaState};
use tenantry_ops::mirror::mirror_calls;
use tenantry_ops::submit::Requester;

use crate::fleet::TestFleet;

async fn call(fleet: &TestFleet, statement: &'static str) -> sqlx::postgres::PgRow {
    let mut managed = fleet.managed.connect().await;
    sqlx::query(statement).bind(&fleet.name).fetch_one(&mut managed).await.unwrap()
}

const CREATE: &str = "select * from tenantry.create_institution_schema($1)";
const DROP: &str = "select * from tenantry.drop_institution_schema($1)";

#[tokio::test(flavor = "multi_thread")]
async fn a_schema_made_in_sql_is_listed_and_can_be_managed() {
    let fleet = TestFleet::new().await;
    let row = call(&fleet, CREATE).await;
    assert_eq!(row.get::<String, _>("outcome"), "succeeded");
    assert_eq!(mirror_calls(&fleet.fleet).await.unwrap(), 1);
    assert_eq!(mirror_calls(&fleet.fleet).await.unwrap(), 0, "once only");
    assert_eq!(fleet.schema().await.state, SchemaState::Active);
    let operation = fleet.operation(row.get("id")).await;
    assert_eq!((operation.kind.as_str(), operation.source.as_str()), ("create_schema", "sql"));
    let worker = fleet.worker();
    fleet.succeeded(fleet.change(SchemaAction::Suspend).await).await;
    worker.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_schema_dropped_in_sql_is_archived_and_can_be_recovered() {
    let fleet = TestFleet::new().await;
    let worker = fleet.worker();
    fleet.succeeded(fleet.create().await).await;
    let row = call(&fleet, DROP).await;
    assert_eq!(row.get::<String, _>("outcome"), "succeeded");
    mirror_calls(&fleet.fleet).await.unwrap();
    let schema = fleet.schema().await;
    assert_eq!(schema.state, SchemaState::Archived);
    assert!(schema.recoverable_until.is_some());
    fleet.succeeded(fleet.change(SchemaAction::Undrop).await).await;
    assert_eq!(fleet.schema().await.state, SchemaState::Active);
    worker.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failed_call_leaves_a_row_that_says_why_and_is_listed() {
    let fleet = TestFleet::new().await;
    call(&fleet, CREATE).await;
    let row = call(&fleet, CREATE).await;
    assert_eq!(row.get::<String, _>("outcome"), "failed");
    assert_eq!(row.get::<String, _>("error_code"), "TN001");
    assert!(row.get::<String, _>("error").contains("exists already"));
    mirror_calls(&fleet.fleet).await.unwrap();
    let failed = fleet.operation(row.get("id")).await;
    assert!(failed.error.unwrap()["message"].as_str().unwrap().contains("exists already"));
    let row =
        call(&fleet, "select * from tenantry.create_institution_schema($1 || '; drop')").await;
    assert_eq!(row.get::<String, _>("error_code"), "TN007");
    let row = call(&fleet, "select * from tenantry.create_institution_schema($1, 'nothing')").await;
    assert!(["TN001", "TN003"].contains(&row.get::<&str, _>("error_code")));
}

/// A call inside a transaction that is rolled back leaves nothing, not even in the log.
#[tokio::test(flavor = "multi_thread")]
async fn a_call_belongs_to_the_callers_transaction() {
    let fleet = TestFleet::new().await;
    let mut managed = fleet.managed.connect().await;
    let mut tx = sqlx::Connection::begin(&mut managed).await.unwrap();
    sqlx::query(CREATE).bind(&fleet.name).execute(&mut *tx).await.unwrap();
    tx.rollback().await.unwrap();
    assert_eq!(mirror_calls(&fleet.fleet).await.unwrap(), 0);
    let left: i64 =
        sqlx::query_scalar("select count(*) from pg_namespace where nspname = 'inst_' || $1")
            .bind(&fleet.name)
            .fetch_one(&mut managed)
            .await
            .unwrap();
    assert_eq!(left, 0);
}

/// Both doors at the same moment: one schema, one winner, both lists right.
#[tokio::test(flavor = "multi_thread")]
async fn http_and_sql_race_for_a_name_and_one_wins() {
    let fleet = TestFleet::new().await;
    // accepted over HTTP, but SQL is faster
    let id = fleet.create().await;
    let row = call(&fleet, CREATE).await;
    assert_eq!(row.get::<String, _>("outcome"), "succeeded");
    assert_eq!(mirror_calls(&fleet.fleet).await.unwrap(), 0, "waits for the pending creation");
    let worker = fleet.worker();
    let lost = fleet.ended(id).await;
    assert_eq!(lost.error.unwrap()["code"], "schema_exists");
    worker.stop().await;
    assert_eq!(mirror_calls(&fleet.fleet).await.unwrap(), 1);
    let schema = fleet.schema().await;
    assert_eq!(schema.state, SchemaState::Active);
    assert_eq!(Some(schema.id), row.get("schema_id"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_snapshot_made_in_sql_is_listed_and_can_be_swapped_in() {
    let fleet = TestFleet::new().await;
    let worker = fleet.worker();
    fleet.succeeded(fleet.create().await).await;
    let mut admin = fleet.managed.connect().await;
    let outcome: String =
        sqlx::query_scalar("select outcome from tenantry.backup_institution_schema($1)")
            .bind(&fleet.name)
            .fetch_one(&mut admin)
            .await
            .unwrap();
    assert_eq!(outcome, "succeeded");
    mirror_calls(&fleet.fleet).await.unwrap();
    let copies = tenantry_ops::backups::copies::list(&fleet.fleet, &fleet.name).await.unwrap();
    assert_eq!((copies.len(), copies[0].kind.as_str()), (1, "snapshot"));
    let who = Requester::system();
    let name = &copies[0].copy_name;
    let swap = tenantry_ops::backups::copies::swap(&fleet.fleet, &who, &fleet.name, name, 1).await;
    fleet.succeeded(swap.unwrap().operation).await;
    worker.stop().await;
}
