//! What an archive is restored into, what it can do there, and what is left when nobody finishes.

use sqlx::{Connection as _, PgConnection};
use tenantry_pg::Situation;
use tenantry_pg::copies::NewCopy;
use tenantry_testkit::PrivateServer;
use uuid::Uuid;

use crate::world::{
    RESTORED, WEEK, World, ask, fence, fill, install, make, names, new_copy, run, situation,
};

#[tokio::test]
async fn a_copy_is_made_closed_and_dropped_and_nothing_is_left() {
    let world = World::new().await;
    let landing = world.landing("restored").await;
    assert_eq!(landing.schema_name, format!("tenantry_copy_{}", landing.copy.simple()));
    let password = landing.url.password().unwrap().to_owned();
    assert!(!format!("{landing:?} {:?}", world.database).contains(&password), "{landing:?}");
    fill(&landing, RESTORED).await;
    let copy = world.database.copy(landing.copy).await.unwrap().unwrap();
    assert_eq!((&copy.kind[..], &copy.state[..]), ("restored", "making"));
    let finished = world.database.finish_copy(copy.id, world.ours.id, fence()).await.unwrap();
    assert_eq!(finished.state, "ready");
    let again = world.database.finish_copy(copy.id, world.ours.id, fence()).await.unwrap();
    assert_eq!(again, finished);
    assert!(finished.expires_at > copy.expires_at, "it is kept for so long from now on");
    PgConnection::connect(landing.url.as_str()).await.unwrap_err();
    let mut session = PgConnection::connect(world.credentials(false).await.as_str()).await.unwrap();
    let error = run(&mut session, &format!("select * from {}.pupil", copy.schema_name)).await;
    error.unwrap_err();
    assert_eq!(world.database.copies(Some(world.ours.id)).await.unwrap(), [finished]);
    assert_eq!(world.database.drift().await.unwrap(), []);
    world.drop_copy(copy.id).await;
    world.drop_copy(copy.id).await;
    assert_eq!(world.database.copies(None).await.unwrap(), []);
    nothing_left(&world, copy.id).await;
}

async fn nothing_left(world: &World, copy: Uuid) {
    let left = format!(
        "select (select count(*) from pg_namespace where nspname like '%{0}%')
              + (select count(*) from pg_roles where rolname like '%{0}%')",
        copy.simple()
    );
    assert_eq!(ask(&mut world.admin().await, &left).await.unwrap(), "0");
}

/// Case 25: whoever restores is killed, before, in the middle of and after its work. The living schema is
/// served all the time, and who comes next begins anew or takes everything away.
#[tokio::test]
async fn case_25_a_restore_that_died_is_begun_anew_or_taken_away() {
    let world = World::new().await;
    let new = new_copy(&world.ours);
    let overtaken = fence();
    let first = world.database.begin_copy(new, overtaken).await.unwrap();
    // the dead worker's session holds its transaction open
    let mut dead = PgConnection::connect(first.url.as_str()).await.unwrap();
    run(&mut dead, &format!("begin; set search_path = {}", first.schema_name)).await.unwrap();
    run(&mut dead, RESTORED).await.unwrap();
    let second = world.database.begin_copy(new, fence()).await.unwrap();
    assert_ne!(first.url.password(), second.url.password());
    run(&mut dead, "select 1").await.unwrap_err();
    PgConnection::connect(first.url.as_str()).await.unwrap_err();
    // a late one is refused
    let late = world.database.finish_copy(new.id, new.schema, overtaken).await;
    assert_eq!(situation(late), Situation::Fenced);
    // the next dies when everything is restored, and another one when it is ready
    fill(&second, RESTORED).await;
    let third = world.database.begin_copy(new, fence()).await.unwrap();
    let tables = format!(
        "select count(*) from pg_class where relnamespace = '{}'::regnamespace",
        third.schema_name
    );
    assert_eq!(ask(&mut world.admin().await, &tables).await.unwrap(), "0");
    fill(&third, RESTORED).await;
    world.database.finish_copy(new.id, new.schema, fence()).await.unwrap();
    let ready = world.database.begin_copy(new, fence()).await;
    assert_eq!(situation(ready), Situation::InvalidState);
    let mut session = PgConnection::connect(world.credentials(false).await.as_str()).await.unwrap();
    assert_eq!(ask(&mut session, "select pupils()").await.unwrap(), "1");
    // one that was never finished is taken away as a whole, its sessions too
    let other = world.landing("drill").await;
    let mut dead = PgConnection::connect(other.url.as_str()).await.unwrap();
    run(&mut dead, &format!("create table {}.a (id int)", other.schema_name)).await.unwrap();
    world.drop_copy(other.copy).await;
    run(&mut dead, "select 1").await.unwrap_err();
    nothing_left(&world, other.copy).await;
    assert_eq!(ask(&mut session, "select pupils()").await.unwrap(), "1");
}

