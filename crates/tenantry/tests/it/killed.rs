//! The server is killed in the middle of its work, and started again.

use std::time::Duration;

use sqlx::{Connection as _, PgConnection};
use tenantry_ops::reconcile::reconcile;
use tenantry_ops::{Fleet, FleetConfig};
use tenantry_pg::ManagedDatabase;
use tenantry_pg::database::DatabaseConfig;
use tenantry_store::Store;

use crate::server::{Home, eventually, wait_for_end};

const SCRIPT: &str = "select pg_sleep(0.3);
create table pupil (id bigint generated always as identity primary key, name text not null);
create table mark (pupil bigint not null references pupil, value integer not null);
";

#[tokio::test(flavor = "multi_thread")]
async fn ten_creations_outlive_the_server_that_began_them() {
    let home = Home::new();
    // two places, so that some are done, some under way and some not begun at the same time
    let first = home.serve(&["--places", "2", "--pool-floor", "0"]);
    let folder = home.folder("default", SCRIPT);
    home.run(&["template", "create", "default", "--from", &folder]).is(0);
    std::thread::scope(|scope| {
        for number in 0..10 {
            let home = &home;
            scope.spawn(move || home.run(&["schema", "create", &format!("school_{number}")]).is(0));
        }
    });
    let mut control = home.control().await;
    eventually("some are running and some are done", Duration::from_secs(60), async || {
        states(&mut control, "running").await > 0 && states(&mut control, "succeeded").await > 1
    })
    .await;
    let postgres = home.postmaster().expect("PostgreSQL is running");
    first.kill9();
    assert!(states(&mut control, "queued").await > 0, "it was killed too late to tell anything");
    assert_eq!(home.postmaster(), Some(postgres), "PostgreSQL outlives the server");

    let second = home.serve(&["--pool-floor", "0"]);
    assert_eq!(home.postmaster(), Some(postgres), "PostgreSQL is adopted");
    assert!(second.log().contains("still running"), "{}", second.log());
    eventually("all ten are made", Duration::from_secs(120), async || {
        states(&mut control, "succeeded").await == 11
    })
    .await;
    each_exactly_once(&home, &mut control).await;
    control.close().await.unwrap();

    assert!(second.terminate().success());
    assert!(wait_for_end(postgres, Duration::from_secs(10)), "its PostgreSQL stops with it");
}

async fn states(control: &mut PgConnection, state: &str) -> i64 {
    sqlx::query_scalar("select count(*) from operation where state = $1")
        .bind(state)
        .fetch_one(control)
        .await
        .unwrap()
}

async fn each_exactly_once(home: &Home, control: &mut PgConnection) {
    let listed = home.run(&["schema", "list", "--state", "active", "--json"]).is(0).json();
    assert_eq!(listed["total"], 10);
    let every = home.run(&["schema", "list", "--json"]).is(0).json();
    assert_eq!(every["total"], 10, "{every:#}");
    let operations: i64 =
        sqlx::query_scalar("select count(*) from operation where kind = 'create_schema'")
            .fetch_one(&mut *control)
            .await
            .unwrap();
    assert_eq!(operations, 10);
    let audited: Vec<(String, i64, i64, i64)> = sqlx::query_as(
        "select schema_name, count(*) filter (where outcome = 'accepted'),
                count(*) filter (where outcome = 'succeeded'), count(*)
         from audit where action = 'create_schema' group by operation_id, schema_name",
    )
    .fetch_all(control)
    .await
    .unwrap();
    assert_eq!(audited.len(), 10);
    assert!(audited.iter().all(|row| (row.1, row.2, row.3) == (1, 1, 2)), "{audited:#?}");

    let mut managed = home.managed().await;
    let expected: Vec<String> = (0..10).map(|number| format!("inst_school_{number}")).collect();
    let markers: Vec<String> =
        sqlx::query_scalar("select schema_name from tenantry.schema_marker order by 1")
            .fetch_all(&mut managed)
            .await
            .unwrap();
    assert_eq!(markers, expected);
    let schemas: Vec<String> = sqlx::query_scalar(
        "select nspname::text from pg_namespace
         where nspname not like 'pg\\_%' and nspname not in ('information_schema', 'public', 'tenantry')
         order by 1",
    )
    .fetch_all(&mut managed)
    .await
    .unwrap();
    assert_eq!(schemas, expected);
    let roles: Vec<String> = sqlx::query_scalar(
        "select rolname::text from pg_roles where rolname like '%school%' order by 1",
    )
    .fetch_all(&mut managed)
    .await
    .unwrap();
    assert_eq!(roles, expected);
    let tables: i64 = sqlx::query_scalar(
        "select count(*) from pg_tables where schemaname like 'inst\\_school\\_%'",
    )
    .fetch_one(&mut managed)
    .await
    .unwrap();
    assert_eq!(tables, 20);
    managed.close().await.unwrap();

    // asked now, because the server looks only once a minute
    let store = Store::new(&home.profile("control_database_url").parse().unwrap(), 2).unwrap();
    let url = home.profile("managed_database_url").parse().unwrap();
    let database = ManagedDatabase::new(&DatabaseConfig { url, max_connections: 2 }).unwrap();
    let fleet = Fleet::new(store, database, FleetConfig::default());
    assert_eq!(reconcile(&fleet).await.unwrap(), 0, "nothing disagrees");
    fleet.store.close().await;
    fleet.database.close().await;
    let findings = home.run(&["schema", "findings", "--json"]).is(0).json();
    assert_eq!(findings["items"].as_array().unwrap().len(), 0);
}
