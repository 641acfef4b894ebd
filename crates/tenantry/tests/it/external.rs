//! A PostgreSQL that is there already: installing, serving, and what is refused or in the way.

use std::fs;
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::time::Duration;

use sqlx::{Connection as _, Executor as _, PgConnection};
use tempfile::TempDir;
use tenantry_testkit::PrivateServer;
use url::Url;

use crate::program::{Ended, run};
use crate::server::{Serving, Starting, eventually};

pub(crate) const PASSWORD: &str = "only for this test";

pub(crate) async fn connect(postgres: &PrivateServer, database: &str) -> PgConnection {
    let mut url = postgres.url(database);
    url.query_pairs_mut().append_pair("application_name", "the test");
    PgConnection::connect(url.as_str()).await.unwrap()
}

/// The superuser's URL as another role.
pub(crate) fn url_as(postgres: &PrivateServer, role: &str) -> Url {
    let mut url = postgres.url("postgres");
    url.set_username(role).unwrap();
    url.set_password(Some(PASSWORD)).unwrap();
    url
}

/// `tenantry install` with a password for the control plane's role.
pub(crate) fn install(url: &Url) -> Ended {
    let place = TempDir::new().unwrap();
    let file = place.path().join("secret");
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true).mode(0o600);
    std::io::Write::write_all(
        &mut options.open(&file).unwrap(),
        format!("{PASSWORD}\n").as_bytes(),
    )
    .unwrap();
    let file = file.to_str().unwrap();
    run(&["install", "--database-url", url.as_str(), "--control-password-file", file])
}

fn serve(url: &Url) -> Serving {
    Serving::start(&["serve", "--database-url", url.as_str()])
}

/// `tenantry serve` that is expected to give up.
fn refused(url: &Url) -> Ended {
    run(&["serve", "--database-url", url.as_str(), "--listen", "127.0.0.1:0"])
}

/// A template and a schema, made through a server, and who its sessions were.
async fn works(postgres: &PrivateServer, server: &Serving, token: &str) {
    let name = "oakwood";
    let command = |arguments: &[&str]| -> Ended {
        run(&[&["--url", &server.url, "--token", token], arguments].concat()).is(0)
    };
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("1_first.sql"), "create table pupil (id bigint primary key);\n")
        .unwrap();
    command(&["template", "create", "default", "--from", folder.path().to_str().unwrap()]);
    command(&["schema", "create", name, "--wait"]);
    suspending_ends_its_sessions(postgres, async || {
        command(&["schema", "suspend", name, "--wait"]);
    })
    .await;
    command(&["schema", "resume", name, "--wait"]);
    let shown = command(&["schema", "show", name, "--json"]).json();
    assert_eq!(shown["state"], "active");
    let mut superuser = connect(postgres, "postgres").await;
    let sessions: Vec<(String, String, bool)> = sqlx::query_as(
        "select datname::text, usename::text, rolsuper
         from pg_stat_activity join pg_roles on rolname = usename
         where datname in ('tenantry_control', 'tenantry_managed') and backend_type = 'client backend'
           and application_name <> 'the test'",
    )
    .fetch_all(&mut superuser)
    .await
    .unwrap();
    for database in ["tenantry_control", "tenantry_managed"] {
        assert!(sessions.iter().any(|session| session.0 == database), "{sessions:?}");
    }
    let wrong = sessions.iter().find(|session| session.1 != "tenantry_control" || session.2);
    assert_eq!(wrong, None, "the control plane works without an administrator's rights");
    superuser.close().await.unwrap();
}

/// The control plane ends sessions of a role that it did not log in as.
async fn suspending_ends_its_sessions(postgres: &PrivateServer, suspend: impl AsyncFnOnce()) {
    let mut superuser = connect(postgres, "postgres").await;
    superuser.execute("alter role inst_oakwood password 'only for this test'").await.unwrap();
    superuser.close().await.unwrap();
    let mut url = url_as(postgres, "inst_oakwood");
    url.set_path("tenantry_managed");
    url.query_pairs_mut().append_pair("application_name", "the test");
    let mut application = PgConnection::connect(url.as_str()).await.unwrap();
    application.execute("insert into pupil values (1)").await.unwrap();
    suspend().await;
    assert!(application.execute("select 1").await.is_err(), "its session is ended");
    assert!(PgConnection::connect(url.as_str()).await.is_err(), "it is not let in again");
}

#[tokio::test]
async fn a_superusers_url_serves() {
    let mut postgres = PrivateServer::start().await;
    let url = postgres.url("postgres");
    let server = serve(&url);
    let token = server.token.clone().expect("the first start prints a token");
    works(&postgres, &server, &token).await;
    // a second server of the same fleet has the same way in, and prints no second token
    let second = serve(&url);
    assert_eq!(second.token, None);
    run(&["--url", &second.url, "--token", &token, "schema", "show", "oakwood"]).is(0);
    assert!(server.terminate().success());
    run(&["--url", &second.url, "--token", &token, "schema", "suspend", "oakwood", "--wait"]).is(0);
    assert!(second.terminate().success());
    assert!(postgres.is_up());
    postgres.stop().await;
}

