//! A database that the real django-tenants made: the project is in `crates/ops/tests/django`, the packages
//! come from PyPI by `scripts/django-env`.

use std::path::{Path, PathBuf};
use std::process::Command;

use tenantry_domain::adoption::{Origin, Standing};
use tenantry_domain::schema::SchemaAction;
use tenantry_ops::adoption::{self, Fate, Source};
use tenantry_store::schemas;
use tenantry_testkit::TestDatabase;

use crate::adopt::{
    LOGIN_PASSWORD, adopt_all, ask, change, contents, database_of_an_application, found, reading,
    run,
};
use crate::fleet::TestFleet;

/// The interpreter that has django-tenants; it is installed where it is not there yet.
fn python() -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let made = Command::new(root.join("scripts/django-env")).output().unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    PathBuf::from(String::from_utf8(made.stdout).unwrap().trim())
}

/// Has the application do something, and answers with what it printed.
async fn application(database: &TestDatabase, login: &str, arguments: &[&str]) -> String {
    let url = database.url();
    let mut command = Command::new(python());
    command
        .arg("schools.py")
        .args(arguments)
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/django"))
        .env("SCHOOLS_HOST", url.host_str().unwrap())
        .env("SCHOOLS_PORT", url.port().unwrap().to_string())
        .env("SCHOOLS_DATABASE", database.name())
        .env("SCHOOLS_USER", login)
        .env("SCHOOLS_PASSWORD", LOGIN_PASSWORD)
        .env("PYTHONDONTWRITEBYTECODE", "1");
    let ran = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    String::from_utf8(ran.stdout).unwrap().trim().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fleet_of_django_tenants_is_adopted_and_stays_as_it_is() {
    let (database, login) = database_of_an_application().await;
    application(&database, &login, &["make"]).await;
    let all = ["public", "oakwood", "birch_lane", "st-marys", "lost"];
    let before = contents(&database, &all[1..]).await;

    // installing closes the database to every login but the application's own, and touches no school
    let fleet = TestFleet::on(database).await;
    assert_eq!(contents(&fleet.managed, &all[1..]).await, before);
    assert_eq!(application(&fleet.managed, &login, &["use", "oakwood"]).await, "21");
    run(&fleet, "grant usage on schema public to tenantry_reader").await;
    run(&fleet, "grant select on public.customers_school to tenantry_reader").await;
    // one by one: `pg_read_all_data` would hold in every database of the server, other tests' too
    run(&fleet, &reading(&all[1..], "django_migrations")).await;
    let before = contents(&fleet.managed, &all).await;
    let report = adoption::survey(&fleet.fleet, &ask(Source::Auto)).await.unwrap();
    assert_eq!(report.origin, Origin::DjangoTenants);
    assert_eq!(report.tenants_table.as_deref(), Some("public.customers_school"));
    assert_eq!(report.rows_without_schema, ["planned"]);
    assert_eq!(found(&report, "lost").fate, Fate::NoRow);
    let oakwood = found(&report, "oakwood");
    assert_eq!(oakwood.display_name.as_deref(), Some("Oakwood Primary"));
    assert_eq!((oakwood.owner.as_ref(), oakwood.tables), (Some(&login), Some(4)));
    assert!(oakwood.bytes.unwrap() > 100_000, "{oakwood:?}");
    let history = oakwood.history.as_ref().unwrap();
    assert_eq!(history.version.as_deref(), Some("pupils.0002_grade"));
    let birch = found(&report, "birch_lane");
    assert_eq!(birch.history.as_ref().unwrap().version.as_deref(), Some("pupils.0001_initial"));
    assert_eq!((oakwood.standing, birch.standing), (Standing::Same, Standing::Behind));
    assert_eq!(found(&report, "st-marys").name.as_deref(), Some("st_marys"));

    let worker = fleet.worker();
    let report = adopt_all(&fleet, &ask(Source::Auto)).await;
    assert_eq!(report.schemas.iter().filter(|found| found.operation.is_some()).count(), 3);
    assert_eq!(contents(&fleet.managed, &all).await, before);
    let listed = schemas::by_name(&fleet.fleet.store, "birch_lane").await.unwrap().unwrap();
    let adopted = listed.adoption.unwrap();
    assert_eq!(adopted.tool_version.as_deref(), Some("pupils.0001_initial"));
    assert!(adopted.read_only && listed.template.is_none());

    // one is managed, dropped and brought back: its rows and the others' are the same, and Django goes on
    run(&fleet, &format!("grant {login} to tenantry_owner")).await;
    for action in [SchemaAction::Manage, SchemaAction::Drop, SchemaAction::Undrop] {
        fleet.succeeded(change(&fleet, "oakwood", action).await.unwrap()).await;
    }
    assert_eq!(contents(&fleet.managed, &all).await, before);
    assert_eq!(application(&fleet.managed, &login, &["use", "oakwood"]).await, "21");

    let before = contents(&fleet.managed, &all).await;
    for name in ["oakwood", "birch_lane", "st_marys"] {
        fleet.succeeded(change(&fleet, name, SchemaAction::Release).await.unwrap()).await;
    }
    worker.stop().await;
    assert_eq!(contents(&fleet.managed, &all).await, before);
    let markers = fleet.fleet.database.marker_states().await.unwrap();
    assert_eq!(markers, []);
}
