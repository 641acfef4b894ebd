//! Snapshots: a schema copied beside itself in one transaction.

use std::time::Duration;

use sqlx::{Connection as _, PgConnection};
use tenantry_pg::Situation;
use uuid::Uuid;

use crate::world::{WEEK, World, ask, fence, names, run, situation};

#[tokio::test]
async fn a_snapshot_is_listed_sealed_restorable_and_expires() {
    let world = World::new().await;
    let id = world.ours.id;
    let mine = world.credentials(false).await;
    let neighbour = world.neighbour().await;
    let copy = Uuid::new_v4();
    let snapshot = world.database.snapshot_schema(id, copy, WEEK, fence()).await.unwrap();
    assert_eq!((&snapshot.kind[..], &snapshot.state[..]), ("snapshot", "ready"));
    assert_eq!(world.database.snapshot_schema(id, copy, WEEK, fence()).await.unwrap(), snapshot);
    let mut session = PgConnection::connect(mine.as_str()).await.unwrap();
    run(&mut session, "insert into pupil (name) values ('Mistake')").await.unwrap();
    run(&mut session, &format!("select * from {}.pupil", snapshot.schema_name)).await.unwrap_err();
    assert_eq!(world.database.drift().await.unwrap(), []);
    assert_eq!(world.database.expired_copies(10).await.unwrap(), []);
    world.swap(copy, Uuid::new_v4()).await.unwrap();
    assert_eq!(names(&mut session, &world.ours.schema_name).await, "Ada");
    assert_eq!(ask(&mut session, "select pupils()").await.unwrap(), "1");
    run(&mut session, "insert into pupil (name) values ('Next')").await.unwrap();
    let last = "select (max(id) > 1)::text from pupil";
    assert_eq!(ask(&mut session, last).await.unwrap(), "true", "numbers go on");
    assert_eq!(world.neighbour().await, neighbour);
    let over = Uuid::new_v4();
    world.database.snapshot_schema(id, over, Duration::ZERO, fence()).await.unwrap();
    let expired = world.database.expired_copies(10).await.unwrap();
    assert_eq!(expired.iter().map(|copy| copy.id).collect::<Vec<_>>(), [over]);
    world.drop_copy(over).await;
}

#[tokio::test]
async fn in_sql_it_is_the_callers_transaction_and_logged() {
    let world = World::new().await;
    let mut admin = world.admin().await;
    let institution = world.ours.institution.clone();
    let call = format!(
        "select outcome || ' ' || schema_name from tenantry.backup_institution_schema('{institution}')"
    );
    run(&mut admin, "begin").await.unwrap();
    ask(&mut admin, &call).await.unwrap();
    run(&mut admin, "rollback").await.unwrap();
    assert_eq!(world.database.copies(None).await.unwrap(), []);
    let left = "select count(*) from pg_namespace where nspname like 'tenantry\\_snapshot%'";
    assert_eq!(ask(&mut admin, left).await.unwrap(), "0");

    let answer = ask(&mut admin, &call).await.unwrap();
    let copies = world.database.copies(Some(world.ours.id)).await.unwrap();
    assert_eq!(answer, format!("succeeded {}", copies[0].schema_name));
    let kept = copies[0].expires_at.unwrap().duration_since(copies[0].made_at);
    assert_eq!((kept.as_secs() + 60) / 3600, 7 * 24);
    let calls = world.database.unmirrored_calls(10).await.unwrap();
    assert_eq!(calls.last().unwrap().function, "backup_institution_schema");
    let nobody = ask(
        &mut admin,
        "select outcome || ' ' || error_code from tenantry.backup_institution_schema('nobody')",
    );
    assert_eq!(nobody.await.unwrap(), "failed TN006");
}

/// What the exporter refuses is refused, and the call leaves nothing but its row.
#[tokio::test]
async fn what_cannot_be_copied_is_named_and_leaves_nothing() {
    let world = World::new().await;
    let mut admin = world.admin().await;
    let name = &world.ours.schema_name;
    let text = format!("set role tenantry_schema_owner; create table {name}.pg_class (a int)");
    run(&mut admin, &text).await.unwrap();
    let refused =
        world.database.snapshot_schema(world.ours.id, Uuid::new_v4(), WEEK, fence()).await;
    let refused = refused.unwrap_err();
    assert_eq!(refused.situation(), Situation::Refused);
    assert!(refused.to_string().contains("pg_class"), "{refused}");
    let left = "select count(*) from pg_namespace where nspname like 'tenantry\\_snapshot%'";
    assert_eq!(ask(&mut admin, left).await.unwrap(), "0");
    world.database.archive_schema(world.ours.id, fence()).await.unwrap();
    let archived =
        world.database.snapshot_schema(world.ours.id, Uuid::new_v4(), WEEK, fence()).await;
    assert_eq!(situation(archived), Situation::InvalidState);
}

/// A function of a name that our own statements use, in the schema that is copied, is not called.
#[tokio::test]
async fn case_35_names_in_the_schema_do_not_get_between() {
    let world = World::new().await;
    let mut admin = world.admin().await;
    let text = "create table trace (who text);
        create function format(text, name) returns text language plpgsql as $f$ begin insert into trace values (current_user); return 'x'; end $f$;
        create function format(text, name, text) returns text language plpgsql as $f$ begin insert into trace values (current_user); return 'x'; end $f$;
        create function quote_ident(name) returns text language plpgsql as $f$ begin insert into trace values (current_user); return 'x'; end $f$";
    run(
        &mut admin,
        &format!(
            "set role tenantry_schema_owner; set search_path = {}; {text}",
            world.ours.schema_name
        ),
    )
    .await
    .unwrap();
    let copy = world.database.snapshot_schema(world.ours.id, Uuid::new_v4(), WEEK, fence()).await;
    let copy = copy.unwrap();
    for schema in [&copy.schema_name, &world.ours.schema_name] {
        let traces = format!("select count(*) from {schema}.trace");
        assert_eq!(ask(&mut world.admin().await, &traces).await.unwrap(), "0");
    }
}
