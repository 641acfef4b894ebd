//! A copy takes the place of the living schema, and gives it back.

use sqlx::{Connection as _, PgConnection};
use tenantry_pg::Situation;
use uuid::Uuid;

use crate::world::{RESTORED, World, ask, fence, make, names, run, situation};

#[tokio::test]
async fn a_swap_changes_names_rights_and_rows_and_nobody_else() {
    let world = World::new().await;
    let (mine, reading) = (world.credentials(false).await, world.credentials(true).await);
    let neighbour = world.neighbour().await;
    let copy = world.restored("restored", RESTORED).await;
    world.database.measure_schema(world.ours.id).await.unwrap();
    let shut = world.database.shut_out(world.ours.id, fence()).await.unwrap();
    assert_eq!(shut.state, "active");
    PgConnection::connect(mine.as_str()).await.unwrap_err();
    world.database.end_sessions(&shut.role_name).await.unwrap();
    let replaced = Uuid::new_v4();
    let marker = world.swap(copy.id, replaced).await.unwrap();
    assert_eq!(
        (&marker.schema_name, &marker.role_name, &marker.state[..]),
        (&world.ours.schema_name, &world.ours.role_name, "active")
    );
    assert_eq!(world.swap(copy.id, replaced).await.unwrap(), marker, "again is nothing");
    assert_eq!(world.neighbour().await, neighbour);
    assert_eq!(world.database.drift().await.unwrap(), []);
    let copies = world.database.copies(Some(world.ours.id)).await.unwrap();
    let [put_aside] = &copies[..] else { panic!("{copies:?}") };
    assert_eq!((put_aside.id, &put_aside.kind[..]), (replaced, "replaced"));
    assert_eq!(put_aside.schema_name, format!("tenantry_replaced_{}", replaced.simple()));

    let mut session = PgConnection::connect(mine.as_str()).await.unwrap();
    assert_eq!(
        ask(&mut session, "select pupils() || ' ' || count(*) from pupil").await.unwrap(),
        "2 2"
    );
    run(&mut session, "insert into pupil (name) values ('Mary'); insert into mark (pupil_id, mark) values (1, 99)").await.unwrap();
    run(&mut session, "truncate pupil").await.unwrap_err();
    assert_eq!(ask(&mut session, "select count(*) from best").await.unwrap(), "1");
    for denied in ["pupil", "best", "mark_id_seq"] {
        run(&mut session, &format!("select * from {}.{denied}", put_aside.schema_name))
            .await
            .unwrap_err();
    }
    let mut reader = PgConnection::connect(reading.as_str()).await.unwrap();
    assert_eq!(names(&mut reader, &world.ours.schema_name).await, "Ada Grace Mary");
    run(&mut reader, "delete from mark").await.unwrap_err();
    let stale: String = ask(&mut world.admin().await, &format!("select (stale_since is not null)::text from tenantry.usage_state where schema_id = '{}'", world.ours.id)).await.unwrap();
    assert_eq!(stale, "true");
    // what comes later has its rights, too
    let later = format!(
        "set role tenantry_schema_owner; create table {}.later (id int)",
        world.ours.schema_name
    );
    run(&mut world.admin().await, &later).await.unwrap();
    run(&mut session, "insert into later values (1)").await.unwrap();
    drop((session, reader));

    // back, and to nobody's loss
    world.database.end_sessions(&world.ours.role_name).await.unwrap();
    world.swap(replaced, copy.id).await.unwrap();
    world.swap(replaced, copy.id).await.unwrap();
    let mut session = PgConnection::connect(mine.as_str()).await.unwrap();
    assert_eq!(names(&mut session, &world.ours.schema_name).await, "Ada");
    assert_eq!(ask(&mut session, "select pupils()").await.unwrap(), "1");
    assert_eq!(
        world.names_in(&format!("tenantry_replaced_{}", copy.id.simple())).await,
        "Ada Grace Mary"
    );
    assert_eq!(world.database.drift().await.unwrap(), []);
    assert_eq!(world.neighbour().await, neighbour);
    world.drop_copy(copy.id).await;
}

