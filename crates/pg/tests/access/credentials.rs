//! Passwords, the read-only role, connection limits, through an institution's whole life.

use tenantry_pg::{Situation, scram};

use crate::world::{World, as_role, ask, connect, fence, run, state};

#[tokio::test]
async fn a_password_is_set_once_and_replaced_on_request() {
    let world = World::new().await;
    let set = async |password: &str, rotate: bool| {
        let verifier = scram::verifier(password);
        world.database.set_password(world.ours.id, false, &verifier, rotate).await
    };
    let role = world.ours.role_name.clone();
    assert!(
        world.database.application_roles(world.ours.id).await.unwrap()[0].password_set_at.is_none()
    );
    assert_eq!(set("first", false).await.unwrap(), role);
    let first = as_role(world.test.url(), &role, "first");
    connect(&first).await.unwrap();
    let refused = set("second", false).await.unwrap_err();
    assert_eq!(refused.situation(), Situation::CredentialsExist);
    connect(&first).await.unwrap();
    set("third", true).await.unwrap();
    assert_eq!(state(&connect(&first).await.unwrap_err()), "28P01");
    connect(&as_role(world.test.url(), &role, "third")).await.unwrap();
    let roles = world.database.application_roles(world.ours.id).await.unwrap();
    assert!(roles.len() == 1 && roles[0].password_set_at.is_some(), "{roles:?}");
    // a password that is no verifier would stand in a log
    let plain = world.database.set_password(world.ours.id, false, "secret", true).await;
    assert!(plain.unwrap_err().to_string().contains("SCRAM-SHA-256"));
}

#[tokio::test]
async fn the_password_is_in_no_table_and_no_statement() {
    let world = World::new().await;
    let url = world.credentials(&world.ours, false).await;
    let password = url.password().unwrap();
    let mut admin = world.test.connect().await;
    let stored: String = sqlx::query_scalar("select rolpassword from pg_authid where rolname = $1")
        .bind(&world.ours.role_name)
        .fetch_one(&mut admin)
        .await
        .unwrap();
    assert!(stored.starts_with("SCRAM-SHA-256$4096:") && !stored.contains(password));
    let kept: i64 = sqlx::query_scalar(
        "select (select count(*) from pg_stat_activity where query like '%' || $1 || '%' and pid <> pg_backend_pid())
              + (select count(*) from tenantry.application_role a where a::text like '%' || $1 || '%')",
    )
    .bind(password)
    .fetch_one(&mut admin)
    .await
    .unwrap();
    assert_eq!(kept, 0);
}

#[tokio::test]
async fn the_read_only_role_reads_what_is_there_and_what_will_come() {
    let world = World::new().await;
    let mut reader = connect(&world.credentials(&world.ours, true).await).await.unwrap();
    assert_eq!(ask(&mut reader, "select name from pupil").await.unwrap(), "Ada");
    run(&mut reader, "select * from best").await.unwrap();
    for refused in
        ["insert into pupil (name) values ('x')", "delete from pupil", "update pupil set name = ''"]
    {
        assert_eq!(state(&run(&mut reader, refused).await.unwrap_err()), "42501", "{refused}");
    }
    let mut admin = world.test.connect().await;
    run(
        &mut admin,
        &format!(
            "set role tenantry_schema_owner; create table {}.later (id int)",
            world.ours.schema_name
        ),
    )
    .await
    .unwrap();
    run(&mut reader, "select * from later").await.unwrap();
    assert!(run(&mut reader, "insert into later values (1)").await.is_err());
    let theirs = format!("select * from {}.pupil", world.theirs.schema_name);
    assert_eq!(state(&run(&mut reader, &theirs).await.unwrap_err()), "42501");
    assert_eq!(world.database.drift().await.unwrap(), []);
}

