//! A school's life as its application sees it.

use sqlx::Executor;
use tenantry_domain::schema::{SchemaAction, SchemaState};
use tenantry_pg::ddl;
use tenantry_pg::sql::Ident;

use crate::fleet::{TestFleet, application};

async fn active() -> (TestFleet, tenantry_ops::runner::Worker) {
    let fleet = TestFleet::new().await;
    let worker = fleet.worker();
    fleet.succeeded(fleet.create().await).await;
    (fleet, worker)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_application_works_in_its_own_schema_and_nowhere_else() {
    let (fleet, worker) = active().await;
    let other = fleet.create_named(&format!("{}_2", fleet.name)).await;
    fleet.succeeded(other).await;
    worker.stop().await;
    let mut app = application(&fleet).await.unwrap();
    let pupils: i64 = sqlx::query_scalar("select pupil_count()").fetch_one(&mut app).await.unwrap();
    assert_eq!(pupils, 1);
    app.execute("insert into pupil (name) values ('Grace')").await.unwrap();
    app.execute("insert into mark (pupil_id, mark) values (1, 95)").await.unwrap();
    app.execute("select * from best").await.unwrap();
    for refused in [
        "create table x (id int)",
        "drop table pupil",
        "alter table pupil add column x int",
        "create schema x",
        "set role tenantry_owner",
        "set role tenantry_schema_owner",
        "select * from tenantry.template",
        "select * from tenantry.create_institution_schema('x1')",
        "truncate pupil",
    ] {
        assert!(app.execute(refused).await.is_err(), "{refused}");
    }
    let theirs = Ident::new(format!("inst_{}_2", fleet.name)).unwrap();
    assert!(app.execute(ddl!("select * from {}.pupil", theirs).into_sql()).await.is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn suspended_means_sessions_end_and_new_ones_fail_and_data_stays() {
    let (fleet, worker) = active().await;
    let mut app = application(&fleet).await.unwrap();
    app.execute("insert into pupil (name) values ('Grace')").await.unwrap();
    fleet.succeeded(fleet.change(SchemaAction::Suspend).await).await;
    assert!(app.execute("select 1").await.is_err(), "the session has ended");
    let refused = application(&fleet).await.unwrap_err().to_string();
    assert!(refused.contains("not permitted to log in"), "{refused}");
    fleet.succeeded(fleet.change(SchemaAction::Resume).await).await;
    let mut app = application(&fleet).await.unwrap();
    let pupils: i64 = sqlx::query_scalar("select pupil_count()").fetch_one(&mut app).await.unwrap();
    assert_eq!(pupils, 2);
    worker.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_drop_frees_the_name_and_undrop_brings_the_data_back() {
    let (fleet, worker) = active().await;
    let mut app = application(&fleet).await.unwrap();
    app.execute("insert into pupil (name) values ('Grace')").await.unwrap();
    fleet.succeeded(fleet.change(SchemaAction::Drop).await).await;
    assert!(app.execute("select 1").await.is_err(), "the session has ended");
    assert_eq!(fleet.schema().await.state, SchemaState::Archived);

    // the name is free: another school may bear it
    let again = fleet.create().await;
    fleet.succeeded(again).await;
    let taken = tenantry_ops::submit::change_schema(
        &fleet.fleet,
        &tenantry_ops::submit::Requester::system(),
        &fleet.name,
        SchemaAction::Undrop,
    )
    .await;
    assert!(matches!(taken, Err(tenantry_ops::Refusal::SchemaExists(_))), "{taken:?}");
    fleet.succeeded(fleet.change(SchemaAction::Drop).await).await;
    // the last one dropped is purged; the first one is still there
    fleet.succeeded(fleet.change(SchemaAction::Purge).await).await;
    fleet.succeeded(fleet.change(SchemaAction::Undrop).await).await;
    let mut app = application(&fleet).await.unwrap();
    let pupils: i64 = sqlx::query_scalar("select pupil_count()").fetch_one(&mut app).await.unwrap();
    assert_eq!(pupils, 2);
    worker.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_suspended_school_comes_back_suspended() {
    let (fleet, worker) = active().await;
    fleet.succeeded(fleet.change(SchemaAction::Suspend).await).await;
    fleet.succeeded(fleet.change(SchemaAction::Drop).await).await;
    fleet.succeeded(fleet.change(SchemaAction::Undrop).await).await;
    assert_eq!(fleet.schema().await.state, SchemaState::Suspended);
    assert!(application(&fleet).await.is_err());
    worker.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_purge_leaves_a_tombstone_and_nothing_else() {
    let (fleet, worker) = active().await;
    fleet.succeeded(fleet.change(SchemaAction::Drop).await).await;
    fleet.succeeded(fleet.change(SchemaAction::Purge).await).await;
    worker.stop().await;
    let schema = fleet.schema().await;
    assert_eq!(schema.state, SchemaState::Purged);
    assert!(schema.purged_at.is_some() && schema.schema_name.is_none());
    let mut admin = fleet.managed.connect().await;
    let left: i64 = sqlx::query_scalar(
        "select (select count(*) from pg_namespace where nspname like '%' || $1 || '%')
              + (select count(*) from pg_roles where rolname like '%' || $1 || '%')
              + (select count(*) from tenantry.schema_marker)",
    )
    .bind(&fleet.name)
    .fetch_one(&mut admin)
    .await
    .unwrap();
    assert_eq!(left, 0);
}