#[tokio::test]
async fn what_is_not_to_be_swapped_in_is_refused() {
    let world = World::new().await;
    let drill = world.restored("drill", RESTORED).await;
    assert_eq!(situation(world.swap(drill.id, Uuid::new_v4()).await), Situation::InvalidState);
    let making = world.landing("restored").await;
    assert_eq!(situation(world.swap(making.copy, Uuid::new_v4()).await), Situation::InvalidState);
    assert_eq!(situation(world.swap(Uuid::new_v4(), Uuid::new_v4()).await), Situation::NotFound);
    let copy = world.restored("restored", RESTORED).await;
    let foreign = world
        .database
        .swap_schema(world.theirs.id, copy.id, Uuid::new_v4(), crate::world::WEEK, fence())
        .await;
    assert_eq!(situation(foreign), Situation::InvalidState);
    // undoing what never happened
    let undone = world.swap(Uuid::new_v4(), copy.id).await.unwrap();
    assert_eq!(undone.schema_name, world.ours.schema_name);
    assert_eq!(world.names_in(&world.ours.schema_name).await, "Ada");
    world.database.shut_out(world.ours.id, fence()).await.unwrap();
    world.database.let_in(world.ours.id, fence()).await.unwrap();
    assert_eq!(world.database.drift().await.unwrap(), []);
}

/// Somebody is still writing: the swap gives up and has changed nothing.
#[tokio::test]
async fn an_open_transaction_is_waited_for_and_not_lost() {
    let world = World::new().await;
    let mut session = PgConnection::connect(world.credentials(false).await.as_str()).await.unwrap();
    let copy = world.restored("restored", RESTORED).await;
    run(&mut session, "begin; insert into pupil (name) values ('Late')").await.unwrap();
    assert_eq!(situation(world.swap(copy.id, Uuid::new_v4()).await), Situation::Transient);
    run(&mut session, "commit").await.unwrap();
    assert_eq!(world.names_in(&world.ours.schema_name).await, "Ada Late");
    world.swap(copy.id, Uuid::new_v4()).await.unwrap();
    assert_eq!(world.names_in(&world.ours.schema_name).await, "Ada Grace");
}

#[tokio::test]
async fn a_blocked_institution_stays_blocked_and_gets_back_what_it_had() {
    let world = World::new().await;
    let mine = world.credentials(false).await;
    let mut admin = world.admin().await;
    let role = &world.ours.role_name;
    run(
        &mut admin,
        &format!(
            "revoke delete, update on {}.mark from {role}; grant references on {}.pupil to {role}",
            world.ours.schema_name, world.ours.schema_name
        ),
    )
    .await
    .unwrap();
    world.database.block_writes(world.ours.id, fence()).await.unwrap();
    let copy = world.restored("restored", RESTORED).await;
    let replaced = Uuid::new_v4();
    world.swap(copy.id, replaced).await.unwrap();
    let mut session = PgConnection::connect(mine.as_str()).await.unwrap();
    run(&mut session, "insert into pupil (name) values ('x')").await.unwrap_err();
    run(&mut session, "select nextval('mark_id_seq')").await.unwrap_err();
    assert_eq!(ask(&mut session, "select pupils()").await.unwrap(), "2");
    world.database.unblock_writes(world.ours.id, fence()).await.unwrap();
    run(&mut session, "insert into pupil (name) values ('x'); insert into mark (mark) values (1)")
        .await
        .unwrap();
    // as it was before the block, by the tables' names
    run(&mut session, "delete from mark").await.unwrap_err();
    run(&mut session, "update mark set mark = 1").await.unwrap_err();
    world.database.block_writes(world.ours.id, fence()).await.unwrap();
    world.swap(replaced, copy.id).await.unwrap();
    run(&mut session, "insert into pupil (name) values ('x')").await.unwrap_err();
    world.database.unblock_writes(world.ours.id, fence()).await.unwrap();
    run(&mut session, "insert into pupil (name) values ('x')").await.unwrap();
    run(&mut session, "delete from mark").await.unwrap_err();
    assert_eq!(world.database.drift().await.unwrap(), []);
}

