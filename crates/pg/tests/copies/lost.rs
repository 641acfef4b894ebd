//! An institution's schema comes back where there is none: it was dropped by hand, or purged.

use sqlx::{Connection as _, PgConnection};
use tenantry_pg::Situation;
use uuid::Uuid;

use crate::world::{RESTORED, World, ask, fence, names, run, situation};

#[tokio::test]
async fn one_that_was_dropped_by_hand_gets_its_name_and_roles_back() {
    let world = World::new().await;
    let (mine, reading) = (world.credentials(false).await, world.credentials(true).await);
    let copy = world.restored("restored", RESTORED).await;
    let (id, institution) = (world.ours.id, world.ours.institution.clone());
    let there = world.database.replace_lost(id, &institution, copy.id, fence()).await;
    assert_eq!(situation(there), Situation::InvalidState);
    world.database.block_writes(id, fence()).await.unwrap();
    run(&mut world.admin().await, &format!("drop schema {} cascade", world.ours.schema_name))
        .await
        .unwrap();
    assert_eq!(situation(world.swap(copy.id, Uuid::new_v4()).await), Situation::ChangedByHand);
    let lost = fence();
    let marker = world.database.replace_lost(id, &institution, copy.id, lost).await.unwrap();
    assert_eq!((&marker.schema_name, &marker.state[..]), (&world.ours.schema_name, "active"));
    assert_eq!(world.database.replace_lost(id, &institution, copy.id, lost).await.unwrap(), marker);
    assert_eq!(world.database.drift().await.unwrap(), []);
    let mut session = PgConnection::connect(mine.as_str()).await.unwrap();
    assert_eq!(ask(&mut session, "select pupils()").await.unwrap(), "2");
    run(&mut session, "insert into pupil (name) values ('x')").await.unwrap_err();
    world.database.unblock_writes(id, fence()).await.unwrap();
    run(&mut session, "insert into pupil (name) values ('x')").await.unwrap();
    let mut reader = PgConnection::connect(reading.as_str()).await.unwrap();
    assert_eq!(names(&mut reader, &world.ours.schema_name).await, "Ada Grace x");
}

#[tokio::test]
async fn one_whose_role_was_dropped_too_gets_a_new_one() {
    let world = World::new().await;
    let copy = world.restored("restored", RESTORED).await;
    let (id, institution) = (world.ours.id, world.ours.institution.clone());
    world.database.suspend_schema(id, fence()).await.unwrap();
    let mut admin = world.admin().await;
    run(
        &mut admin,
        &format!(
            "drop schema {} cascade; drop role {}",
            world.ours.schema_name, world.ours.role_name
        ),
    )
    .await
    .unwrap();
    let marker = world.database.replace_lost(id, &institution, copy.id, fence()).await.unwrap();
    assert_eq!((&marker.role_name, &marker.state[..]), (&world.ours.role_name, "suspended"));
    assert_eq!(world.database.drift().await.unwrap(), []);
    world.database.resume_schema(id, fence()).await.unwrap();
    let mine = world.credentials(false).await;
    let mut session = PgConnection::connect(mine.as_str()).await.unwrap();
    assert_eq!(names(&mut session, &world.ours.schema_name).await, "Ada Grace");
}

#[tokio::test]
async fn one_that_was_purged_is_made_anew_from_a_copy() {
    let world = World::new().await;
    let copy = world.restored("restored", RESTORED).await;
    let (id, institution) = (world.ours.id, world.ours.institution.clone());
    world.database.archive_schema(id, fence()).await.unwrap();
    let purge = fence();
    world.database.begin_purge(id, purge).await.unwrap();
    while world.database.purge_batch(id, purge).await.unwrap() > 0 {}
    // others may have the name by now
    let taken = world.database.replace_lost(id, &world.theirs.institution, copy.id, fence()).await;
    assert_eq!(situation(taken), Situation::InstitutionExists);
    let mut admin = world.admin().await;
    run(&mut admin, &format!("create schema {}", world.ours.schema_name)).await.unwrap();
    let foreign = world.database.replace_lost(id, &institution, copy.id, fence()).await;
    assert_eq!(situation(foreign), Situation::ForeignSchema);
    run(&mut admin, &format!("drop schema {}", world.ours.schema_name)).await.unwrap();
    let marker = world.database.replace_lost(id, &institution, copy.id, fence()).await.unwrap();
    assert_eq!(
        (&marker.schema_name, &marker.role_name),
        (&world.ours.schema_name, &world.ours.role_name)
    );
    assert_eq!(world.database.drift().await.unwrap(), []);
    let mut session = PgConnection::connect(world.credentials(false).await.as_str()).await.unwrap();
    assert_eq!(ask(&mut session, "select pupils()").await.unwrap(), "2");
    assert_eq!(world.database.copies(None).await.unwrap(), []);
}
