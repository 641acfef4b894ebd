//! One login for all institutions, that becomes one of them for a transaction.

use sqlx::PgConnection;
use tenantry_pg::install::install_gateway;
use tenantry_pg::scram;
use url::Url;

use crate::world::{PASSWORD, World, as_role, ask, connect, fence, make, run, state};

pub(crate) async fn gateway(world: &World) -> Url {
    let verifier = scram::verifier(PASSWORD);
    let made = install_gateway(world.test.url(), Some(&verifier)).await.unwrap();
    assert!(made.members >= 2 && !made.is_slow(), "{made:?}");
    as_role(world.test.url(), "tenantry_gateway", PASSWORD)
}

pub(crate) fn enter(institution: &str) -> String {
    format!("select tenantry.enter('{institution}')")
}

async fn refused(session: &mut PgConnection, text: &str, code: &str) {
    let error = run(session, text).await.unwrap_err();
    assert_eq!(state(&error), code, "{text}: {error}");
    // what is refused in a transaction ends it
    let _ = run(session, "rollback").await;
}

#[tokio::test]
async fn entering_lasts_for_one_transaction() {
    let world = World::new().await;
    let mut session = connect(&gateway(&world).await).await.unwrap();
    refused(&mut session, "select * from pupil", "42P01").await;
    for marker in [&world.ours, &world.theirs] {
        run(&mut session, "begin").await.unwrap();
        assert_eq!(
            ask(&mut session, &enter(&marker.institution)).await.unwrap(),
            marker.schema_name
        );
        let pupil = format!("insert into pupil (name) values ('{}')", marker.institution);
        run(&mut session, &pupil).await.unwrap();
        assert_eq!(ask(&mut session, "select current_user").await.unwrap(), marker.role_name);
        run(&mut session, "commit").await.unwrap();
        assert_eq!(ask(&mut session, "select current_user").await.unwrap(), "tenantry_gateway");
        refused(&mut session, "select * from pupil", "42P01").await;
        let named = format!("select * from {}.pupil", marker.schema_name);
        refused(&mut session, &named, "42501").await;
    }
    run(&mut session, "begin").await.unwrap();
    run(&mut session, &enter(&world.ours.institution)).await.unwrap();
    let names =
        ask(&mut session, "select string_agg(name, ' ' order by id) from pupil").await.unwrap();
    assert_eq!(names, format!("Ada {}", world.ours.institution));
    refused(&mut session, &format!("select * from {}.pupil", world.theirs.schema_name), "42501")
        .await;
}

#[tokio::test]
async fn entering_without_a_transaction_reaches_nothing() {
    let world = World::new().await;
    let mut session = connect(&gateway(&world).await).await.unwrap();
    run(&mut session, &enter(&world.ours.institution)).await.unwrap();
    assert_eq!(ask(&mut session, "select current_user").await.unwrap(), "tenantry_gateway");
    refused(&mut session, "select * from pupil", "42P01").await;
}

#[tokio::test]
async fn it_fails_closed() {
    let world = World::new().await;
    let url = gateway(&world).await;
    let mut session = connect(&url).await.unwrap();
    refused(&mut session, "select tenantry.enter('nobody')", "TN006").await;
    refused(&mut session, "select tenantry.enter(null)", "TN006").await;
    refused(&mut session, "select tenantry.enter('''; drop table pupil; --')", "TN006").await;
    // one institution in a transaction: the second is refused, and the transaction with it
    run(&mut session, "begin").await.unwrap();
    run(&mut session, &enter(&world.ours.institution)).await.unwrap();
    refused(&mut session, &enter(&world.theirs.institution), "42501").await;

    // an institution that is suspended in the middle of a transaction loses its way in at once
    run(&mut session, "begin").await.unwrap();
    run(&mut session, &enter(&world.ours.institution)).await.unwrap();
    run(&mut session, "prepare q as select count(*) from pupil; execute q").await.unwrap();
    world.database.suspend_schema(world.ours.id, fence()).await.unwrap();
    refused(&mut session, "select * from pupil", "42P01").await;
    refused(&mut session, "execute q", "42P01").await;
    refused(&mut session, &enter(&world.ours.institution), "TN005").await;
    world.database.archive_schema(world.ours.id, fence()).await.unwrap();
    refused(&mut session, &enter(&world.ours.institution), "TN005").await;
    world.database.unarchive_schema(world.ours.id, fence()).await.unwrap();
    world.database.resume_schema(world.ours.id, fence()).await.unwrap();
    run(
        &mut session,
        &format!("begin; {}; select * from pupil; commit", enter(&world.ours.institution)),
    )
    .await
    .unwrap();
}

#[tokio::test]
async fn institutions_that_come_later_are_admitted_and_nobody_else_may_enter() {
    let world = World::new().await;
    let mut session = connect(&gateway(&world).await).await.unwrap();
    let later = make(&world.database).await;
    run(
        &mut session,
        &format!("begin; {}; select * from pupil; commit", enter(&later.institution)),
    )
    .await
    .unwrap();
    let mut application = world.application().await;
    refused(&mut application, &enter(&world.theirs.institution), "42501").await;
    refused(
        &mut application,
        &format!("select tenantry.entrance('{}')", world.theirs.institution),
        "42501",
    )
    .await;
    refused(&mut application, "set role tenantry_gateway", "42501").await;
    for own in [
        "select * from tenantry.schema_marker",
        "select tenantry.open_gateway()",
        "create table x (id int)",
        "set role tenantry_owner",
        "set role tenantry_schema_owner",
    ] {
        assert!(run(&mut session, own).await.is_err(), "{own}");
    }
    assert_eq!(world.database.drift().await.unwrap(), []);
}