#[tokio::test]
async fn a_suspended_institution_stays_suspended() {
    let world = World::new().await;
    let mine = world.credentials(false).await;
    world.database.suspend_schema(world.ours.id, fence()).await.unwrap();
    let copy = world.restored("restored", RESTORED).await;
    let marker = world.swap(copy.id, Uuid::new_v4()).await.unwrap();
    assert_eq!(marker.state, "suspended");
    PgConnection::connect(mine.as_str()).await.unwrap_err();
    assert_eq!(world.database.drift().await.unwrap(), []);
    world.database.resume_schema(world.ours.id, fence()).await.unwrap();
    let mut session = PgConnection::connect(mine.as_str()).await.unwrap();
    assert_eq!(names(&mut session, &world.ours.schema_name).await, "Ada Grace");
}

#[tokio::test]
async fn an_archived_institution_is_restored_in_place() {
    let world = World::new().await;
    let mine = world.credentials(false).await;
    let archived = world.database.archive_schema(world.ours.id, fence()).await.unwrap();
    let copy = world.restored("restored", RESTORED).await;
    let replaced = Uuid::new_v4();
    let marker = world.swap(copy.id, replaced).await.unwrap();
    assert_eq!((&marker.state[..], &marker.schema_name), ("archived", &archived.schema_name));
    PgConnection::connect(mine.as_str()).await.unwrap_err();
    let back = world.database.unarchive_schema(world.ours.id, fence()).await.unwrap();
    assert_eq!(back.schema_name, world.ours.schema_name);
    let mut session = PgConnection::connect(mine.as_str()).await.unwrap();
    assert_eq!(ask(&mut session, "select pupils()").await.unwrap(), "2");
    assert_eq!(world.database.drift().await.unwrap(), []);
    // the one that was archived is whole, also its functions
    world.swap(replaced, Uuid::new_v4()).await.unwrap();
    assert_eq!(ask(&mut session, "select pupils()").await.unwrap(), "1");
}

/// An adopted schema keeps its owner and whoever had rights in it.
#[tokio::test]
async fn an_adopted_schema_keeps_its_owner_and_its_readers() {
    let world = World::new().await;
    let database = &world.database;
    let mut admin = world.admin().await;
    let suffix = Uuid::new_v4().simple().to_string()[..12].to_owned();
    let (owner, reader, schema) =
        (format!("o{suffix}"), format!("r{suffix}"), format!("Legacy {suffix}"));
    run(&mut admin, &format!("create role {owner} login; create role {reader}; create schema \"{schema}\" authorization {owner};
        set role {owner}; set search_path = \"{schema}\"; {}; grant usage on schema \"{schema}\" to {reader};
        grant select on pupil to {reader}; reset role; grant {owner} to tenantry_owner", crate::world::SCRIPT)).await.unwrap();
    let id = Uuid::new_v4();
    let institution = format!("a{suffix}");
    let adopted =
        database.adopt_schema(id, &institution, &schema, "pattern", fence()).await.unwrap();
    database.set_read_only(id, false, fence()).await.unwrap();
    let landing = database.begin_copy(crate::world::new_copy(&adopted), fence()).await.unwrap();
    crate::world::fill(&landing, RESTORED).await;
    database.finish_copy(landing.copy, id, fence()).await.unwrap();
    let (copy, replaced) = (landing.copy, Uuid::new_v4());
    database.swap_schema(id, copy, replaced, crate::world::WEEK, fence()).await.unwrap();
    let owners = format!(
        "select string_agg(distinct relowner::regrole::text, ' ') from pg_class where relnamespace = '\"{schema}\"'::regnamespace"
    );
    assert_eq!(ask(&mut admin, &owners).await.unwrap(), owner);
    run(&mut admin, &format!("set role {reader}; select * from \"{schema}\".pupil")).await.unwrap();
    run(&mut admin, &format!("select * from \"{schema}\".mark")).await.unwrap_err();
    run(&mut admin, "reset role").await.unwrap();
    assert_eq!(ask(&mut admin, &format!("select \"{schema}\".pupils()")).await.unwrap(), "2");
    assert_eq!(database.drift().await.unwrap(), []);
    let refused = database.snapshot_schema(id, Uuid::new_v4(), crate::world::WEEK, fence()).await;
    assert_eq!(situation(refused), Situation::NotForAdopted);
    let fence = fence();
    while database.drop_copy(replaced, id, fence).await.unwrap() > 0 {}
    let other = make(database).await;
    assert_eq!(other.state, "active");
}
