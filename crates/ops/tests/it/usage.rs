//! What schemas use is measured without waiting for anybody, kept, and not forgotten in a crash
//! (cases 30, 50, 51).

use std::time::Duration;

use sqlx::{Connection as _, Executor as _, PgConnection};
use tenantry_domain::schema::SchemaAction;
use tenantry_domain::usage::Grain;
use tenantry_ops::usage::{Round, measure_now, sample_usage};
use tenantry_pg::ddl;
use tenantry_pg::sql::Ident;
use tenantry_store::schemas::{self, TenantSchema};
use tenantry_store::usage::{self, Point};

use crate::fleet::{TestFleet, as_control_role, open};

/// A school, and a superuser's session that finds its tables.
async fn school() -> (TestFleet, PgConnection) {
    let mut fleet = TestFleet::new().await;
    let worker = fleet.worker();
    fleet.succeeded(fleet.create().await).await;
    worker.stop().await;
    let mut session = session_of(&fleet).await;
    // A session that is kept tells the statistics late of what it did; at its end it tells all.
    fleet.fleet.database.close().await;
    fleet.fleet =
        open(&as_control_role(fleet.control.url()), &as_control_role(fleet.managed.url()));
    let gone = async {
        let asked = "select count(*) = 0 from pg_stat_activity
                     where datname = current_database() and usename = 'tenantry_control'";
        while !sqlx::query_scalar::<_, bool>(asked).fetch_one(&mut session).await.unwrap() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), gone).await.expect("the sessions end");
    (fleet, session)
}

async fn session_of(fleet: &TestFleet) -> PgConnection {
    let mut session = fleet.managed.connect().await;
    let schema = Ident::new(fleet.schema().await.schema_name.unwrap()).unwrap();
    session.execute(ddl!("set search_path = {}", schema).into_sql()).await.unwrap();
    session
}

/// Writes about a megabyte, and sees to it that the statistics have it.
async fn write_rows(session: &mut PgConnection) {
    session
        .execute("insert into pupil (name) select repeat('x', 100) from generate_series(1, 10000)")
        .await
        .unwrap();
    settle(session).await;
}

/// A session tells the statistics of its work when it is idle, at the latest when it is asked to.
async fn settle(session: &mut PgConnection) {
    session.execute("select pg_stat_force_next_flush()").await.unwrap();
    session.execute("select 1").await.unwrap();
}

/// Nothing else writes into the tables meanwhile: a round finds the figures that it found before.
async fn quiet(session: &mut PgConnection) {
    for table in ["pupil", "mark", "attendance_2026"] {
        let off =
            ddl!("alter table {} set (autovacuum_enabled = false)", Ident::new(table).unwrap());
        session.execute(off.into_sql()).await.unwrap();
    }
}

async fn sample(fleet: &TestFleet) -> Round {
    sample_usage(&fleet.fleet).await.unwrap()
}

async fn points(fleet: &TestFleet, schema: &TenantSchema, by: Grain) -> Vec<Point> {
    let (from, to) = ("2020-01-01T00:00:00Z", "2100-01-01T00:00:00Z");
    usage::history(&fleet.fleet.store, schema.id, by, from.parse().unwrap(), to.parse().unwrap())
        .await
        .unwrap()
}

