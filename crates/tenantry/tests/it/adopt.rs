//! An application's database becomes a managed one: installed beside it, adopted, managed, released.

use std::fs;

use sqlx::{Connection as _, Executor as _, PgConnection};
use tempfile::TempDir;
use tenantry_testkit::PrivateServer;

use crate::external::{PASSWORD, connect, install, url_as};
use crate::program::run;

#[tokio::test]
async fn an_applications_database_is_adopted_from_the_command_line() {
    let postgres = PrivateServer::start().await;
    let superuser = postgres.url("postgres");
    let mut admin = connect(&postgres, "postgres").await;
    for statement in [
        format!("create role schools login password '{PASSWORD}'"),
        "create database schools owner schools".into(),
    ] {
        admin.execute(tenantry_pg::sql::script(statement)).await.unwrap();
    }
    let mut url = url_as(&postgres, "schools");
    url.set_path("schools");
    let mut application = PgConnection::connect(url.as_str()).await.unwrap();
    application
        .execute(
            "create schema school_oak; create table school_oak.pupil (name text);
             insert into school_oak.pupil values ('Ada');
             create schema \"school_St Mary\"; create schema school_7;",
        )
        .await
        .unwrap();
    application.close().await.unwrap();

    let place = TempDir::new().unwrap();
    install(&superuser).is(0);
    let installed =
        run(&["install", "--database-url", superuser.as_str(), "--managed-database", "schools"])
            .is(0);
    installed.says("schools");
    let mut application = PgConnection::connect(url.as_str()).await.unwrap();
    let config = place.path().join("names.txt");
    fs::write(&config, "# decided by hand\nschool_7 = seventh\n").unwrap();

    let server = crate::server::Serving::start(&[
        "serve",
        "--database-url",
        superuser.as_str(),
        "--managed-database",
        "schools",
    ]);
    let token = server.token.clone().expect("the first start prints a token");
    let tenantry =
        |arguments: &[&str]| run(&[&["--url", &server.url, "--token", &token], arguments].concat());
    let adopt = ["schema", "adopt", "--pattern", "school_*", "--slug-from", "wildcard"];
    let dry = tenantry(&adopt).is(0).says("grant schools to tenantry_owner;");
    for words in ["2 of 3 would be adopted", "school_7", "name needed", "st_mary"] {
        assert!(dry.stdout.contains(words), "{words}: {dry:?}");
    }
    let names = ["--map", config.to_str().unwrap(), "--exclude", "school_St Mary"];
    let applied = tenantry(&[&adopt[..], &names, &["--apply", "--wait", "--json"]].concat()).is(0);
    assert_eq!(applied.json()["adopted"], 2);
    let shown = tenantry(&["schema", "show", "oak", "--json"]).is(0).json();
    assert_eq!(
        (&shown["schemaName"], &shown["adoption"]["tool"]),
        (&"school_oak".into(), &"pattern".into())
    );
    assert!(tenantry(&["schema", "list"]).is(0).stdout.contains("pattern: -"));
    assert!(tenantry(&["schema", "show", "oak"]).is(0).stdout.contains("only read"));

    tenantry(&["schema", "drop", "oak", "--confirm", "oak"])
        .is(5)
        .says("tenantry schema manage oak");
    tenantry(&["schema", "manage", "oak", "--wait"]).is(0);
    let drop = ["schema", "drop", "oak", "--confirm", "oak", "--wait"];
    tenantry(&drop).is(1).says("grant schools to tenantry_owner;");
    admin.execute("grant schools to tenantry_owner").await.unwrap();
    tenantry(&drop).is(0);
    tenantry(&["schema", "undrop", "oak", "--wait"]).is(0);
    tenantry(&["schema", "release", "oak", "--wait"]).is(0);
    tenantry(&["schema", "show", "oak"]).is(3);
    let name: String = sqlx::query_scalar("select name from school_oak.pupil")
        .fetch_one(&mut application)
        .await
        .unwrap();
    assert_eq!(name, "Ada");
    // usage
    tenantry(&["schema", "adopt"]).is(2);
    tenantry(&["schema", "adopt", "--tool", "auto", "--pattern", "x*"]).is(2);
    fs::write(&config, "school_7\n").unwrap();
    tenantry(&[&adopt[..], &["--map", config.to_str().unwrap()]].concat()).is(2).says("line 1");
    assert!(server.terminate().success());
}