#[tokio::test]
async fn the_control_role_serves_after_an_installation() {
    let postgres = PrivateServer::start().await;
    let superuser = postgres.url("postgres");
    install(&superuser).is(0);
    install(&superuser).is(0);
    let control = url_as(&postgres, "tenantry_control");
    let server = serve(&control);
    let token = server.token.clone().expect("the first start prints a token");
    works(&postgres, &server, &token).await;
    // installing beside a server that runs disturbs nothing
    install(&superuser).is(0);
    run(&["--url", &server.url, "--token", &token, "schema", "show", "oakwood"]).is(0);
    assert!(server.terminate().success());
}

#[tokio::test]
async fn an_administrator_who_is_no_superuser_installs_and_serves() {
    let postgres = PrivateServer::start().await;
    let mut superuser = connect(&postgres, "postgres").await;
    superuser
        .execute(
            "create role administrator login createrole createdb password 'only for this test'",
        )
        .await
        .unwrap();
    let administrator = url_as(&postgres, "administrator");
    let version: i32 = sqlx::query_scalar("select current_setting('server_version_num')::int4")
        .fetch_one(&mut superuser)
        .await
        .unwrap();
    if version >= 160_000 {
        let lacking = install(&administrator).is(1);
        lacking.says("grant pg_signal_backend to administrator with admin option");
        let made: i64 =
            sqlx::query_scalar("select count(*) from pg_roles where rolname like 'tenantry%'")
                .fetch_one(&mut superuser)
                .await
                .unwrap();
        assert_eq!(made, 0, "an installation that lacks a right makes nothing");
        let right = "grant pg_signal_backend to administrator with admin option";
        superuser.execute(right).await.unwrap();
    }
    superuser.close().await.unwrap();
    install(&administrator).is(0);
    install(&administrator).is(0);
    let server = serve(&administrator);
    let token = server.token.clone().expect("the first start prints a token");
    works(&postgres, &server, &token).await;
    assert!(server.terminate().success());
    // what only a superuser may close is told, and the rest is closed
    let mut managed = connect(&postgres, "tenantry_managed").await;
    let open: Vec<String> = sqlx::query_scalar("select what from tenantry.left_open() where here")
        .fetch_all(&mut managed)
        .await
        .unwrap();
    assert_eq!(open, ["large objects"]);
    let mend: String = sqlx::query_scalar("select remedy from tenantry.left_open() where here")
        .fetch_one(&mut managed)
        .await
        .unwrap();
    managed.execute(ddl_of(mend)).await.unwrap();
    let left: i64 = sqlx::query_scalar("select count(*) from tenantry.left_open() where here")
        .fetch_one(&mut managed)
        .await
        .unwrap();
    assert_eq!(left, 0);
    the_gateway_enters(&postgres, &administrator).await;
}

fn ddl_of(text: String) -> sqlx::SqlStr {
    tenantry_pg::sql::script(text)
}

/// `tenantry install --gateway`, by an administrator who need not be a superuser.
async fn the_gateway_enters(postgres: &PrivateServer, administrator: &Url) {
    let place = TempDir::new().unwrap();
    let file = place.path().join("secret");
    fs::write(&file, "through the gateway\n").unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
    let file = file.to_str().unwrap();
    let arguments = ["install", "--database-url", administrator.as_str(), "--gateway"];
    run(&[&arguments[..], &["--gateway-password-file", file]].concat()).is(2).says("ASCII");
    fs::write(file, "through-the-gateway\n").unwrap();
    let made = run(&[&arguments[..], &["--gateway-password-file", file]].concat()).is(0);
    assert!(made.stdout.contains("the roles of 1 institutions"), "{made:#?}");
    let mut url = postgres.url("tenantry_managed");
    url.set_username("tenantry_gateway").unwrap();
    url.set_password(Some("through-the-gateway")).unwrap();
    let mut gateway = PgConnection::connect(url.as_str()).await.unwrap();
    let entering = "begin; select tenantry.enter('oakwood'); select * from pupil; commit";
    gateway.execute(entering).await.unwrap();
    assert!(gateway.execute("select * from pupil").await.is_err());
}

#[tokio::test]
async fn connection_strings_name_the_address_for_applications() {
    let postgres = PrivateServer::start().await;
    let url = postgres.url("postgres");
    let server = Serving::start(&[
        "serve",
        "--database-url",
        url.as_str(),
        "--applications-url",
        "postgres://pool.example.org:6432/?sslmode=require",
        "--connection-limit",
        "7",
    ]);
    let token = server.token.clone().expect("the first start prints a token");
    works(&postgres, &server, &token).await;
    let command = |arguments: &[&str]| -> Ended {
        run(&[&["--url", &server.url, "--token", &token], arguments].concat()).is(0)
    };
    let issued = command(&["schema", "credentials", "oakwood", "--json"]).json();
    let expected = format!(
        "postgres://inst_oakwood:{}@pool.example.org:6432/tenantry_managed?sslmode=require",
        issued["password"].as_str().unwrap()
    );
    assert_eq!(issued["connectionString"], expected);
    assert_eq!((&issued["host"], &issued["port"]), (&"pool.example.org".into(), &6432.into()));
    let mut superuser = connect(&postgres, "postgres").await;
    let limit: i32 =
        sqlx::query_scalar("select rolconnlimit from pg_roles where rolname = 'inst_oakwood'")
            .fetch_one(&mut superuser)
            .await
            .unwrap();
    assert_eq!(limit, 7);
    assert!(server.terminate().success());
    for wrong in ["postgres://me:x@pool.example.org/", "https://pool.example.org/"] {
        let arguments = ["serve", "--database-url", url.as_str(), "--applications-url", wrong];
        run(&arguments).is(2).says("applications_url");
    }
}