/// Suspended, dropped, brought back and purged with the role that writes.
#[tokio::test]
async fn the_read_only_role_shares_the_schemas_life() {
    let world = World::new().await;
    let id = world.ours.id;
    let url = world.credentials(&world.ours, true).await;
    let mut reader = connect(&url).await.unwrap();
    world.database.suspend_schema(id, fence()).await.unwrap();
    assert!(run(&mut reader, "select * from pupil").await.is_err(), "the way in is shut");
    assert_eq!(world.database.end_sessions(&world.ours.role_name).await.unwrap(), 1);
    assert!(run(&mut reader, "select 1").await.is_err(), "its session is ended");
    assert!(connect(&url).await.unwrap_err().to_string().contains("not permitted to log in"));
    assert_eq!(world.database.drift().await.unwrap(), [], "while suspended");
    world.database.resume_schema(id, fence()).await.unwrap();
    connect(&url).await.unwrap();

    world.database.archive_schema(id, fence()).await.unwrap();
    assert!(connect(&url).await.is_err());
    let back = world.database.unarchive_schema(id, fence()).await.unwrap();
    assert_eq!(back.role_name, world.ours.role_name);
    let mut reader = connect(&url).await.unwrap();
    assert_eq!(ask(&mut reader, "select count(*) from pupil").await.unwrap(), "1");
    drop(reader);
    assert_eq!(world.database.drift().await.unwrap(), [], "after the way back");

    world.database.archive_schema(id, fence()).await.unwrap();
    let purge = fence();
    world.database.begin_purge(id, purge).await.unwrap();
    while world.database.purge_batch(id, purge).await.unwrap() > 0 {}
    let mut admin = world.test.connect().await;
    let left = format!(
        "select (select count(*) from pg_roles where rolname like '%{}%' or rolname like '%{}%')
              + (select count(*) from tenantry.application_role
                 where not exists (select from pg_roles where oid = role_oid))",
        world.ours.institution,
        id.simple()
    );
    assert_eq!(ask(&mut admin, &left).await.unwrap(), "0");
}

/// A name of 63 bytes leaves no room for `_ro`; cutting it would make it somebody else's.
#[tokio::test]
async fn a_long_name_gets_a_reader_of_its_own() {
    let world = World::new().await;
    let mut admin = world.test.connect().await;
    let long = format!("{:x<59}", world.ours.role_name);
    let full = format!("{long}_ab1");
    assert_eq!(full.len(), 63);
    run(&mut admin, &format!("alter role {} rename to {full}", world.ours.role_name))
        .await
        .unwrap();
    run(
        &mut admin,
        &format!(
            "update tenantry.schema_marker set role_name = '{full}' where id = '{}'",
            world.ours.id
        ),
    )
    .await
    .unwrap();
    let url = world.credentials(&world.ours, true).await;
    assert!(url.username().starts_with("tenantry_ro_"), "{url}");
    connect(&url).await.unwrap();
    world.database.archive_schema(world.ours.id, fence()).await.unwrap();
    world.database.unarchive_schema(world.ours.id, fence()).await.unwrap();
}

#[tokio::test]
async fn a_connection_limit_holds() {
    let world = World::new().await;
    let limit =
        async || world.database.application_roles(world.ours.id).await.unwrap()[0].connection_limit;
    assert_eq!(limit().await, 20, "the default");
    world.database.set_connection_limit(world.ours.id, Some(1)).await.unwrap();
    let url = world.credentials(&world.ours, false).await;
    let mut first = connect(&url).await.unwrap();
    assert_eq!(state(&connect(&url).await.unwrap_err()), "53300", "too many connections for role");
    // its own affair: the neighbour still gets in
    connect(&world.credentials(&world.theirs, false).await).await.unwrap();
    assert!(
        run(&mut first, &format!("alter role {} connection limit 5", world.ours.role_name))
            .await
            .is_err()
    );
    world.database.set_connection_limit(world.ours.id, None).await.unwrap();
    assert_eq!(limit().await, 20);
    connect(&url).await.unwrap();
}
