//! An adopted schema on every version of PostgreSQL: who may act for its owner has become another question
//! in 16.

use tenantry_pg::{PgError, Situation, scram};
use uuid::Uuid;

use crate::world::{World, as_role, ask, connect, fence, name, run};

/// A world, and a schema with a table that belongs to a login of its own.
async fn legacy() -> (World, String, String) {
    let world = World::new().await;
    let (login, schema) = (name(), name());
    let mut admin = world.test.connect().await;
    run(
        &mut admin,
        &format!(
            "create role {login} login; create schema {schema} authorization {login}; set role {login};
             create table {schema}.django_migrations (id serial primary key, app text, name text);
             insert into {schema}.django_migrations (app, name) values ('pupils', '0001'), ('pupils', '0002')"
        ),
    )
    .await
    .unwrap();
    (world, login, schema)
}

fn situation<T: std::fmt::Debug>(result: Result<T, PgError>) -> Situation {
    result.unwrap_err().situation()
}

#[tokio::test]
async fn an_adopted_schema_is_kept_from_changes_and_then_acted_for_by_a_grant() {
    let (world, login, schema) = legacy().await;
    let mut admin = world.test.connect().await;
    let database = &world.database;
    let (id, institution) = (Uuid::new_v4(), name());
    let adopted =
        database.adopt_schema(id, &institution, &schema, "django-tenants", fence()).await.unwrap();
    assert_eq!((&adopted.schema_name, &adopted.role_name[..]), (&schema, ""));
    assert_eq!((&adopted.template, adopted.template_version), (&None, None));
    let twice = database.adopt_schema(id, &institution, &schema, "pattern", fence()).await.unwrap();
    assert_eq!(twice, adopted);
    let other = Uuid::new_v4();
    for (name, schema, expected) in [
        ("elsewhere", &schema[..], Situation::InstitutionExists),
        (&institution, &world.ours.schema_name, Situation::InstitutionExists),
        ("elsewhere", "nowhere", Situation::NotFound),
        ("elsewhere", "public", Situation::BadName),
        ("elsewhere", "tenantry", Situation::BadName),
        ("elsewhere", "pg_catalog", Situation::BadName),
        ("Else Where", "nowhere", Situation::BadName),
    ] {
        let refused = database.adopt_schema(other, name, schema, "pattern", fence()).await;
        assert_eq!(situation(refused), expected, "{name} {schema}");
    }

    let verifier = scram::verifier("of the institution");
    assert_eq!(situation(database.archive_schema(id, fence()).await), Situation::AdoptedReadOnly);
    assert_eq!(situation(database.suspend_schema(id, fence()).await), Situation::AdoptedReadOnly);
    let password = database.set_password(id, false, &verifier, false).await;
    assert_eq!(situation(password), Situation::AdoptedReadOnly);
    database.set_read_only(id, false, fence()).await.unwrap();
    assert_eq!(situation(database.suspend_schema(id, fence()).await), Situation::NotForAdopted);
    assert_eq!(situation(database.block_writes(id, fence()).await), Situation::NotForAdopted);
    let refused = database.archive_schema(id, fence()).await.unwrap_err();
    assert_eq!(refused.situation(), Situation::OwnerNeeded);
    let statements =
        database.statements_to_act_for(&[login.clone(), "postgres".into()]).await.unwrap();
    let [grant, _] = &statements[..] else { panic!("{statements:?}") };
    assert!(refused.hint().unwrap().ends_with(grant.as_str()), "{refused:?}");
    run(&mut admin, grant).await.unwrap();

    let archived = database.archive_schema(id, fence()).await.unwrap();
    assert!(archived.schema_name.starts_with("tenantry_archived_"));
    assert_eq!(situation(database.release_schema(id, fence()).await), Situation::InvalidState);
    let back = database.unarchive_schema(id, fence()).await.unwrap();
    assert_eq!(back.schema_name, schema);
    let role = database.set_password(id, false, &verifier, false).await.unwrap();
    let url = as_role(world.test.url(), &role, "of the institution");
    let mut institutions = connect(&url).await.unwrap();
    assert_eq!(
        ask(&mut institutions, "select count(*) from django_migrations").await.unwrap(),
        "2"
    );
    assert_eq!(database.drift().await.unwrap(), []);
    drop(institutions);
    database.end_sessions(&role).await.unwrap();
    database.release_schema(id, fence()).await.unwrap();
    database.release_schema(id, fence()).await.unwrap();
    let roles = format!("select count(*) from pg_roles where rolname = '{role}'");
    assert_eq!(ask(&mut admin, &roles).await.unwrap(), "0");
    let owner = format!("select nspowner::regrole from pg_namespace where nspname = '{schema}'");
    assert_eq!(ask(&mut admin, &owner).await.unwrap(), login);
}

#[tokio::test]
async fn the_reader_reads_what_it_was_given_and_writes_nothing() {
    let (world, _, schema) = legacy().await;
    let mut admin = world.test.connect().await;
    let asked = [(schema.clone(), "django_migrations")];
    let unread = world.database.read_histories(&asked).await.unwrap();
    assert!(unread[0].history.as_ref().unwrap_err().contains("permission denied"), "{unread:?}");
    run(
        &mut admin,
        &format!(
            "grant usage on schema {schema} to tenantry_reader;
             grant all on {schema}.django_migrations to tenantry_reader"
        ),
    )
    .await
    .unwrap();
    let read = world.database.read_histories(&asked).await.unwrap();
    let history = read[0].history.as_ref().unwrap();
    assert_eq!((history.version.as_deref(), history.applied), (Some("pupils.0002"), 2));

    let query = format!("select name as schema_name from {schema}.django_migrations order by id");
    let rows = world.database.ask_as_reader(&query, 1).await.unwrap();
    assert_eq!(rows.len(), 2, "one more than the limit tells that there are more");
    assert_eq!(rows[0]["schema_name"], "0001");
    for attack in [
        format!("delete from {schema}.django_migrations returning 1"),
        "select set_config('role', 'tenantry_owner', true)".into(),
        "select set_config('transaction_read_only', 'off', true)".into(),
        "select query_to_xml('set role tenantry_owner', true, true, '')".into(),
        format!("select 1) as found; drop schema {schema} cascade; --"),
    ] {
        assert!(world.database.ask_as_reader(&attack, 10).await.is_err(), "{attack}");
    }
    // nor does anybody else ask through it
    let mut session = world.application().await;
    assert!(run(&mut session, "select tenantry.ask_as_reader('select 1', 1)").await.is_err());
}
