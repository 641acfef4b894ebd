//! What is changed by hand, or by the role itself, is found with the statement that mends it.

use tenantry_pg::catalog::Drift;

use crate::world::{World, as_role, connect, run};

/// Does something, expects exactly that finding, does what it says, and expects none.
async fn found_and_mended(world: &World, statement: &str, kind: &str) -> Drift {
    let mut admin = world.test.connect().await;
    run(&mut admin, statement).await.unwrap_or_else(|error| panic!("{statement}: {error}"));
    let found = world.database.drift().await.unwrap();
    assert!(found.len() == 1 && found[0].kind == kind, "{statement}: {found:#?}");
    run(&mut admin, &found[0].remedy).await.unwrap_or_else(|error| panic!("{found:#?}: {error}"));
    assert_eq!(world.database.drift().await.unwrap(), [], "{statement}");
    found.into_iter().next().unwrap()
}

#[tokio::test]
async fn case_43_changed_settings_limits_and_rights_are_found_with_what_mends_them() {
    let world = World::new().await;
    let role = &world.ours.role_name;
    let schema = &world.ours.schema_name;
    let database = world.test.name();
    for (statement, kind) in [
        (format!("alter role {role} set statement_timeout = 0"), "role_setting_changed"),
        (format!("alter role {role} reset statement_timeout"), "role_setting_changed"),
        (
            format!("alter role {role} set search_path = {}", world.theirs.schema_name),
            "role_setting_changed",
        ),
        (format!("alter role {role} set work_mem = '1GB'"), "role_setting_changed"),
        (
            format!("alter role {role} in database {database} set work_mem = '1GB'"),
            "role_setting_changed",
        ),
        (format!("alter role {role} connection limit 500"), "role_limit_changed"),
        (format!("alter role {role} connection limit -1"), "role_limit_changed"),
        (format!("alter role {role} nologin"), "role_login_changed"),
        (format!("alter role {role} createrole"), "role_right_added"),
        (format!("alter role {role} bypassrls"), "role_right_added"),
        (format!("grant tenantry_schema_owner to {role}"), "role_right_added"),
        (format!("revoke usage on schema {schema} from {role}"), "grant_missing"),
        (format!("grant connect on database {database} to public"), "left_open"),
        (format!("grant temporary on database {database} to public"), "left_open"),
        ("grant create on schema public to public".to_owned(), "left_open"),
        ("grant execute on function lo_create(oid) to public".to_owned(), "left_open"),
    ] {
        let found = found_and_mended(&world, &statement, kind).await;
        assert_eq!(found.schema_id.is_none(), kind == "left_open", "{found:#?}");
    }
}

#[tokio::test]
async fn case_43_what_a_role_does_to_itself_is_found() {
    let world = World::new().await;
    let url = world.credentials(&world.ours, false).await;
    let mut application = connect(&url).await.unwrap();
    let role = &world.ours.role_name;
    run(&mut application, &format!("alter role {role} set statement_timeout = 0")).await.unwrap();
    let found = world.database.drift().await.unwrap();
    assert_eq!(found[0].object, format!("{role}: statement_timeout"));
    run(&mut world.test.connect().await, &found[0].remedy).await.unwrap();
    // its rights are another's gift, which it cannot even give up
    run(&mut application, "drop owned by current_user").await.unwrap();
    run(&mut application, "insert into pupil (name) values ('Grace')").await.unwrap();
    assert_eq!(world.database.drift().await.unwrap(), []);
    // a password that it sets itself works, until the next one is issued
    run(&mut application, &format!("alter role {role} password 'chosen'")).await.unwrap();
    let chosen = as_role(world.test.url(), role, "chosen");
    connect(&chosen).await.unwrap();
    world.credentials(&world.ours, false).await;
    assert!(connect(&chosen).await.is_err());
}
