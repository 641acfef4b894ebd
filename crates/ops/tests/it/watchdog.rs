//! Nobody's session stays at one thing for longer than the plan allows, whatever the role has set for
//! itself (cases 19 and 43).

use std::time::Duration;

use serde_json::Value;
use sqlx::{Connection as _, Executor as _, PgConnection};
use tenantry_domain::plan::Plan;
use tenantry_ops::plans::install;
use tenantry_ops::watchdog::Watchdog;
use tenantry_pg::install::install_gateway;
use tenantry_pg::scram;

use crate::fleet::{TestFleet, application};
use crate::plans::plans;

/// A school with a plan, and its application.
async fn school(plan: Plan) -> (TestFleet, PgConnection) {
    let mut fleet = TestFleet::new().await;
    fleet.fleet.config.quota.patience = Duration::from_millis(300);
    install(&fleet.fleet, &plans(&[("basic", plan)], Some("basic"))).await.unwrap();
    let worker = fleet.worker();
    fleet.succeeded(fleet.create().await).await;
    worker.stop().await;
    let app = application(&fleet).await.unwrap();
    (fleet, app)
}

fn statements(limit: Duration) -> Plan {
    Plan { statement_timeout: Some(limit), ..Plan::default() }
}

fn transactions(limit: Duration) -> Plan {
    Plan { idle_in_transaction_timeout: Some(limit), ..Plan::default() }
}

const SOON: Duration = Duration::from_millis(400);