#[tokio::test]
async fn names_of_others_are_left_alone() {
    let world = World::new().await;
    let database = &world.database;
    for (name, expected) in [
        (&world.theirs.schema_name[..], Situation::ForeignSchema),
        ("public", Situation::BadName),
        ("tenantry_archived_x", Situation::BadName),
        ("pg_x", Situation::BadName),
        ("", Situation::BadName),
    ] {
        let new = NewCopy { name: Some(name), ..new_copy(&world.ours) };
        assert_eq!(situation(database.begin_copy(new, fence()).await), expected, "{name}");
        nothing_left(&world, new.id).await;
    }
    let name = format!("{} restored", world.ours.schema_name);
    let new = NewCopy { name: Some(&name), ..new_copy(&world.ours) };
    let landing = database.begin_copy(new, fence()).await.unwrap();
    assert_eq!(landing.schema_name, name);
    assert_eq!(database.drift().await.unwrap(), [], "it is known, whatever it is called");
    let other = database.drop_copy(new.id, world.theirs.id, fence()).await;
    assert_eq!(situation(other), Situation::InvalidState);
    let gone = database.finish_copy(Uuid::new_v4(), world.ours.id, fence()).await;
    assert_eq!(situation(gone), Situation::NotFound);
    world.drop_copy(new.id).await;
}

/// Cases 35 and 36: whatever an archive runs, it has the rights of its landing and no more.
#[tokio::test]
async fn case_36_the_login_of_a_restore_can_do_nothing_else() {
    let world = World::new().await;
    let before = world.neighbour().await;
    let landing = world.landing("restored").await;
    let mut session = PgConnection::connect(landing.url.as_str()).await.unwrap();
    run(&mut session, &format!("set search_path = {}", landing.schema_name)).await.unwrap();
    let theirs = &world.theirs.schema_name;
    for attack in [
        "set role tenantry_control",
        "set role tenantry_owner",
        "set role tenantry_schema_owner",
        "set session authorization tenantry_control",
        "create extension citext",
        "create role x",
        "create schema x",
        "create table public.x (id int)",
        "create table tenantry.x (id int)",
        "create temporary table x (id int)",
        "alter role tenantry_control password 'x'",
        "alter role current_user createrole",
        "alter role current_user connection limit -1",
        "copy (select 1) to program 'true'",
        "select pg_read_file('/etc/passwd')",
        "select lo_import('/etc/passwd')",
        "select lo_create(0)",
        "select tenantry.run_script('THEIRS', 'drop table pupil')",
        "select * from tenantry.schema_marker",
        "select * from THEIRS.pupil",
        "create view leak as select * from THEIRS.pupil",
        "create rule leak as on insert to LANDING.a do also insert into THEIRS.pupil (name) values ('x')",
        "create table leak () inherits (THEIRS.pupil)",
        "create table leak (id bigint references THEIRS.pupil)",
        "drop schema THEIRS cascade",
        "drop owned by tenantry_schema_owner cascade",
        "do $$ begin execute 'set role tenantry_control'; end $$",
        "do $$ begin perform set_config('role', 'tenantry_control', false); end $$",
        "alter schema LANDING owner to tenantry_schema_owner",
        "alter schema LANDING rename to x",
        "create event trigger e on ddl_command_start execute function suppress_redundant_updates_trigger()",
        "create publication p for all tables",
        "create foreign data wrapper x",
        "vacuum THEIRS.pupil; select 1/0",
    ] {
        let text = attack.replace("THEIRS", theirs).replace("LANDING", &landing.schema_name);
        assert!(run(&mut session, &text).await.is_err(), "{attack}");
        run(&mut session, "rollback; reset session authorization; reset role").await.unwrap();
    }
    assert_eq!(world.neighbour().await, before);
    world.drop_copy(landing.copy).await;
}

