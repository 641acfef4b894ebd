//! Whoever is over the quota cannot write, whatever the way (case 44), can delete, and is let write again
//! when that was enough. Nobody but Tenantry can lift it.

use sqlx::{Connection as _, Executor as _, PgConnection};
use tenantry_domain::clock;
use tenantry_domain::operation::OperationState;
use tenantry_domain::quota::QuotaLevel;
use tenantry_ops::quotas::{judge_all, watch, watch_writers};
use tenantry_ops::runner::Worker;
use tenantry_ops::submit::{self, Requester};
use tenantry_ops::usage::sample_usage;
use tenantry_store::operations::{self, Operation};
use tenantry_store::schemas::Attributes;

use crate::fleet::{TestFleet, application};

const MANY: &str =
    "insert into pupil (name) select repeat('x', 100) from generate_series(1, 20000)";

/// A school, a worker, and the school's application.
async fn school() -> (TestFleet, Worker, PgConnection) {
    let mut fleet = TestFleet::new().await;
    // the tests decide who is ended; ten seconds are for people's applications
    fleet.fleet.config.quota.patience = std::time::Duration::from_millis(300);
    let worker = fleet.worker();
    fleet.succeeded(fleet.create().await).await;
    sample_usage(&fleet.fleet).await.unwrap();
    let app = application(&fleet).await.unwrap();
    (fleet, worker, app)
}

async fn set_quota(fleet: &TestFleet, bytes: Option<i64>) {
    let change = Attributes { quota_bytes: Some(bytes), ..Attributes::default() };
    submit::set_attributes(&fleet.fleet, &Requester::system(), &fleet.name, &change).await.unwrap();
}

/// A quota of which the school uses so many percent as it is now.
async fn use_percent(fleet: &TestFleet, percent: i64) -> i64 {
    let used = fleet.schema().await.usage_bytes.unwrap();
    let quota = used * 100 / percent;
    set_quota(fleet, Some(quota)).await;
    quota
}

/// One round of measuring and judging, and the end of what it asked for.
async fn round(fleet: &TestFleet) -> Option<Operation> {
    sample_usage(&fleet.fleet).await.unwrap();
    judge_all(&fleet.fleet).await.unwrap();
    let operation = fleet.schema().await.active_operation?;
    Some(fleet.ended(operation).await)
}

/// The operation of a kind that a round must ask for, after it ended.
async fn asked_for(fleet: &TestFleet, kind: &str) -> Operation {
    // A session tells its counters once in a second at most, and when it rests after ten: a round that
    // comes earlier sees nothing new. The server makes rounds for ever; the test does for a minute.
    let began = clock::now();
    loop {
        match round(fleet).await {
            Some(operation) if operation.kind == kind => return operation,
            // a worker was faster than the look at what is pending
            _ if (fleet.schema().await.writes_blocked_at.is_some()) == (kind == "block_writes") => {
                return newest(fleet, kind).await;
            }
            _ => {}
        }
        let waited = clock::now().duration_since(began);
        assert!(waited < jiff::SignedDuration::from_mins(1), "no {kind} after {waited:#}");
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    }
}

/// The operation `block_writes` that a round must ask for, after it succeeded.
async fn blocked(fleet: &TestFleet) -> Operation {
    let operation = asked_for(fleet, "block_writes").await;
    assert_eq!(
        (operation.kind.as_str(), operation.state),
        ("block_writes", OperationState::Succeeded)
    );
    let schema = fleet.schema().await;
    assert_eq!(schema.quota_level, QuotaLevel::Blocked);
    assert!(schema.writes_blocked_at.is_some());
    operation
}

async fn newest(fleet: &TestFleet, kind: &str) -> Operation {
    let mut control = fleet.control.connect().await;
    let id =
        sqlx::query_scalar("select id from operation where kind = $1 order by id desc limit 1")
            .bind(kind)
            .fetch_one(&mut control)
            .await
            .unwrap();
    operations::by_id(&fleet.fleet.store, id).await.unwrap().unwrap()
}

