//! Through a real PgBouncer in transaction mode, with one server session for each login: where a set-up
//! leaks, and that neither of ours does.

use sqlx::PgConnection;
use tenantry_pg::Situation;
use tenantry_pg::pooler::{Verdict, probe, refuse_pooler};
use tenantry_testkit::PgBouncer;
use url::Url;

use crate::gateway::{enter, gateway};
use crate::world::{World, as_role, ask, connect, name, run, state};

const MARK: &str = "select string_agg(name, ' ' order by id) from pupil";

/// A row in each institution that tells whose it is.
async fn marked() -> World {
    let world = World::new().await;
    let mut admin = world.test.connect().await;
    for (marker, name) in [(&world.ours, "ours"), (&world.theirs, "theirs")] {
        let text = format!("update {}.pupil set name = '{name}'", marker.schema_name);
        run(&mut admin, &text).await.unwrap();
    }
    world
}

/// Two clients of one login, and proof that they are on one and the same server session.
async fn two_on_one(pooler: &PgBouncer, login: &Url) -> (PgConnection, PgConnection) {
    let url = pooler.through(login);
    let (mut one, mut other) = (connect(&url).await.unwrap(), connect(&url).await.unwrap());
    let session = "select pg_backend_pid()";
    assert_eq!(ask(&mut one, session).await.unwrap(), ask(&mut other, session).await.unwrap());
    (one, other)
}

/// The probe's own schemas are gone, and so are those of one that was killed an hour ago.
async fn no_trace(world: &World) {
    let mut admin = world.test.connect().await;
    let left = "select count(*)::text from pg_namespace where nspname like 'tenantry\\_probe%'";
    assert_eq!(ask(&mut admin, left).await.unwrap(), "0");
}

/// A pooler that cleans a session before it gives it to the next client, an address of another database, and
/// what a probe that was killed leaves behind.
#[tokio::test]
async fn the_probe_reads_rows_and_leaves_none_behind() {
    let world = marked().await;
    let ours = world.credentials(&world.ours, false).await;
    let mut admin = world.test.connect().await;
    // as the control plane's own role, that makes them
    let left = "create schema tenantry_probe_1000_0123abcd_one authorization tenantry_control;
                create schema tenantry_probe_named_by_somebody";
    run(&mut admin, left).await.unwrap();
    let pooler = PgBouncer::start_resetting(&[&ours]).await;
    let verdict = probe(&pooler.through(&ours), &world.database).await.unwrap();
    assert_eq!(verdict, Verdict::SharedAndReset);
    run(&mut admin, "drop schema tenantry_probe_named_by_somebody").await.unwrap();
    no_trace(&world).await;

    let elsewhere = World::new().await;
    let login = elsewhere.credentials(&elsewhere.ours, false).await;
    assert!(probe(&login, &world.database).await.is_err());
    no_trace(&world).await;
    no_trace(&elsewhere).await;
}

/// What the safe ways are measured by: one login with rights on all schemas, and a search path set for
/// the session, as many applications do it. The neighbour's rows are served without an error.
#[tokio::test]
async fn a_session_search_path_leaks() {
    let world = marked().await;
    let shared = name();
    let mut admin = world.test.connect().await;
    run(
        &mut admin,
        &format!(
            "create role {shared} login password 'x' inherit
               in role tenantry_application, {}, {}",
            world.ours.role_name, world.theirs.role_name
        ),
    )
    .await
    .unwrap();
    let login = as_role(world.test.url(), &shared, "x");
    let pooler = PgBouncer::start(&[&login]).await;
    // what `tenantry doctor --pooler` says of it
    assert_eq!(probe(&pooler.through(&login), &world.database).await.unwrap(), Verdict::Leaking);
    assert_eq!(probe(&login, &world.database).await.unwrap(), Verdict::Apart);
    no_trace(&world).await;
    let (mut ours, mut theirs) = two_on_one(&pooler, &login).await;
    run(&mut ours, &format!("set search_path = {}", world.ours.schema_name)).await.unwrap();
    assert_eq!(ask(&mut ours, MARK).await.unwrap(), "ours");
    run(&mut theirs, &format!("set search_path = {}", world.theirs.schema_name)).await.unwrap();
    assert_eq!(ask(&mut ours, MARK).await.unwrap(), "theirs", "the neighbour's pupils");
    drop((ours, theirs, pooler));
    run(&mut admin, &format!("drop role {shared}")).await.unwrap();
}

/// Case 56: Tenantry itself does not work through a pooler, which drops its sessions' settings.
#[tokio::test]
async fn case_56_tenantry_refuses_a_pooler_in_its_own_way() {
    let world = World::new().await;
    let ours = world.credentials(&world.ours, false).await;
    let pooler = PgBouncer::start(&[&ours]).await;
    let refused = refuse_pooler(&pooler.through(&ours)).await.unwrap_err();
    assert_eq!(refused.situation(), Situation::Refused);
    assert!(refused.to_string().contains("pooler"), "{refused}");
    refuse_pooler(&ours).await.unwrap();
}