/// What code in a copy runs as by itself, once the copy is ready: nobody's business but its own. And rights
/// that it gave away are gone.
#[tokio::test]
async fn case_35_what_runs_in_a_copy_by_itself_reaches_nobody() {
    let world = World::new().await;
    let theirs = &world.theirs.schema_name;
    let text = format!(
        "{RESTORED}
         create table loot (name text);
         create function steal() returns bigint language plpgsql as
           $f$ begin insert into loot select name from {theirs}.pupil; return 1; end $f$;
         create function quietly(n int) returns int language plpgsql immutable as
           $f$ begin perform LANDING.steal(); return n; exception when others then return n; end $f$;
         create table bait (n int); create index on bait (quietly(n)); insert into bait values (1), (2);
         create materialized view gone as select quietly(1);
         create function definer() returns setof text language sql security definer as 'select name from {theirs}.pupil';
         create function changed() returns bigint language sql stable security definer as 'select 1::bigint';
         grant all on schema LANDING to public; grant select on pupil to public;
         grant execute on function definer() to tenantry_application;
         alter default privileges grant all on tables to public;
         alter role current_user password 'known'"
    );
    let landing = world.landing("restored").await;
    fill(&landing, &text.replace("LANDING", &landing.schema_name)).await;
    let copy = world.database.finish_copy(landing.copy, world.ours.id, fence()).await.unwrap();
    let known = crate::world::as_role(world.test.url(), landing.url.username(), "known");
    PgConnection::connect(known.as_str()).await.unwrap_err();
    let mut admin = world.admin().await;
    let name = &copy.schema_name;
    run(
        &mut admin,
        &format!(
            "analyze {name}.bait; reindex table {name}.bait; refresh materialized view {name}.gone"
        ),
    )
    .await
    .unwrap();
    let loot = format!("select count(*) from {name}.loot");
    assert_eq!(ask(&mut admin, &loot).await.unwrap(), "0");
    let open = format!(
        "select count(*) from pg_class c, aclexplode(relacl) a where relnamespace = '{name}'::regnamespace and grantee <> relowner"
    );
    assert_eq!(ask(&mut admin, &open).await.unwrap(), "0");
    let untrusted = world.database.untrusted_definers(world.ours.id, copy.id).await.unwrap();
    assert_eq!(untrusted.len(), 2, "{untrusted:?}");

    // swapped in, its definer's functions have lost their teeth
    let before = world.neighbour().await;
    world.swap(copy.id, Uuid::new_v4()).await.unwrap();
    let mut session = PgConnection::connect(world.credentials(false).await.as_str()).await.unwrap();
    run(&mut session, "select * from definer()").await.unwrap_err();
    assert_eq!(ask(&mut session, "select changed()").await.unwrap(), "1");
    assert_eq!(names(&mut session, &world.ours.schema_name).await, "Ada Grace");
    assert_eq!(world.neighbour().await, before);
}

/// What an archive put somewhere else is found before the copy is called ready.
#[tokio::test]
async fn case_36_what_was_made_outside_is_refused() {
    let world = World::new().await;
    let landing = world.landing("restored").await;
    let mut admin = world.admin().await;
    let role = landing.url.username();
    run(&mut admin, &format!("create schema elsewhere; create table elsewhere.loot (id int); alter table elsewhere.loot owner to {role}"))
        .await
        .unwrap();
    let refused = world.database.finish_copy(landing.copy, world.ours.id, fence()).await;
    let refused = refused.unwrap_err();
    assert!(refused.to_string().contains("elsewhere.loot"), "{refused}");
    world.drop_copy(landing.copy).await;
    nothing_left(&world, landing.copy).await;
}