/// Looks again and again, as the server does, until something has happened.
async fn look_until(fleet: &TestFleet, mut happened: impl AsyncFnMut() -> bool) {
    let mut watchdog = Watchdog::default();
    for _ in 0..600 {
        watchdog.look(&fleet.fleet).await.unwrap();
        if happened().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("it did not happen in a minute");
}

/// Looks for so long that everything that is over its time has been found.
async fn look_for_a_while(fleet: &TestFleet) {
    let mut watchdog = Watchdog::default();
    for _ in 0..10 {
        watchdog.look(&fleet.fleet).await.unwrap();
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

fn code(error: &sqlx::Error) -> Option<String> {
    error.as_database_error().and_then(|e| e.code()).map(|code| code.into_owned())
}

async fn told(fleet: &TestFleet) -> Vec<(String, Value)> {
    sqlx::query_as("select type, data from event where type like 'session.%' order by id")
        .fetch_all(&mut fleet.control.connect().await)
        .await
        .unwrap()
}

async fn pid(session: &mut PgConnection) -> i32 {
    sqlx::query_scalar("select pg_backend_pid()").fetch_one(session).await.unwrap()
}

async fn is_there(fleet: &TestFleet, pid: i32) -> bool {
    sqlx::query_scalar("select exists (select from pg_stat_activity where pid = $1)")
        .bind(pid)
        .fetch_one(&mut fleet.managed.connect().await)
        .await
        .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn case_43_a_role_that_lifts_its_own_timeout_is_cancelled_all_the_same() {
    let (fleet, mut app) = school(statements(SOON)).await;
    app.execute("alter role current_user set statement_timeout = 0").await.unwrap();
    app.execute("set statement_timeout = 0").await.unwrap();
    let running = tokio::spawn(async move {
        let ended = app.execute("select pg_sleep(600), 'a pupil''s secret'").await;
        (app, ended)
    });
    look_until(&fleet, async || running.is_finished()).await;
    let (mut app, ended) = running.await.unwrap();
    assert_eq!(code(&ended.expect_err("it was cancelled")).as_deref(), Some("57014"));
    app.execute("select 1").await.expect("the session lives");
    let told = told(&fleet).await;
    assert_eq!(told.len(), 1, "{told:?}");
    let (event, data) = &told[0];
    assert_eq!(event, "session.cancelled");
    assert_eq!(
        (data["name"].as_str(), data["reason"].as_str()),
        (Some(&*fleet.name), Some("statement"))
    );
    assert!(data["seconds"].as_f64().unwrap() >= 0.4 && data["pid"].is_i64(), "{data}");
    assert!(!data.to_string().contains("secret"), "no statement is told");
}

#[tokio::test(flavor = "multi_thread")]
async fn case_43_whoever_swallows_the_cancellation_is_ended() {
    let (fleet, mut app) = school(statements(SOON)).await;
    let running = tokio::spawn(async move {
        app.execute(
            "set statement_timeout = 0;
             do $$ begin
               loop
                 begin
                   perform pg_sleep(600);
                 exception when query_canceled then
                   null;
                 end;
               end loop;
             end $$",
        )
        .await
    });
    look_until(&fleet, async || running.is_finished()).await;
    let error = running.await.unwrap().expect_err("it was ended");
    assert!(matches!(code(&error).as_deref(), Some("57P01") | None), "{error}");
    let told: Vec<String> = told(&fleet).await.into_iter().map(|(event, _)| event).collect();
    assert_eq!(told, ["session.cancelled", "session.ended"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn case_19_who_is_idle_in_a_transaction_is_ended_and_nobody_else() {
    let (fleet, mut app) = school(transactions(SOON)).await;
    app.execute("set idle_in_transaction_session_timeout = 0; begin; select count(*) from pupil")
        .await
        .unwrap();
    let mut resting = application(&fleet).await.unwrap();
    let mut admin = fleet.managed.connect().await;
    admin.execute("begin").await.unwrap();
    let (app_pid, resting_pid, admin_pid) =
        (pid(&mut app).await, pid(&mut resting).await, pid(&mut admin).await);
    look_until(&fleet, async || !is_there(&fleet, app_pid).await).await;
    assert!(app.execute("select 1").await.is_err(), "its session is over");
    assert!(is_there(&fleet, resting_pid).await, "it has no transaction open");
    assert!(is_there(&fleet, admin_pid).await, "it is no institution's");
    let told = told(&fleet).await;
    assert_eq!(told.len(), 1, "{told:?}");
    assert_eq!(told[0].1["reason"], "idle_in_transaction");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_plan_the_servers_own_limits_hold() {
    let (mut fleet, mut app) = school(Plan::default()).await;
    app.execute("set idle_in_transaction_session_timeout = 0; begin").await.unwrap();
    let app_pid = pid(&mut app).await;
    look_for_a_while(&fleet).await;
    assert!(is_there(&fleet, app_pid).await, "an hour is not over");
    fleet.fleet.config.watchdog.idle_in_transaction = Some(SOON);
    look_until(&fleet, async || !is_there(&fleet, app_pid).await).await;
    fleet.fleet.config.watchdog.statement = Some(SOON);
    let mut app = application(&fleet).await.unwrap();
    let running = tokio::spawn(async move { app.execute("select pg_sleep(600)").await });
    look_until(&fleet, async || running.is_finished()).await;
    assert_eq!(code(&running.await.unwrap().unwrap_err()).as_deref(), Some("57014"));
}

/// Behind the gateway all log in as one. Whose a session is, its locks tell; where it has none the
/// shortest of all plans holds.
#[tokio::test(flavor = "multi_thread")]
async fn a_session_of_the_gateway_is_held_to_the_plan_of_the_institution_that_it_entered() {
    let (fleet, app) = school(transactions(SOON)).await;
    app.close().await.unwrap();
    let patient = transactions(Duration::from_secs(3600));
    let both = plans(&[("basic", transactions(SOON)), ("patient", patient)], Some("patient"));
    install(&fleet.fleet, &both).await.unwrap();
    let other = format!("{}_b", fleet.name);
    let worker = fleet.worker();
    fleet.succeeded(fleet.create_named(&other).await).await;
    worker.stop().await;
    install_gateway(fleet.managed.url(), Some(&scram::verifier("of-the-test"))).await.unwrap();
    let mut url = fleet.managed.url().clone();
    url.set_username("tenantry_gateway").unwrap();
    url.set_password(Some("of-the-test")).unwrap();
    let mut pids = Vec::new();
    let mut sessions = Vec::new();
    for (institution, statement) in [
        (&fleet.name, "select * from pupil"),
        (&other, "select * from pupil"),
        (&other, "select 1"),
    ] {
        let mut session = PgConnection::connect(url.as_str()).await.unwrap();
        session.execute("begin").await.unwrap();
        sqlx::query("select tenantry.enter($1)")
            .bind(institution)
            .execute(&mut session)
            .await
            .unwrap();
        session.execute(statement).await.unwrap();
        pids.push(pid(&mut session).await);
        sessions.push(session);
    }
    look_until(&fleet, async || {
        !is_there(&fleet, pids[0]).await && !is_there(&fleet, pids[2]).await
    })
    .await;
    look_for_a_while(&fleet).await;
    assert!(is_there(&fleet, pids[1]).await, "an hour is allowed to whoever is known");
    let mut names: Vec<Option<String>> = told(&fleet)
        .await
        .into_iter()
        .map(|(_, data)| data["name"].as_str().map(str::to_owned))
        .collect();
    names.sort();
    assert_eq!(names, [None, Some(fleet.name.clone())]);
}
