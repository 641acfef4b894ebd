//! Installing where an application lives: its logins go on, by name, and everybody else stays out.

use sqlx::Executor as _;
use tenantry_pg::install::install_managed;
use tenantry_pg::sql::{Ident, script};
use tenantry_testkit::Cluster;

use crate::world::{World, as_role, ask, connect, name, run};

const PASSWORD: &str = "of the application";

#[tokio::test]
async fn logins_of_an_application_keep_by_name_what_every_login_had() {
    // the roles of the server are there, and a database that Tenantry has never seen
    drop(World::new().await);
    let test = Cluster::shared().await.create_database().await;
    let mut admin = test.connect().await;
    let database = Ident::new(test.name()).unwrap();
    let [owner, reader, group, member, guest, stranger] = [(); 6].map(|()| name());
    let make = format!(
        "create role {owner} login; create role {reader} login; create role {group};
         create role {member} login in role {group}; create role {guest} login; create role {stranger} login;
         alter database {database} owner to {owner};
         create schema school authorization {owner}; set role {owner};
         create table school.pupil (id int); grant usage on schema school to {reader}, {group};
         grant select on school.pupil to {reader}, {group}; reset role;
         select lo_from_bytea(0, 'a large object')"
    );
    admin.execute(script(make)).await.unwrap();
    for role in [&owner, &reader, &member, &guest, &stranger] {
        run(&mut admin, &format!("alter role {role} password '{PASSWORD}'")).await.unwrap();
    }
    let login = async |role: &str| connect(&as_role(test.url(), role, PASSWORD)).await;
    // one that works with nothing but what everybody may, and has a session now
    let mut guest_session = login(&guest).await.unwrap();

    let done = install_managed(test.url()).await.unwrap();
    let mut expected = vec![owner.clone(), reader.clone(), member.clone(), guest.clone()];
    expected.sort();
    assert_eq!(done.residents, expected);
    ask(&mut guest_session, "select 1").await.unwrap();
    for role in &expected {
        let mut session = login(role).await.unwrap();
        run(&mut session, "create temporary table t (id int); select lo_creat(-1)").await.unwrap();
    }
    let mut session = login(&member).await.unwrap();
    ask(&mut session, "select count(*) from school.pupil").await.unwrap();
    let mut session = login(&owner).await.unwrap();
    run(&mut session, "create table school.later (id int); create table public.shared (id int)")
        .await
        .unwrap();
    let error = login(&stranger).await.unwrap_err();
    assert!(error.to_string().contains("permission denied for database"), "{error}");

    // what is closed already stays as it is: a right that was taken since is not given again
    run(&mut admin, &format!("revoke connect on database {database} from {reader}")).await.unwrap();
    let again = install_managed(test.url()).await.unwrap();
    assert_eq!(again.residents, [] as [String; 0]);
    assert!(login(&reader).await.is_err());
}

#[tokio::test]
async fn an_empty_database_is_closed_to_everybody() {
    drop(World::new().await);
    let test = Cluster::shared().await.create_database().await;
    let done = install_managed(test.url()).await.unwrap();
    assert_eq!(done.residents, [] as [String; 0]);
}