/// Schemas of extensions are opened as far as institutions' schemas may look into them.
#[tokio::test]
async fn schemas_outside_are_opened_only_as_far_as_institutions_are_let_in() {
    let world = World::new().await;
    let mut admin = world.admin().await;
    run(&mut admin, "create schema extensions").await.unwrap();
    let theirs = world.theirs.schema_name.clone();
    for (outside, expected) in [
        ("extensions", Situation::Forbidden),
        ("nowhere", Situation::NotFound),
        (&theirs[..], Situation::Forbidden),
        ("tenantry", Situation::Forbidden),
    ] {
        let outside = [outside.to_owned()];
        let new = NewCopy { outside: &outside, ..new_copy(&world.ours) };
        let refused = world.database.begin_copy(new, fence()).await.unwrap_err();
        assert_eq!(refused.situation(), expected, "{refused}");
        nothing_left(&world, new.id).await;
    }
    let outside = ["extensions".to_owned()];
    let new = NewCopy { outside: &outside, ..new_copy(&world.ours) };
    run(&mut admin, "grant usage on schema extensions to tenantry_schema_owner").await.unwrap();
    let refused = world.database.begin_copy(new, fence()).await.unwrap_err();
    let hint = refused.hint().unwrap().to_owned();
    assert!(hint.contains("tenantry_application"), "{refused:?}");
    run(&mut admin, hint.trim_start_matches("As its owner: ")).await.unwrap();
    world.database.begin_copy(new, fence()).await.unwrap();
    world.drop_copy(new.id).await;
}

/// Cases 7 and 30: the server is killed in the middle of a restore. What was not finished is begun anew, what
/// was committed is there, and the living schema is as it was.
#[tokio::test]
async fn case_07_a_server_that_dies_in_the_middle_leaves_what_can_be_begun_anew() {
    let mut server = PrivateServer::start_with(&[("max_connections", "20")]).await;
    let mut admin = PgConnection::connect(server.url("postgres").as_str()).await.unwrap();
    run(&mut admin, "create database managed").await.unwrap();
    let database = install(&server.url("postgres"), &server.url("managed")).await;
    let marker = make(&database).await;
    let new = new_copy(&marker);
    let landing = database.begin_copy(new, fence()).await.unwrap();
    let mut session = PgConnection::connect(landing.url.as_str()).await.unwrap();
    run(&mut session, &format!("begin; set search_path = {}", landing.schema_name)).await.unwrap();
    run(&mut session, RESTORED).await.unwrap();
    server.kill9().await;
    run(&mut session, "commit").await.unwrap_err();
    let down = database.finish_copy(new.id, marker.id, fence()).await.unwrap_err();
    assert_eq!(down.situation(), Situation::Transient, "{down}");
    server.restart().await;
    let database = install(&server.url("postgres"), &server.url("managed")).await;
    assert_eq!(database.copy(new.id).await.unwrap().unwrap().state, "making");
    let landing = database.begin_copy(new, fence()).await.unwrap();
    fill(&landing, RESTORED).await;
    database.finish_copy(new.id, marker.id, fence()).await.unwrap();
    let mut admin = PgConnection::connect(server.url("managed").as_str()).await.unwrap();
    assert_eq!(names(&mut admin, &marker.schema_name).await, "Ada");
    let replaced = Uuid::new_v4();
    database.swap_schema(marker.id, new.id, replaced, WEEK, fence()).await.unwrap();
    server.kill9().await;
    server.restart().await;
    let database = install(&server.url("postgres"), &server.url("managed")).await;
    let mut admin = PgConnection::connect(server.url("managed").as_str()).await.unwrap();
    assert_eq!(names(&mut admin, &marker.schema_name).await, "Ada Grace");
    assert_eq!(database.copies(None).await.unwrap()[0].id, replaced);
    assert_eq!(database.drift().await.unwrap(), []);
}