async fn sum_of_relations(session: &mut PgConnection) -> i64 {
    sqlx::query_scalar(
        "select sum(pg_total_relation_size(oid))::int8 from pg_class
         where relnamespace = current_schema()::regnamespace and relkind in ('r', 'm', 'S')",
    )
    .fetch_one(session)
    .await
    .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn both_ways_of_measuring_agree_with_postgresql() {
    let (fleet, mut session) = school().await;
    session.execute("alter table pupil add note text").await.unwrap();
    session
        .execute(
            "insert into pupil (name, note)
             select 'x', string_agg(gen_random_uuid()::text, '') from generate_series(1, 2000) n
             group by n / 500",
        )
        .await
        .unwrap();
    session.execute("vacuum full pupil").await.unwrap();
    session.execute("analyze").await.unwrap();
    let truth = sum_of_relations(&mut session).await;

    let mut sampler = fleet.fleet.database.sampler().await.unwrap().unwrap();
    sampler.look().await.unwrap();
    assert!(sampler.may_read_files().await.unwrap(), "the installer was a superuser");
    assert_eq!(sampler.pass().await.unwrap().schemas, 1);
    let by_files = sampler.news_after(uuid::Uuid::nil(), 10).await.unwrap().remove(0).usage;
    let id = fleet.schema().await.id;
    assert!(sampler.measure(id).await.unwrap().unwrap() > 3);
    let exact = sampler.news_after(uuid::Uuid::nil(), 10).await.unwrap().remove(0).usage;
    sampler.close().await.unwrap();

    assert_eq!(by_files.bytes(), Some(truth));
    assert_eq!(exact.bytes(), Some(truth));
    assert_eq!(
        (by_files.table_bytes, by_files.index_bytes, by_files.toast_bytes),
        (exact.table_bytes, exact.index_bytes, exact.toast_bytes)
    );
    assert!(exact.toast_bytes.unwrap() > 16_384, "long values lie in TOAST");
    assert!(exact.row_estimate >= 5, "{exact:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn only_what_changed_is_measured_and_updated_at_stays() {
    let (fleet, mut session) = school().await;
    quiet(&mut session).await;
    let first = sample(&fleet).await;
    assert_eq!((first.passed, first.reported), (1, 1), "the first round measures all");
    let before = fleet.schema().await;
    assert_eq!(before.usage_bytes, before.usage.bytes());
    let (from, to) =
        ("2020-01-01T00:00:00Z".parse().unwrap(), "2100-01-01T00:00:00Z".parse().unwrap());
    for grain in [Grain::Hour, Grain::Day] {
        let of_all = usage::fleet_history(&fleet.fleet.store, grain, from, to).await.unwrap();
        let last = of_all.last().unwrap();
        let bytes = last.table_bytes + last.index_bytes + last.toast_bytes;
        assert_eq!((last.schemas, Some(bytes)), (1, before.usage_bytes), "of all together");
    }
    sample(&fleet).await;
    assert_eq!(sample(&fleet).await, Round::default(), "nothing happened");

    write_rows(&mut session).await;
    let round = sample(&fleet).await;
    assert_eq!((round.measured, round.passed, round.reported), (1, 0, 1));
    let after = fleet.schema().await;
    assert!(after.usage_bytes.unwrap() > before.usage_bytes.unwrap() + 1_000_000);
    assert!(after.usage.writes_total >= before.usage.writes_total + 10_000);
    assert!(after.usage.last_activity.is_some() && after.usage.stale_since.is_none());
    assert_eq!(after.updated_at, before.updated_at, "measuring is not a change");

    session.execute("truncate pupil cascade").await.unwrap();
    assert_eq!(sample(&fleet).await.measured, 1, "a truncation changes no counter, but files");
    assert!(fleet.schema().await.usage_bytes.unwrap() < after.usage_bytes.unwrap());
}

/// The counters tell nothing of a transaction before it ends, and it may go on for hours.
#[tokio::test(flavor = "multi_thread")]
async fn what_an_open_transaction_wrote_is_seen() {
    let (fleet, mut session) = school().await;
    sample(&fleet).await;
    let before = fleet.schema().await.usage_bytes.unwrap();
    let mut tx = session.begin().await.unwrap();
    tx.execute("insert into pupil (name) select repeat('x', 100) from generate_series(1, 10000)")
        .await
        .unwrap();
    sample(&fleet).await;
    assert!(fleet.schema().await.usage_bytes.unwrap() > before + 1_000_000);
    tx.rollback().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn history_is_kept_by_the_hour_and_by_the_day_and_forgotten_in_time() {
    let (fleet, mut session) = school().await;
    sample(&fleet).await;
    write_rows(&mut session).await;
    sample(&fleet).await;
    let schema = fleet.schema().await;
    for by in [Grain::Hour, Grain::Day] {
        let points = points(&fleet, &schema, by).await;
        // an hour may end between two rounds
        let writes: i64 = points.iter().map(|point| point.writes).sum();
        assert_eq!(writes, schema.usage.writes_total, "{by}: no write is counted twice");
        let last = points.last().unwrap();
        assert_eq!(Some(last.most_bytes), schema.usage_bytes);
        assert_eq!(last.table_bytes + last.index_bytes + last.toast_bytes, last.most_bytes);
    }
    // told again, as after a crash between telling and noting that it was told
    let again = [(schema.id, &schema.usage)];
    usage::record(&fleet.fleet.store, &again).await.unwrap();
    let sum: i64 = points(&fleet, &schema, Grain::Day).await.iter().map(|p| p.writes).sum();
    assert_eq!(sum, schema.usage.writes_total);

    let mut control = fleet.control.connect().await;
    control
        .execute("update usage_point set at = at - interval '15 days' where grain = 'hour'")
        .await
        .unwrap();
    let kept = &fleet.fleet.config.usage;
    usage::forget_old(&fleet.fleet.store, kept.hours_kept, kept.days_kept).await.unwrap();
    assert!(points(&fleet, &schema, Grain::Hour).await.is_empty());
    assert!(!points(&fleet, &schema, Grain::Day).await.is_empty(), "days are kept for longer");
}

#[tokio::test(flavor = "multi_thread")]
async fn case_50_a_locked_table_is_passed_over_and_a_dropped_one_is_no_error() {
    let (fleet, mut session) = school().await;
    sample(&fleet).await;
    let before = fleet.schema().await;
    write_rows(&mut session).await;
    let mut locker = session_of(&fleet).await;
    let mut tx = locker.begin().await.unwrap();
    tx.execute("lock table pupil in access exclusive mode").await.unwrap();

    let round = sample(&fleet).await;
    assert_eq!((round.measured, round.locked), (0, 1));
    let stale = fleet.schema().await;
    assert_eq!(stale.usage_bytes, before.usage_bytes, "the last size stays");
    assert!(stale.usage.stale_since.is_some(), "and is shown to be old");
    measure_now(&fleet.fleet, stale.id).await.unwrap();
    assert_eq!(fleet.schema().await.usage.stale_since, stale.usage.stale_since);
    // the pass over the files asks for no lock
    let mut sampler = fleet.fleet.database.sampler().await.unwrap().unwrap();
    sampler.pass().await.unwrap();
    let seen = sampler.news_after(uuid::Uuid::nil(), 10).await.unwrap().remove(0).usage;
    assert!(seen.bytes().unwrap() > before.usage_bytes.unwrap() + 1_000_000);
    sampler.close().await.unwrap();

    tx.execute("drop table pupil cascade").await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(sample(&fleet).await.locked, 0);
    let after = fleet.schema().await;
    assert!(after.usage.stale_since.is_none());
    assert!(after.usage_bytes.unwrap() < before.usage_bytes.unwrap());
}

/// Tables come and go while they are measured; nothing of that is an error or a wait.
#[tokio::test(flavor = "multi_thread")]
async fn case_50_tables_that_come_and_go_disturb_nothing() {
    let (fleet, mut session) = school().await;
    let churn = tokio::spawn(async move {
        for _ in 0..60 {
            session
                .execute(
                    "create table passing (id int primary key, t text);
                     insert into passing select n, 'x' from generate_series(1, 100) n;
                     drop table passing",
                )
                .await
                .unwrap();
        }
    });
    while !churn.is_finished() {
        let mut sampler = fleet.fleet.database.sampler().await.unwrap().unwrap();
        sampler.pass().await.unwrap();
        sampler.close().await.unwrap();
        sample(&fleet).await;
    }
    churn.await.unwrap();
    sample(&fleet).await;
    assert!(fleet.schema().await.usage.stale_since.is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn case_30_statistics_that_were_lost_make_everything_stale() {
    let (fleet, mut session) = school().await;
    quiet(&mut session).await;
    write_rows(&mut session).await;
    sample(&fleet).await;
    sample(&fleet).await;
    let before = fleet.schema().await;
    assert_eq!(sample(&fleet).await.measured, 0);
    // what is left of a crash: no statistics, and a size that nobody counted
    session.execute("insert into mark (pupil_id) select id from pupil").await.unwrap();
    settle(&mut session).await;
    session.execute("select pg_stat_reset()").await.unwrap();
    settle(&mut session).await;

    let mut sampler = fleet.fleet.database.sampler().await.unwrap().unwrap();
    let look = sampler.look().await.unwrap();
    assert!(look.reset && look.stale == 1, "{look:?}");
    sampler.close().await.unwrap();
    assert_eq!(sample(&fleet).await.measured, 1);
    let after = fleet.schema().await;
    assert!(after.usage_bytes > before.usage_bytes, "no size is taken for smaller than it is");
    assert!(
        after.usage.writes_total >= before.usage.writes_total,
        "what was counted stays counted"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn where_files_cannot_be_read_sizes_are_measured_table_by_table() {
    let (fleet, mut session) = school().await;
    session
        .execute(
            "revoke execute on function pg_ls_dir(text, boolean, boolean),
               pg_stat_file(text, boolean) from tenantry_owner",
        )
        .await
        .unwrap();
    let round = sample(&fleet).await;
    assert_eq!((round.passed, round.measured), (0, 1));
    assert_eq!(fleet.schema().await.usage_bytes, Some(sum_of_relations(&mut session).await));
    // an old size is measured again although nothing seems to have changed
    quiet(&mut session).await;
    sample(&fleet).await;
    let mut admin = fleet.managed.connect().await;
    admin
        .execute("update tenantry.usage_state set measured_at = measured_at - interval '1 hour'")
        .await
        .unwrap();
    assert_eq!(sample(&fleet).await.measured, 1);
    assert_eq!(sample(&fleet).await.measured, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_servers_take_turns() {
    let (fleet, _) = school().await;
    let sampler = fleet.fleet.database.sampler().await.unwrap().unwrap();
    assert_eq!(sample(&fleet).await, Round::default(), "another one is at it");
    sampler.close().await.unwrap();
    // the server ends a session a moment after its client
    let turn = async {
        while sample(&fleet).await.passed == 0 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), turn).await.expect("its turn comes");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_archived_school_still_uses_what_it_uses_and_a_purged_one_nothing() {
    let (fleet, _) = school().await;
    let worker = fleet.worker();
    sample(&fleet).await;
    let id = fleet.schema().await.id;
    let before = usage::totals(&fleet.fleet.store).await.unwrap();
    assert_eq!((before.schemas, before.measured), (1, 1));
    fleet.succeeded(fleet.change(SchemaAction::Drop).await).await;
    sample(&fleet).await;
    let archived = usage::totals(&fleet.fleet.store).await.unwrap();
    assert_eq!(archived.table_bytes, before.table_bytes);
    fleet.succeeded(fleet.change(SchemaAction::Purge).await).await;
    worker.stop().await;
    sample(&fleet).await;
    let purged = usage::totals(&fleet.fleet.store).await.unwrap();
    assert_eq!((purged.schemas, purged.table_bytes, purged.stale), (0, 0, 0));
    let tombstone = schemas::by_id(&fleet.fleet.store, id).await.unwrap().unwrap();
    assert!(!points(&fleet, &tombstone, Grain::Hour).await.is_empty(), "its history stays");
}

/// How much memory of its own the server's process has, in KB.
fn own_memory(pid: i32) -> Option<i64> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("RssAnon:"))?;
    line.split_whitespace().next()?.parse().ok()
}

/// Does a round in which every school is measured, and says which sessions did so and what the largest
/// of them came to.
async fn sessions_of_a_round(fleet: &TestFleet, watcher: &mut PgConnection) -> (usize, i64) {
    watcher
        .execute("update tenantry.usage_state set stale_since = clock_timestamp()")
        .await
        .unwrap();
    let working = fleet.fleet.clone();
    let round = tokio::spawn(async move { sample_usage(&working).await.unwrap() });
    let mut seen = std::collections::HashMap::new();
    while !round.is_finished() {
        let pids: Vec<i32> = sqlx::query_scalar(
            "select pid from pg_stat_activity
             where datname = current_database() and application_name = 'tenantry usage'",
        )
        .fetch_all(&mut *watcher)
        .await
        .unwrap();
        for pid in pids {
            let now = own_memory(pid).unwrap_or_default();
            let most = seen.entry(pid).or_insert(now);
            *most = now.max(*most);
        }
    }
    assert_eq!(round.await.unwrap().measured, 8);
    (seen.len(), seen.into_values().max().unwrap_or_default())
}

/// Case 51, in small: what a session remembers of the tables that it measured goes with it, so that more
/// tables and more rounds make no process larger. Eight schools of 400 tables, and sessions that end
/// after 400 instead of 10,000.
#[tokio::test(flavor = "multi_thread")]
async fn case_51_no_session_of_the_sampler_grows_with_the_fleet() {
    let (mut fleet, mut session) = school().await;
    let worker = fleet.worker();
    for number in 1..8 {
        fleet.succeeded(fleet.create_named(&format!("{}_{number}", fleet.name)).await).await;
    }
    worker.stop().await;
    let schemas: Vec<String> = sqlx::query_scalar("select schema_name from tenantry.schema_marker")
        .fetch_all(&mut session)
        .await
        .unwrap();
    for schema in schemas {
        let schema = Ident::new(schema).unwrap();
        session.execute(ddl!("set search_path = {}", schema).into_sql()).await.unwrap();
        session
            .execute(
                "do $$ begin
                   for n in 1..400 loop
                     execute format('create table many_%s (id int primary key, t text)', n);
                   end loop;
                 end $$",
            )
            .await
            .unwrap();
    }
    // the sizes by the files, which come first in a fleet that was never measured
    sample(&fleet).await;
    let (_, at_once) = sessions_of_a_round(&fleet, &mut session).await;
    fleet.fleet.config.usage.tables_of_a_session = 400;
    let mut largest = Vec::new();
    for _ in 0..3 {
        let (sessions, most) = sessions_of_a_round(&fleet, &mut session).await;
        assert!(sessions >= 3, "only {sessions} sessions were seen");
        largest.push(most);
    }
    for most in &largest {
        assert!(most * 2 < at_once, "{largest:?} KB in turns, {at_once} KB at once");
        assert!(*most < 300_000, "{largest:?} KB");
    }
}