#[tokio::test]
async fn a_login_for_each_institution_does_not_leak() {
    let world = marked().await;
    let ours = world.credentials(&world.ours, false).await;
    let theirs = world.credentials(&world.theirs, false).await;
    let pooler = PgBouncer::start(&[&ours, &theirs]).await;
    assert_eq!(
        probe(&pooler.through(&ours), &world.database).await.unwrap(),
        Verdict::LeakingInOneSchema
    );
    no_trace(&world).await;
    let (mut one, mut other) = two_on_one(&pooler, &ours).await;
    let mut neighbour = connect(&pooler.through(&theirs)).await.unwrap();
    for _ in 0..3 {
        assert_eq!(ask(&mut one, MARK).await.unwrap(), "ours");
        assert_eq!(ask(&mut neighbour, MARK).await.unwrap(), "theirs");
        assert_eq!(ask(&mut other, MARK).await.unwrap(), "ours");
    }
    // the same mistake as above: it reaches nothing, and harms the institution's own clients at most
    let set = format!("set search_path = {}", world.theirs.schema_name);
    run(&mut one, &set).await.unwrap();
    assert_eq!(state(&ask(&mut other, MARK).await.unwrap_err()), "42P01");
    assert_eq!(ask(&mut neighbour, MARK).await.unwrap(), "theirs");
    run(&mut one, "reset search_path").await.unwrap();
    assert_eq!(ask(&mut other, MARK).await.unwrap(), "ours");
}

#[tokio::test]
async fn the_gateway_does_not_leak() {
    let world = marked().await;
    let login = gateway(&world).await;
    let pooler = PgBouncer::start(&[&login]).await;
    let (mut one, mut other) = two_on_one(&pooler, &login).await;
    for _ in 0..3 {
        for (session, marker, mark) in
            [(&mut one, &world.ours, "ours"), (&mut other, &world.theirs, "theirs")]
        {
            run(session, "begin").await.unwrap();
            run(session, &enter(&marker.institution)).await.unwrap();
            assert_eq!(ask(session, MARK).await.unwrap(), mark);
            run(session, "commit").await.unwrap();
        }
        // who forgets to enter, or did so outside a transaction, reads nobody's rows
        assert_eq!(state(&ask(&mut one, MARK).await.unwrap_err()), "42P01");
        run(&mut other, &enter(&world.ours.institution)).await.unwrap();
        assert_eq!(state(&ask(&mut other, MARK).await.unwrap_err()), "42P01");
    }
    // a transaction that breaks off leaves nothing either
    run(&mut one, "begin").await.unwrap();
    run(&mut one, &enter(&world.ours.institution)).await.unwrap();
    assert!(run(&mut one, "select 1 / 0").await.is_err());
    run(&mut one, "rollback").await.unwrap();
    assert_eq!(ask(&mut other, "select current_user").await.unwrap(), "tenantry_gateway");
}

/// What injected SQL can do with the gateway is documented; what it leaves in the session shuts the next
/// client out and serves it nobody else's rows.
#[tokio::test]
async fn a_role_that_is_left_in_the_gateways_session_fails_closed() {
    let world = marked().await;
    let login = gateway(&world).await;
    let pooler = PgBouncer::start(&[&login]).await;
    let (mut one, mut other) = two_on_one(&pooler, &login).await;
    let left = format!("set role {}; set search_path = {0}", world.theirs.schema_name);
    run(&mut one, &left).await.unwrap();
    run(&mut other, "begin").await.unwrap();
    let error = run(&mut other, &enter(&world.ours.institution)).await.unwrap_err();
    assert_eq!(state(&error), "42501", "{error}");
    run(&mut other, "rollback").await.unwrap();
    run(&mut one, "discard all").await.unwrap();
    run(
        &mut other,
        &format!("begin; {}; select * from pupil; commit", enter(&world.ours.institution)),
    )
    .await
    .unwrap();
}

/// A suspended institution is shut out although the pooler keeps a session open for it.
#[tokio::test]
async fn suspending_works_through_the_pooler() {
    let world = marked().await;
    let login = world.credentials(&world.ours, false).await;
    let pooler = PgBouncer::start(&[&login]).await;
    let mut session = connect(&pooler.through(&login)).await.unwrap();
    assert_eq!(ask(&mut session, MARK).await.unwrap(), "ours");
    world.database.suspend_schema(world.ours.id, crate::world::fence()).await.unwrap();
    world.database.end_sessions(&world.ours.role_name).await.unwrap();
    assert!(ask(&mut session, MARK).await.is_err());
}