async fn refused(app: &mut PgConnection, statement: &'static str) {
    let error = app.execute(statement).await.expect_err(statement);
    let code = error.as_database_error().and_then(|e| e.code()).map(|c| c.into_owned());
    assert_eq!(code.as_deref(), Some("42501"), "{statement}: {error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn case_44_many_small_statements_are_stopped_and_deleting_lifts_it() {
    let (fleet, worker, mut app) = school().await;
    let quota = use_percent(&fleet, 50).await;
    assert!(round(&fleet).await.is_none(), "half of the quota is nothing to speak of");
    let mut statements = 0;
    while fleet.schema().await.usage_bytes.unwrap() < quota * 11 / 10 {
        app.execute(
            "insert into pupil (name) select repeat('x', 100) from generate_series(1, 500)",
        )
        .await
        .unwrap();
        statements += 1;
        if statements % 5 == 0 {
            sample_usage(&fleet.fleet).await.unwrap();
        }
    }
    let operation = blocked(&fleet).await;
    let result = operation.result.unwrap();
    assert!(result["overshootBytes"].as_i64().unwrap() >= quota / 10, "{result}");

    refused(&mut app, "insert into pupil (name) values ('Grace')").await;
    refused(&mut app, "update pupil set name = 'Grace'").await;
    refused(&mut app, "insert into best values (1, 1, 1)").await;
    refused(&mut app, "copy pupil (name) from stdin").await;
    // it owns nothing, so it has nothing to give
    app.execute("grant insert on pupil to current_user").await.unwrap();
    refused(&mut app, "insert into pupil (name) values ('Grace')").await;
    app.execute("select count(*) from pupil").await.unwrap();
    app.execute("delete from pupil where name like 'x%'").await.unwrap();

    // deleted rows take their space until it is given back
    let mut admin = fleet.managed.connect().await;
    admin.execute("vacuum full").await.unwrap();
    let lifted = asked_for(&fleet, "unblock_writes").await;
    assert_eq!((lifted.kind.as_str(), lifted.state), ("unblock_writes", OperationState::Succeeded));
    assert!(fleet.schema().await.writes_blocked_at.is_none());
    app.execute("insert into pupil (name) values ('Grace')").await.unwrap();
    app.execute("update pupil set name = 'Hopper' where name = 'Grace'").await.unwrap();
    assert!(round(&fleet).await.is_none(), "and it stays so");
    worker.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn case_44_one_large_statement_is_cancelled_while_it_runs() {
    let (fleet, worker, mut app) = school().await;
    use_percent(&fleet, 50).await;
    let writing = tokio::spawn(async move {
        // would go on for hours; how far it gets is up to the quota
        app.execute(
            "insert into pupil (name)
             select repeat('x', 100) from (select generate_series(1, 1000000000)) as one_by_one",
        )
        .await
    });
    let operation = loop {
        sample_usage(&fleet.fleet).await.unwrap();
        judge_all(&fleet.fleet).await.unwrap();
        if fleet.schema().await.quota_level == QuotaLevel::Blocked {
            break blocked(&fleet).await;
        }
    };
    let error = writing.await.unwrap().expect_err("it was stopped");
    let code = error.as_database_error().and_then(|e| e.code()).map(|c| c.into_owned());
    // cancelled; or ended, where the cancellation came too early to be heard
    assert!(matches!(code.as_deref(), Some("57014" | "57P01")), "{error}");
    assert!(operation.result.unwrap()["writersEnded"].as_i64().unwrap() >= 1);
    worker.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn case_44_a_transaction_that_keeps_its_lock_is_ended() {
    let (fleet, worker, mut app) = school().await;
    use_percent(&fleet, 50).await;
    app.execute("begin").await.unwrap();
    app.execute(MANY).await.unwrap();
    // idle in its transaction: there is no statement to cancel, and its next one would be let through
    blocked(&fleet).await;
    assert!(app.execute(MANY).await.is_err(), "its session is over");
    let mut again = application(&fleet).await.unwrap();
    refused(&mut again, "insert into pupil (name) values ('Grace')").await;
    worker.stop().await;
}

/// A writer far below its quota is found by the locks of its transaction: without a round of measuring, and
/// before its statement ends. A copy is such a statement, too.
#[tokio::test(flavor = "multi_thread")]
async fn case_44_a_large_copy_is_found_by_its_locks_between_the_rounds() {
    let (mut fleet, worker, mut app) = school().await;
    fleet.fleet.config.quota.writers_every = std::time::Duration::from_millis(200);
    use_percent(&fleet, 10).await;
    let row = format!("{}\n", "x".repeat(1000));
    // a copy that was cancelled takes what is sent until its end, and tells then
    let enough = tokio_util::sync::CancellationToken::new();
    let stopped = enough.clone();
    let writing = tokio::spawn(async move {
        let mut copy = app.copy_in_raw("copy pupil (name) from stdin").await.unwrap();
        while !stopped.is_cancelled() {
            copy.send(row.repeat(100).into_bytes()).await?;
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
        copy.finish().await
    });
    let began = clock::now();
    while fleet.schema().await.writes_blocked_at.is_none() {
        let waited = clock::now().duration_since(began);
        assert!(waited < jiff::SignedDuration::from_mins(2), "not found after {waited:#}");
        watch_writers(&fleet.fleet).await.unwrap();
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    enough.cancel();
    assert!(writing.await.unwrap().is_err(), "nothing of it was written");
    let operation = newest(&fleet, "block_writes").await;
    assert!(operation.result.unwrap()["writersEnded"].as_i64().unwrap() >= 1);
    worker.stop().await;
}

/// What indexes take counts, although no row is written for them.
#[tokio::test(flavor = "multi_thread")]
async fn case_44_indexes_count() {
    let (fleet, worker, mut app) = school().await;
    app.execute(MANY).await.unwrap();
    let mut admin = fleet.managed.connect().await;
    admin.execute("vacuum full").await.unwrap();
    sample_usage(&fleet.fleet).await.unwrap();
    use_percent(&fleet, 70).await;
    assert!(round(&fleet).await.is_none());
    let path = tenantry_pg::sql::Ident::new(fleet.schema().await.schema_name.unwrap()).unwrap();
    admin.execute(tenantry_pg::ddl!("set search_path = {}", path).into_sql()).await.unwrap();
    // as a migration makes them: the institution may not
    refused(&mut app, "create index on pupil (name)").await;
    for _ in 0..4 {
        admin.execute("create index on pupil (name, id) include (mood)").await.unwrap();
    }
    blocked(&fleet).await;
    worker.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn case_44_updates_that_only_bloat_count_too() {
    let (fleet, worker, mut app) = school().await;
    app.execute(MANY).await.unwrap();
    let mut admin = fleet.managed.connect().await;
    admin.execute("vacuum full").await.unwrap();
    sample_usage(&fleet.fleet).await.unwrap();
    use_percent(&fleet, 79).await;
    assert!(round(&fleet).await.is_none());
    let rows = "select count(*) from pupil";
    let before: i64 = sqlx::query_scalar(rows).fetch_one(&mut app).await.unwrap();
    for _ in 0..3 {
        // as soon as it is blocked an update is refused
        if app.execute("update pupil set name = name || 'y'").await.is_err() {
            break;
        }
    }
    blocked(&fleet).await;
    let after: i64 = sqlx::query_scalar(rows).fetch_one(&mut app).await.unwrap();
    assert_eq!(after, before, "not a row more");
    worker.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn tables_that_come_later_are_blocked_and_given_back_too() {
    let (fleet, worker, mut app) = school().await;
    use_percent(&fleet, 200).await;
    blocked(&fleet).await;
    // as a migration makes them
    let mut admin = fleet.managed.connect().await;
    admin.execute("set role tenantry_schema_owner").await.unwrap();
    let path = tenantry_pg::sql::Ident::new(fleet.schema().await.schema_name.unwrap()).unwrap();
    admin.execute(tenantry_pg::ddl!("set search_path = {}", path).into_sql()).await.unwrap();
    admin
        .execute("create table later (id int generated always as identity, t text)")
        .await
        .unwrap();
    refused(&mut app, "insert into later (t) values ('x')").await;
    app.execute("select * from later").await.unwrap();
    set_quota(&fleet, None).await;
    asked_for(&fleet, "unblock_writes").await;
    app.execute("insert into later (t) values ('x')").await.unwrap();
    app.execute("update later set t = 'y'").await.unwrap();
    worker.stop().await;
}

/// Levels are told once each, and whoever is near the quota is watched between the rounds.
#[tokio::test(flavor = "multi_thread")]
async fn levels_are_told_and_the_watch_sees_a_crossing_between_two_rounds() {
    let (fleet, worker, mut app) = school().await;
    use_percent(&fleet, 85).await;
    for _ in 0..2 {
        assert!(round(&fleet).await.is_none());
    }
    assert_eq!(fleet.schema().await.quota_level, QuotaLevel::Warning);
    app.execute(MANY).await.unwrap();
    watch(&fleet.fleet).await.unwrap();
    if let Some(id) = fleet.schema().await.active_operation {
        fleet.succeeded(id).await;
    }
    refused(&mut app, "insert into pupil (name) values ('Grace')").await;
    let mut control = fleet.control.connect().await;
    let told: Vec<(String, Option<String>)> = sqlx::query_as(
        "select type, data ->> 'level' from event where type like 'quota.%' order by id",
    )
    .fetch_all(&mut control)
    .await
    .unwrap();
    let told: Vec<_> = told.iter().map(|(t, l)| (t.as_str(), l.as_deref())).collect();
    assert_eq!(
        told,
        [
            ("quota.level", Some("warning")),
            ("quota.level", Some("blocked")),
            ("quota.blocked", None)
        ]
    );
    worker.stop().await;
}

/// A block outlives a suspension and a drop; who is brought back is still over the quota.
#[tokio::test(flavor = "multi_thread")]
async fn a_block_goes_along_with_the_schema() {
    use tenantry_domain::schema::SchemaAction::{Drop, Resume, Suspend, Undrop};
    let (fleet, worker, app) = school().await;
    app.close().await.unwrap();
    use_percent(&fleet, 200).await;
    blocked(&fleet).await;
    for action in [Suspend, Resume, Drop, Undrop] {
        fleet.succeeded(fleet.change(action).await).await;
    }
    let mut app = application(&fleet).await.unwrap();
    refused(&mut app, "insert into pupil (name) values ('Grace')").await;
    set_quota(&fleet, None).await;
    asked_for(&fleet, "unblock_writes").await;
    app.execute("insert into pupil (name) values ('Grace')").await.unwrap();
    worker.stop().await;
}

/// Temporary files are in no schema's size; a limit that the role cannot lift bounds them.
#[tokio::test(flavor = "multi_thread")]
async fn case_44_temporary_files_are_bounded() {
    let (fleet, worker, mut app) = school().await;
    worker.stop().await;
    let limit: String =
        sqlx::query_scalar("show temp_file_limit").fetch_one(&mut app).await.unwrap();
    assert_eq!(limit, "1GB");
    // the same limit, small enough to be reached soon
    let role = tenantry_pg::sql::Ident::new(fleet.schema().await.role_name.unwrap()).unwrap();
    let small = tenantry_pg::ddl!("alter role {} set temp_file_limit = '1MB'", role);
    fleet.managed.connect().await.execute(small.into_sql()).await.unwrap();
    let mut app = application(&fleet).await.unwrap();
    app.execute("set work_mem = '64kB'").await.unwrap();
    let spill = "select repeat(n::text, 50) from generate_series(1, 50000) n order by 1";
    let error = app.execute(spill).await.expect_err("it is too much");
    let code = error.as_database_error().and_then(|e| e.code()).map(|c| c.into_owned());
    assert_eq!(code.as_deref(), Some("53400"), "{error}");
    refused(&mut app, "set temp_file_limit = -1").await;
    app.execute("select 1").await.unwrap();
}