#[tokio::test]
async fn a_password_file_that_others_can_read_is_refused() {
    let place = TempDir::new().unwrap();
    let file = place.path().join("secret");
    fs::write(&file, PASSWORD).unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).unwrap();
    let file = file.to_str().unwrap();
    // found before the server is asked for: nothing listens there
    run(&[
        "install",
        "--database-url",
        "postgres://x@127.0.0.1:1/",
        "--control-password-file",
        file,
    ])
    .is(2)
    .says("chmod 600");
    run(&["install", "--database-url", "postgres://x@127.0.0.1:1/"]).is(6);
}

#[tokio::test]
async fn case_52_tables_of_a_newer_tenantry_are_left_alone() {
    let postgres = PrivateServer::start().await;
    let url = postgres.url("postgres");
    install(&url).is(0);
    let mut control = connect(&postgres, "tenantry_control").await;
    let newer = "insert into installed (version, name, checksum) values (999, '0999_later', 'x')";
    control.execute(newer).await.unwrap();
    refused(&url).is(1).says("newer Tenantry").says("999");
    install(&url).is(1).says("newer Tenantry");
    control.execute("delete from installed where version = 999").await.unwrap();

    let mut managed = connect(&postgres, "tenantry_managed").await;
    managed
        .execute(
            "insert into tenantry.installed (version, name, checksum)
             values (999, '0999_later', 'x')",
        )
        .await
        .unwrap();
    refused(&url).is(1).says("newer Tenantry").says("999");
    managed.execute("delete from tenantry.installed where version = 999").await.unwrap();
    let server = serve(&url);
    let token = server.token.clone().expect("no refused start has used the token up");
    works(&postgres, &server, &token).await;
    assert!(server.terminate().success());
}

#[tokio::test]
async fn case_52_tables_that_are_not_what_they_are_called_are_refused() {
    let postgres = PrivateServer::start().await;
    let url = postgres.url("postgres");
    install(&url).is(0);
    let mut control = connect(&postgres, "tenantry_control").await;
    control.execute("update installed set checksum = 'x' || checksum").await.unwrap();
    refused(&url).is(1).says("another 0001_base");
    control.execute("update installed set checksum = substr(checksum, 2)").await.unwrap();
    let mut managed = connect(&postgres, "tenantry_managed").await;
    managed.execute("update tenantry.installed set checksum = 'x' || checksum").await.unwrap();
    refused(&url).is(1).says("another 0001_base");
    managed.execute("update tenantry.installed set checksum = substr(checksum, 2)").await.unwrap();
    assert!(serve(&url).terminate().success());
}

#[tokio::test]
async fn case_53_a_start_waits_for_a_lock_that_is_released_in_time() {
    let postgres = PrivateServer::start().await;
    let url = postgres.url("postgres");
    install(&url).is(0);
    let mut control = connect(&postgres, "tenantry_control").await;
    let mut tx = control.begin().await.unwrap();
    tx.execute("lock table installed in access exclusive mode").await.unwrap();
    let starting = Starting::new(&["serve", "--database-url", url.as_str()]);
    eventually("the start says what is in its way", Duration::from_secs(60), async || {
        starting.log().contains("another session holds a lock on Tenantry's tables")
    })
    .await;
    tx.rollback().await.unwrap();
    let server = starting.up();
    let token = server.token.clone().expect("the first start prints a token");
    works(&postgres, &server, &token).await;
    assert!(server.terminate().success());
}

#[tokio::test]
async fn case_53_a_start_gives_up_on_a_lock_that_stays() {
    let postgres = PrivateServer::start().await;
    let url = postgres.url("postgres");
    install(&url).is(0);
    let mut control = connect(&postgres, "tenantry_control").await;
    let mut tx = control.begin().await.unwrap();
    tx.execute("lock table installed in access exclusive mode").await.unwrap();
    refused(&url).is(6).says("tenantry: another session holds a lock on Tenantry's tables");
    // `install` writes no log, so its error has to say it all
    install(&url).is(6).says("another session holds a lock on Tenantry's tables");
    tx.rollback().await.unwrap();
    let server = serve(&url);
    let token = server.token.clone().expect("no start that gave up has used the token up");
    works(&postgres, &server, &token).await;
    assert!(server.terminate().success());
}
