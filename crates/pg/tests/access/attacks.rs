//! What somebody tries who can run any SQL as an institution's application. Each attack has a name; it is
//! refused with a code that says why, or, where PostgreSQL allows it, shown to reach nobody else.

use sqlx::PgConnection;
use tenantry_pg::install::install_managed;
use tenantry_pg::schema::NewSchema;
use tenantry_pg::{PgError, Situation};
use tenantry_testkit::Cluster;
use uuid::Uuid;

use crate::world::{World, ask, connect, fence, run, state};

/// No right, no such thing in sight, not here.
const NO_RIGHT: &str = "42501";
const NOT_SEEN: &str = "42P01";

/// Tries every attack and names those that were not refused, or for another reason. `OURS` and `THEIRS`
/// stand for the schemas, `SELF` and `OTHER` for the roles.
async fn refused(attacks: &[(&str, &str, &str)]) {
    let world = World::new().await;
    let mut session = world.application().await;
    let mut wrong = Vec::new();
    for (name, text, code) in attacks {
        let text = text
            .replace("OURS", &world.ours.schema_name)
            .replace("THEIRS", &world.theirs.schema_name)
            .replace("SELF", &world.ours.role_name)
            .replace("OTHER", &world.theirs.role_name);
        match run(&mut session, &text).await {
            Ok(()) => wrong.push(format!("{name}: it was done: {text}")),
            Err(error) if state(&error) != *code => wrong.push(format!("{name}: {error}: {text}")),
            Err(_) => {}
        }
        // none is to help the next one
        let _ = run(&mut session, "rollback").await;
        run(&mut session, "reset session authorization; reset all").await.unwrap();
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    untouched(&world).await;
}

/// The neighbour has what it had, and nothing in the database disagrees with its markers.
async fn untouched(world: &World) {
    let mut theirs = connect(&world.credentials(&world.theirs, false).await).await.unwrap();
    let names = ask(&mut theirs, "select string_agg(name, ' ') from pupil").await.unwrap();
    assert_eq!(names, "Ada");
    assert_eq!(world.database.drift().await.unwrap(), []);
    let mut admin = world.test.connect().await;
    let made = ask(
        &mut admin,
        &format!(
            "select count(*) from pg_shdepend d join pg_roles r on r.oid = d.refobjid
             where d.deptype = 'o' and r.rolname in ('{}', '{}')",
            world.ours.role_name, world.theirs.role_name
        ),
    )
    .await
    .unwrap();
    assert_eq!(made, "0", "institutions' roles own nothing");
}

/// Code of the institution's own that others would run later: migrations, dumps, samplers, VACUUM.
#[tokio::test]
async fn case_35_no_code_can_be_left_for_others_to_run() {
    refused(&[
        ("a trigger", "create trigger t before insert on pupil for each row execute function suppress_redundant_updates_trigger()", NO_RIGHT),
        ("a view", "create view trap as select 1", NO_RIGHT),
        ("a view that is there", "create or replace view best as select * from mark", NO_RIGHT),
        ("a definer's function", "create function trap() returns int language sql security definer as 'select 1'", NO_RIGHT),
        ("a function that is there", "create or replace function pupils() returns bigint language sql as 'select 1::bigint'", NO_RIGHT),
        ("a function that is there, as definer's", "alter function pupils() security definer", NO_RIGHT),
        ("an index expression", "create index on pupil (lower(name))", NO_RIGHT),
        ("a default", "alter table pupil alter name set default current_user", NO_RIGHT),
        ("a check", "alter table pupil add check (name <> '')", NO_RIGHT),
        ("a policy", "create policy p on pupil using (true)", NO_RIGHT),
        ("row level security", "alter table pupil enable row level security", NO_RIGHT),
        ("a rule", "create rule r as on insert to pupil do also select 1", NO_RIGHT),
        ("a domain", "create domain trap as int check (value > 0)", NO_RIGHT),
        ("an operator", "create operator OURS.=== (leftarg = int, rightarg = int, function = int4eq)", NO_RIGHT),
        ("an aggregate", "create aggregate trap(int) (sfunc = int4pl, stype = int)", NO_RIGHT),
        ("statistics", "create statistics trap on id, name from pupil", NO_RIGHT),
        ("a collation", "create collation trap from \"C\"", NO_RIGHT),
        ("an event trigger", "create event trigger e on ddl_command_start execute function suppress_redundant_updates_trigger()", NO_RIGHT),
        ("a temporary function", "create function pg_temp.trap() returns int language sql as 'select 1'", NO_RIGHT),
        ("a temporary view", "create temporary view pupil as select 1", NO_RIGHT),
        ("an owner's right", "alter table pupil owner to current_user", NO_RIGHT),
        ("a reindex", "reindex table pupil", NO_RIGHT),
        ("a comment", "comment on table pupil is 'x'", NO_RIGHT),
        ("a language", "create language trap handler plpgsql_call_handler", NO_RIGHT),
        ("a library", "load 'auto_explain'", NO_RIGHT),
    ])
    .await;
}

#[tokio::test]
async fn the_neighbours_data_is_out_of_reach() {
    refused(&[
        ("reading", "select * from THEIRS.pupil", NO_RIGHT),
        ("inserting", "insert into THEIRS.pupil (name) values ('x')", NO_RIGHT),
        ("updating", "update THEIRS.pupil set name = 'x'", NO_RIGHT),
        ("deleting", "delete from THEIRS.pupil", NO_RIGHT),
        ("truncating", "truncate THEIRS.pupil", NO_RIGHT),
        ("a view of theirs", "select * from THEIRS.best", NO_RIGHT),
        ("a function of theirs", "select THEIRS.pupils()", NO_RIGHT),
        ("their next number", "select nextval('THEIRS.pupil_id_seq')", NO_RIGHT),
        ("a search path", "set search_path = THEIRS; select * from pupil", NOT_SEEN),
        ("a search path in a transaction", "begin; set local search_path = THEIRS; select * from pupil", NOT_SEEN),
        ("their number as an oid", "select pg_relation_size('THEIRS.pupil'::regclass)", NO_RIGHT),
        ("copying out", "copy THEIRS.pupil to stdout", NO_RIGHT),
        ("a foreign key", "alter table mark add foreign key (mark) references THEIRS.pupil", NO_RIGHT),
        ("locking", "begin; lock table THEIRS.pupil in access exclusive mode", NO_RIGHT),
        ("analysing", "analyze THEIRS.pupil", NO_RIGHT),
        ("statistics", "select * from pg_statistic", NO_RIGHT),
        ("renaming their schema", "alter schema THEIRS rename to x", NO_RIGHT),
        ("dropping their schema", "drop schema THEIRS cascade", NO_RIGHT),
        ("their default privileges", "alter default privileges for role tenantry_schema_owner in schema THEIRS grant select on tables to SELF", NO_RIGHT),
        ("granting oneself", "grant usage on schema THEIRS to SELF", NO_RIGHT),
    ])
    .await;
}

#[tokio::test]
async fn nobody_else_can_be_become() {
    refused(&[
        ("the neighbour", "set role OTHER", NO_RIGHT),
        ("the owner of schemas", "set role tenantry_schema_owner", NO_RIGHT),
        ("the owner of functions", "set role tenantry_owner", NO_RIGHT),
        ("the control plane", "set role tenantry_control", NO_RIGHT),
        ("in a block", "do $$ begin set local role OTHER; end $$", NO_RIGHT),
        ("by set_config", "select set_config('role', 'OTHER', false)", NO_RIGHT),
        ("another session", "set session authorization OTHER", NO_RIGHT),
        ("a role of its own", "create role x", NO_RIGHT),
        ("createrole", "alter role SELF createrole", NO_RIGHT),
        ("superuser", "alter role SELF superuser", NO_RIGHT),
        ("bypassrls", "alter role SELF bypassrls", NO_RIGHT),
        ("its own connection limit", "alter role SELF connection limit -1", NO_RIGHT),
        ("a password that never ends", "alter role SELF valid until 'infinity'", NO_RIGHT),
        ("the neighbour's password", "alter role OTHER password 'x'", NO_RIGHT),
        ("the neighbour's settings", "alter role OTHER set search_path = OURS", NO_RIGHT),
        ("everybody's settings", "alter role all set search_path = OURS", NO_RIGHT),
        ("renaming itself", "alter role SELF rename to x", "0A000"),
        ("dropping the neighbour", "drop role OTHER", NO_RIGHT),
        ("membership", "grant tenantry_schema_owner to SELF", NO_RIGHT),
        (
            "membership of the group",
            "grant tenantry_application to OTHER with admin option",
            NO_RIGHT,
        ),
        ("being lent", "grant SELF to OTHER", NO_RIGHT),
        ("giving away", "reassign owned by SELF to OTHER", NO_RIGHT),
        ("taking", "reassign owned by OTHER to SELF", NO_RIGHT),
        ("dropping what is theirs", "drop owned by OTHER", NO_RIGHT),
        ("dropping what is the owner's", "drop owned by tenantry_schema_owner cascade", NO_RIGHT),
        ("reading passwords", "select * from pg_authid", NO_RIGHT),
    ])
    .await;
}

#[tokio::test]
async fn nothing_can_be_made_outside_its_own_tables() {
    refused(&[
        ("a schema", "create schema x", NO_RIGHT),
        (
            "a schema of 70 characters",
            "create schema aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffffgggggggggg",
            NO_RIGHT,
        ),
        ("a table", "create table x (id int)", NO_RIGHT),
        ("a table in public", "create table public.x (id int)", NO_RIGHT),
        ("a table in tenantry", "create table tenantry.x (id int)", NO_RIGHT),
        ("a table in the catalog", "create table pg_catalog.x (id int)", NO_RIGHT),
        ("a temporary table", "create temporary table x (id int)", NO_RIGHT),
        ("a table out of a query", "select * into temporary x from pupil", NO_RIGHT),
        ("a cursor's file", "select lo_import('/etc/passwd')", NO_RIGHT),
        ("a large object", "select lo_create(0)", NO_RIGHT),
        ("a large object of bytes", "select lo_from_bytea(0, '\\x00')", NO_RIGHT),
        ("a large object, read only", "begin read only; select lo_creat(-1)", NO_RIGHT),
        ("a database", "create database x", NO_RIGHT),
        ("a tablespace", "create tablespace x location '/tmp'", NO_RIGHT),
        ("a publication", "create publication x for table pupil", NO_RIGHT),
        (
            "a subscription",
            "create subscription x connection '' publication x with (connect = false)",
            NO_RIGHT,
        ),
        ("a foreign data wrapper", "create foreign data wrapper x", NO_RIGHT),
        ("a replication slot", "select pg_create_physical_replication_slot('x')", NO_RIGHT),
        ("dropping a table", "drop table pupil", NO_RIGHT),
        ("changing a table", "alter table pupil add column x int", NO_RIGHT),
        ("truncating a table", "truncate pupil", NO_RIGHT),
        ("dropping its schema", "drop schema OURS cascade", NO_RIGHT),
        ("renaming its schema", "alter schema OURS rename to x", NO_RIGHT),
        // not enabled by default; where it is, what is prepared belongs to the role and holds its own locks
        (
            "a prepared transaction",
            "begin; insert into pupil (name) values ('x'); prepare transaction 'x'",
            "55000",
        ),
    ])
    .await;
}

#[tokio::test]
async fn the_server_is_out_of_reach() {
    refused(&[
        ("a program", "copy pupil from program 'id'", NO_RIGHT),
        ("a program that is told", "copy pupil to program 'cat'", NO_RIGHT),
        ("reading a file by copy", "copy pupil (name) from '/etc/passwd'", NO_RIGHT),
        ("writing a file", "copy pupil to '/tmp/tenantry-attack'", NO_RIGHT),
        ("reading a file", "select pg_read_file('/etc/passwd')", NO_RIGHT),
        ("listing files", "select pg_ls_dir('.')", NO_RIGHT),
        ("the file of access rules", "select * from pg_hba_file_rules", NO_RIGHT),
        ("another server by dblink", "select dblink_connect('host=127.0.0.1')", "42883"),
        ("case 43: no triggers", "set session_replication_role = replica", NO_RIGHT),
        ("case 43: unlimited temporary files", "set temp_file_limit = -1", NO_RIGHT),
        ("case 43: unlimited temporary files for its sessions to come", "alter role current_user set temp_file_limit = -1", NO_RIGHT),
        ("case 43: no more of that limit", "alter role current_user reset temp_file_limit", NO_RIGHT),
        ("no log", "set log_statement = 'none'", NO_RIGHT),
        ("no minimum of logging", "set log_min_duration_statement = -1; set log_duration = off", NO_RIGHT),
        ("the server's settings", "alter system set fsync = off", NO_RIGHT),
        ("the database's settings", "do $$ begin execute format('alter database %I set work_mem = ''1GB''', current_database()); end $$", NO_RIGHT),
        ("reloading", "select pg_reload_conf()", NO_RIGHT),
        ("a checkpoint", "checkpoint", NO_RIGHT),
        ("a new log file", "select pg_switch_wal()", NO_RIGHT),
        ("forgetting statistics", "select pg_stat_reset()", NO_RIGHT),
        ("ending the control plane's sessions", "select pg_terminate_backend(pid) from pg_stat_activity where usename = 'tenantry_control' and datname = current_database()", NO_RIGHT),
        ("cancelling the control plane's statements", "select pg_cancel_backend(pid) from pg_stat_activity where usename = 'tenantry_control' and datname = current_database()", NO_RIGHT),
        ("the markers", "select * from tenantry.schema_marker", NO_RIGHT),
        ("templates", "update tenantry.template set script = 'drop schema OURS'", NO_RIGHT),
        ("its own limit in our books", "update tenantry.application_role set connection_limit = 1000", NO_RIGHT),
        ("making institutions", "select * from tenantry.create_institution_schema('x1')", NO_RIGHT),
        ("dropping institutions", "select * from tenantry.drop_institution_schema('x1')", NO_RIGHT),
        ("running scripts", "select tenantry.run_script('THEIRS', 'drop table pupil')", NO_RIGHT),
        ("giving rights", "select tenantry.grant_rights('THEIRS', 'SELF', false)", NO_RIGHT),
        ("setting passwords", "select tenantry.set_password(gen_random_uuid(), false, '', true)", NO_RIGHT),
        ("the gateway's door", "select tenantry.enter('x1')", NO_RIGHT),
    ])
    .await;
}

/// A trusted extension is anybody's who may create in the database. Where its files are not installed
/// the answer is another one, and as good.
#[tokio::test]
async fn no_extension_can_be_made() {
    let world = World::new().await;
    let mut session = world.application().await;
    for extension in ["hstore", "pg_trgm", "pgcrypto", "dblink", "postgres_fdw", "file_fdw"] {
        let error = run(&mut session, &format!("create extension {extension}")).await.unwrap_err();
        assert!(
            ["42501", "0A000", "58P01"].contains(&state(&error).as_str()),
            "{extension}: {error}"
        );
    }
}

#[tokio::test]
async fn the_control_database_is_closed() {
    let world = World::new().await;
    let mut url = world.credentials(&world.ours, false).await;
    url.set_path("tenantry_test_control");
    let error = connect(&url).await.unwrap_err();
    assert_eq!(state(&error), NO_RIGHT, "{error}");
    // and a login that is nobody's institution does not get into the managed one
    let mut admin = world.test.connect().await;
    let stranger = crate::world::name();
    run(&mut admin, &format!("create role {stranger} login password 'x'")).await.unwrap();
    let url = crate::world::as_role(world.test.url(), &stranger, "x");
    let error = connect(&url).await.unwrap_err();
    assert_eq!(state(&error), NO_RIGHT, "{error}");
    run(&mut admin, &format!("drop role {stranger}")).await.unwrap();
}

/// PostgreSQL answers with a warning; nothing is granted.
#[tokio::test]
async fn its_rights_cannot_be_handed_on() {
    let world = World::new().await;
    let mut session = world.application().await;
    let mut admin = world.test.connect().await;
    let rights = format!(
        "select string_agg(relname || coalesce(relacl::text, ''), ' ' order by relname)
           || (select nspacl::text from pg_namespace where nspname = '{0}')
         from pg_class where relnamespace = '{0}'::regnamespace",
        world.ours.schema_name
    );
    let before = ask(&mut admin, &rights).await.unwrap();
    for text in [
        "grant select on pupil to public".to_owned(),
        format!("grant all on pupil to {}", world.theirs.role_name),
        format!("grant select on all tables in schema {} to public", world.ours.schema_name),
        format!("grant usage, create on schema {} to public", world.ours.schema_name),
    ] {
        let _ = run(&mut session, &text).await;
        assert_eq!(ask(&mut admin, &rights).await.unwrap(), before, "{text}");
    }
    untouched(&world).await;
}

/// Default privileges of one's own are allowed, are about objects that it cannot make, and would keep the
/// role from being dropped.
#[tokio::test]
async fn its_own_default_privileges_change_nothing_and_keep_nobody_from_purging() {
    let world = World::new().await;
    let mut session = world.application().await;
    let text = "alter default privileges grant all on tables to public";
    run(&mut session, text).await.unwrap();
    drop(session);
    let id = world.ours.id;
    world.database.archive_schema(id, fence()).await.unwrap();
    let purge = fence();
    world.database.begin_purge(id, purge).await.unwrap();
    while world.database.purge_batch(id, purge).await.unwrap() > 0 {}
    let mut admin = world.test.connect().await;
    let left = format!("select count(*) from pg_roles where rolname like '%{}%'", id.simple());
    assert_eq!(ask(&mut admin, &left).await.unwrap(), "0");
}

/// What a role may set for its own session or itself is no control, and is not used as one.
#[tokio::test]
async fn case_43_what_a_role_may_loosen_reaches_only_itself() {
    let world = World::new().await;
    let mut session = world.application().await;
    for own in [
        "set statement_timeout = 0",
        "set idle_in_transaction_session_timeout = 0",
        "set default_transaction_read_only = off",
        "set work_mem = '64MB'",
        "set search_path = pg_temp, public",
    ] {
        run(&mut session, own).await.unwrap();
    }
    // channels are the database's: a neighbour hears them, the control database does not
    run(&mut session, "listen controlplane_jobs; notify controlplane_jobs, 'x'; unlisten *")
        .await
        .unwrap();
    let long = "select pg_notify('x', repeat('x', 8000))";
    assert_eq!(state(&run(&mut session, long).await.unwrap_err()), "22023");
    // sessions of its own are all that it can end
    run(&mut session, "select pg_cancel_backend(pid) from pg_stat_activity where usename = current_user and pid <> pg_backend_pid()")
        .await
        .unwrap();
    untouched(&world).await;
}

/// Locks on its own tables are allowed; they keep nobody from shutting it out.
#[tokio::test]
async fn locking_its_own_tables_does_not_keep_it_in() {
    let world = World::new().await;
    let mut session = world.application().await;
    run(&mut session, "begin; lock table pupil, mark in access exclusive mode").await.unwrap();
    world.database.suspend_schema(world.ours.id, fence()).await.unwrap();
    assert_eq!(world.database.end_sessions(&world.ours.role_name).await.unwrap(), 1);
    assert!(run(&mut session, "select 1").await.is_err());
    untouched_while_suspended(&world).await;
}

async fn untouched_while_suspended(world: &World) {
    assert_eq!(world.database.drift().await.unwrap(), []);
    world.database.resume_schema(world.ours.id, fence()).await.unwrap();
    untouched(world).await;
}

/// Advisory locks are anybody's. One that we use for politeness keeps nobody from installing.
#[tokio::test]
async fn taking_the_installers_lock_does_not_keep_it_out() {
    let world = World::new().await;
    let mut session = world.application().await;
    run(&mut session, "select pg_advisory_lock(hashtext('tenantry install'))").await.unwrap();
    install_managed(world.test.url()).await.unwrap();
    run(&mut session, "select 1").await.unwrap();
}

/// Names that PostgreSQL would cut to the same 63 bytes are refused before they get there.
#[tokio::test]
async fn names_that_would_collide_are_refused() {
    let world = World::new().await;
    let long = "a".repeat(70);
    for name in [&long, &long[..40], "oak-wood", "Oakwood", "pg_x", "oak\0wood", ""] {
        let new = NewSchema {
            id: Uuid::new_v4(),
            institution: name,
            template: "default",
            version: 1,
            parameters: None,
        };
        let error: PgError = world.database.make_schema(new, fence()).await.unwrap_err();
        // a NUL does not even get into a parameter
        let told = error.situation() == Situation::BadName || name.contains('\0');
        assert!(told, "{name:?}: {error}");
    }
}

/// What the catalogs tell everybody is documented; it is names and sizes, never rows.
#[tokio::test]
async fn the_catalogs_tell_names_and_no_rows() {
    let world = World::new().await;
    let mut admin = world.test.connect().await;
    run(&mut admin, &format!("analyze {}.pupil", world.theirs.schema_name)).await.unwrap();
    let mut session = world.application().await;
    let look = async |session: &mut PgConnection, from: &str, column: &str| {
        let text =
            format!("select count(*) from {from} where {column} = '{}'", world.theirs.schema_name);
        ask(session, &text).await.unwrap()
    };
    assert_eq!(look(&mut session, "pg_namespace", "nspname").await, "1", "names are seen");
    assert_eq!(look(&mut session, "pg_stats", "schemaname").await, "0", "samples of rows are not");
    let query = "select count(query) filter (where query <> '<insufficient privilege>') from pg_stat_activity
                 where usename is not null and usename <> current_user";
    assert_eq!(ask(&mut session, query).await.unwrap(), "0", "others' statements are not");
    assert!(Cluster::shared().await.version() >= 150_000);
}
