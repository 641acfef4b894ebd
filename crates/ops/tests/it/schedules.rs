//! Schedules on a real control database: several servers, servers that sleep or die at the wrong moment,
//! clocks that are wrong, and schedules that fall silent.

use futures::future::BoxFuture;
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use sqlx::Executor;
use tenantry_domain::access::Role;
use tenantry_domain::schedule::{
    Definition, Missed, ScheduleKind, ScheduleSettings, Schedules, SettingsChange, Verdict,
};
use tenantry_ops::Fleet;
use tenantry_ops::schedules::{
    self, Fired, ScheduleChange, ScheduleRefusal, create, deal_with, delete, fire_due_with,
    install, look, pause, resume, run_now, update, watch_schedules,
};
use tenantry_ops::submit::{Refusal, Requester};
use tenantry_store::operations::{self, NewOperation};
use tenantry_store::schedules::{ScheduleRow, SlotOutcome, slots};
use tenantry_store::{Tx, audit, findings};
use tokio::sync::Notify;
use uuid::Uuid;

use crate::fleet::{TestFleet, as_control_role, open};

/// Queues an operation that nobody claims, for what a schedule would do.
fn work<'a>(
    tx: &'a mut Tx,
    _: &'a Fleet,
    who: &'a Requester,
    schedule: &'a ScheduleRow,
    slot: Timestamp,
) -> BoxFuture<'a, Result<Fired, Refusal>> {
    Box::pin(async move {
        let new = NewOperation {
            id: Uuid::now_v7(),
            kind: "test_work",
            kind_version: 1,
            schema_id: None,
            schema_name: None,
            input: json!({ "schedule": schedule.name, "slot": slot }),
            lane: "asked",
            steps_total: 1,
            priority: 0,
            actor: who.actor.name.clone(),
            token: None,
            required_role: Role::Operator,
            source: who.actor.source,
            request_id: None,
            idempotency: None,
            parent: None,
        };
        operations::insert(tx, &new).await?;
        Ok(Fired::Operation(new.id))
    })
}

/// A schedule by the hour of which no slot comes within the next half hour, so that a test that takes seconds
/// never meets one.
async fn hourly(fleet: &TestFleet, missed: Missed) -> ScheduleRow {
    let minute: i32 = sqlx::query_scalar(
        "select extract(minute from clock_timestamp() at time zone 'UTC' + interval '30 minutes')::int",
    )
    .fetch_one(&mut fleet.control.connect().await)
    .await
    .unwrap();
    let settings =
        ScheduleSettings { missed, ..ScheduleSettings::of(&format!("{minute} * * * *")) };
    let definition = Definition { kind: ScheduleKind::Backup, settings, enabled: true };
    create(&fleet.fleet, &Requester::system(), "often", &definition).await.unwrap()
}

/// As if the schedule had been there for so long, and no server.
async fn downtime(fleet: &TestFleet, hours: i32) {
    sqlx::query("update schedule set since = clock_timestamp() - make_interval(hours => $1)")
        .bind(hours)
        .execute(&mut fleet.control.connect().await)
        .await
        .unwrap();
}

async fn run(fleet: &TestFleet, sql: &'static str) {
    fleet.control.connect().await.execute(sql).await.unwrap();
}

/// The slots for which work was queued.
async fn queued(fleet: &TestFleet) -> Vec<String> {
    sqlx::query_scalar("select input ->> 'slot' from operation where kind = 'test_work' order by 1")
        .fetch_all(&mut fleet.control.connect().await)
        .await
        .unwrap()
}

async fn outcomes(fleet: &TestFleet) -> Vec<SlotOutcome> {
    let mut all = slots(&fleet.fleet.store, "often", 1000).await.unwrap();
    all.reverse();
    all.into_iter().map(|slot| slot.outcome).collect()
}

/// Another server of the same fleet.
fn another_server(fleet: &TestFleet) -> Fleet {
    open(&as_control_role(fleet.control.url()), &as_control_role(fleet.managed.url()))
}

#[tokio::test(flavor = "multi_thread")]
async fn case_14_three_servers_fire_each_slot_once_by_the_policy_for_missed_ones() {
    use SlotOutcome::{Fired, Missed as Passed};
    for (missed, last) in [
        (Missed::Once, Fired),
        (Missed::Skip, Passed),
        (Missed::Within { seconds: 40 * 60 }, Fired),
        (Missed::Within { seconds: 5 * 60 }, Passed),
    ] {
        let fleet = TestFleet::new().await;
        hourly(&fleet, missed).await;
        downtime(&fleet, 6).await;
        let servers: Vec<_> = (0..3)
            .map(|_| {
                let server = another_server(&fleet);
                tokio::spawn(async move {
                    for _ in 0..10 {
                        fire_due_with(&server, work).await.unwrap();
                    }
                })
            })
            .collect();
        for server in servers {
            server.await.unwrap();
        }
        assert_eq!(outcomes(&fleet).await, [Passed, Passed, Passed, Passed, Passed, last]);
        assert_eq!(queued(&fleet).await.len(), usize::from(last == Fired), "{missed:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn case_14_servers_that_race_again_and_again_fire_once_each_time() {
    let fleet = TestFleet::new().await;
    hourly(&fleet, Missed::Once).await;
    let servers: Vec<Fleet> = (0..3).map(|_| another_server(&fleet)).collect();
    for hours in 1..=8 {
        // the clock stands still, so the schedule's own time is moved: each round it begins an hour later
        sqlx::query("update schedule set since = clock_timestamp() - make_interval(hours => $1)")
            .bind(9 - hours)
            .execute(&mut fleet.control.connect().await)
            .await
            .unwrap();
        sqlx::query(
            "delete from schedule_slot where slot > clock_timestamp() - make_interval(hours => $1)",
        )
        .bind(9 - hours)
        .execute(&mut fleet.control.connect().await)
        .await
        .unwrap();
        run(&fleet, "delete from operation").await;
        let racing: Vec<_> = servers
            .iter()
            .cloned()
            .map(|server| tokio::spawn(async move { fire_due_with(&server, work).await }))
            .collect();
        for server in racing {
            server.await.unwrap().unwrap();
        }
        // whoever came second may have found the row taken and looks again later
        fire_due_with(&fleet.fleet, work).await.unwrap();
        assert_eq!(queued(&fleet).await.len(), 1, "round {hours}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn case_15_a_server_that_slept_since_it_looked_fires_nothing_any_more() {
    let fleet = TestFleet::new().await;
    hourly(&fleet, Missed::Once).await;
    downtime(&fleet, 3).await;
    let sleeper = another_server(&fleet);
    let seen = look(&sleeper).await.unwrap().remove(0);
    assert_eq!(seen.slots.len(), 3);

    // the schedule was paused meanwhile, and resumed
    let who = Requester::system();
    pause(&fleet.fleet, &who, "often", None).await.unwrap();
    deal_with(&sleeper, &seen, work).await.unwrap();
    resume(&fleet.fleet, &who, "often").await.unwrap();
    deal_with(&sleeper, &seen, work).await.unwrap();
    assert_eq!(outcomes(&fleet).await, []);

    // the time in which it could be made up for is over
    downtime(&fleet, 3).await;
    let mut late = look(&sleeper).await.unwrap().remove(0);
    let over = late.schedule.now - SignedDuration::from_secs(1);
    late.slots[2].verdict = Verdict::Fire { until: Some(over) };
    deal_with(&sleeper, &late, work).await.unwrap();
    assert_eq!(outcomes(&fleet).await, [SlotOutcome::Missed; 2], "the last one is still open");

    // another server was there, for this slot and for one after it
    let mut seen = look(&sleeper).await.unwrap().remove(0);
    let (before, slot) = (seen.slots[0].slot - SignedDuration::from_mins(7), seen.slots[0].slot);
    fire_due_with(&fleet.fleet, work).await.unwrap();
    assert_eq!(queued(&fleet).await, [slot.to_string()]);
    deal_with(&sleeper, &seen, work).await.unwrap();
    seen.slots[0].slot = before;
    deal_with(&sleeper, &seen, work).await.unwrap();
    assert_eq!(queued(&fleet).await, [slot.to_string()]);

    // and one that was deleted
    downtime(&fleet, 1).await;
    delete(&fleet.fleet, &who, "often").await.unwrap();
    deal_with(&sleeper, &seen, work).await.unwrap();
    assert_eq!(queued(&fleet).await.len(), 1);
}

static ENTERED: Notify = Notify::const_new();

/// Claims, and then never comes back.
fn hang<'a>(
    tx: &'a mut Tx,
    fleet: &'a Fleet,
    who: &'a Requester,
    schedule: &'a ScheduleRow,
    slot: Timestamp,
) -> BoxFuture<'a, Result<Fired, Refusal>> {
    Box::pin(async move {
        work(tx, fleet, who, schedule, slot).await?;
        ENTERED.notify_one();
        std::future::pending().await
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn case_15_a_server_that_stops_in_the_middle_holds_nobody_up_and_leaves_nothing() {
    let fleet = TestFleet::new().await;
    hourly(&fleet, Missed::Once).await;
    downtime(&fleet, 2).await;
    let server = another_server(&fleet);
    let stopped = tokio::spawn(async move { fire_due_with(&server, hang).await });
    ENTERED.notified().await;
    // the others go past it
    fire_due_with(&fleet.fleet, work).await.unwrap();
    assert_eq!(queued(&fleet).await.len(), 0);
    // what its session had done is undone when it ends, as the database sees to within a minute
    stopped.abort();
    assert!(stopped.await.unwrap_err().is_cancelled());
    run(
        &fleet,
        "select pg_terminate_backend(pid, 10000) from pg_stat_activity
         where datname = current_database() and state like 'idle in transaction%'",
    )
    .await;
    fire_due_with(&fleet.fleet, work).await.unwrap();
    assert_eq!(queued(&fleet).await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn case_14_a_clock_that_was_ahead_keeps_no_schedule_from_firing() {
    let fleet = TestFleet::new().await;
    hourly(&fleet, Missed::Once).await;
    // made and fired while the clock was a year ahead
    run(
        &fleet,
        "update schedule set since = clock_timestamp() + interval '1 year';
         insert into schedule_slot (schedule, slot, outcome)
         values ('often', clock_timestamp() + interval '1 year', 'fired')",
    )
    .await;
    assert_eq!(look(&fleet.fleet).await.unwrap().len(), 0);
    let all = tenantry_store::schedules::all(&fleet.fleet.store).await.unwrap();
    assert!(all[0].since <= all[0].now && all[0].last_fired.is_none());
    downtime(&fleet, 1).await;
    fire_due_with(&fleet.fleet, work).await.unwrap();
    let fired = queued(&fleet).await;
    assert_eq!(fired.len(), 1);
    // set back by an hour, and on again: what was fired is not fired again
    for shift in [
        "update schedule set since = since + interval '1 hour';
         update schedule_slot set slot = slot + interval '1 hour'",
        "update schedule set since = since - interval '1 hour';
         update schedule_slot set slot = slot - interval '1 hour'",
    ] {
        run(&fleet, shift).await;
        fire_due_with(&fleet.fleet, work).await.unwrap();
        assert_eq!(queued(&fleet).await, fired);
    }
}

fn refuse<'a>(
    tx: &'a mut Tx,
    fleet: &'a Fleet,
    who: &'a Requester,
    schedule: &'a ScheduleRow,
    slot: Timestamp,
) -> BoxFuture<'a, Result<Fired, Refusal>> {
    Box::pin(async move {
        work(tx, fleet, who, schedule, slot).await?;
        Err(Refusal::Busy)
    })
}

fn rest<'a>(
    _: &'a mut Tx,
    _: &'a Fleet,
    _: &'a Requester,
    _: &'a ScheduleRow,
    _: Timestamp,
) -> BoxFuture<'a, Result<Fired, Refusal>> {
    Box::pin(async move { Ok(Fired::Nothing("no institution changed".into())) })
}

fn give_up<'a>(
    _: &'a mut Tx,
    _: &'a Fleet,
    _: &'a Requester,
    _: &'a ScheduleRow,
    _: Timestamp,
) -> BoxFuture<'a, Result<Fired, Refusal>> {
    Box::pin(async move { Ok(Fired::Unable("there is no store".into())) })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slot_whose_work_is_refused_or_empty_keeps_the_reason() {
    let fleet = TestFleet::new().await;
    hourly(&fleet, Missed::Once).await;
    downtime(&fleet, 1).await;
    fire_due_with(&fleet.fleet, refuse).await.unwrap();
    fire_due_with(&fleet.fleet, refuse).await.unwrap();
    assert_eq!(queued(&fleet).await.len(), 0, "nothing half-made");
    let last = slots(&fleet.fleet.store, "often", 1).await.unwrap().remove(0);
    assert_eq!(
        (last.outcome, last.detail.as_deref()),
        (SlotOutcome::Skipped, Some("refused: Busy"))
    );
    for (fire, outcome, why) in [
        (rest as schedules::Fire, SlotOutcome::Fired, "no institution changed"),
        (give_up, SlotOutcome::Skipped, "there is no store"),
    ] {
        run(&fleet, "delete from schedule_slot").await;
        fire_due_with(&fleet.fleet, fire).await.unwrap();
        let last = slots(&fleet.fleet.store, "often", 1).await.unwrap().remove(0);
        assert_eq!((last.outcome, last.detail.as_deref()), (outcome, Some(why)));
    }
    let events: Vec<String> =
        sqlx::query_scalar("select type from event where type like 'schedule.%' order by id")
            .fetch_all(&mut fleet.control.connect().await)
            .await
            .unwrap();
    assert_eq!(
        events,
        ["schedule.changed", "schedule.passed", "schedule.fired", "schedule.passed"]
    );
}

fn nightly(zone: &str, enabled: bool) -> Definition {
    let settings = ScheduleSettings { time_zone: zone.into(), ..ScheduleSettings::of("0 2 * * *") };
    Definition { kind: ScheduleKind::Backup, settings, enabled }
}

#[tokio::test(flavor = "multi_thread")]
async fn schedules_are_made_changed_and_deleted_and_the_log_tells() {
    let fleet = TestFleet::new().await;
    let who = Requester::system();
    let made = create(&fleet.fleet, &who, "nightly", &nightly("UTC", true)).await.unwrap();
    assert!(made.is_on() && !made.configured && made.revision == 1);
    let again = create(&fleet.fleet, &who, "nightly", &nightly("UTC", true)).await;
    assert!(matches!(again, Err(Refusal::Schedule(ScheduleRefusal::Exists(_)))), "{again:?}");
    for (name, definition, named) in [
        ("Nightly", nightly("UTC", true), "`Nightly`"),
        ("other", nightly("Europe/Bern", true), "time_zone: `Europe/Bern`"),
    ] {
        match create(&fleet.fleet, &who, name, &definition).await {
            Err(Refusal::Schedule(ScheduleRefusal::Bad(reason))) => {
                assert!(reason.contains(named), "{reason}")
            }
            other => panic!("{other:?}"),
        }
    }
    let off = ScheduleChange { enabled: Some(false), ..ScheduleChange::default() };
    let changed = update(&fleet.fleet, &who, "nightly", &off).await.unwrap();
    assert!(!changed.is_on() && changed.revision == 2);
    let same = update(&fleet.fleet, &who, "nightly", &off).await.unwrap();
    assert_eq!(same.revision, 2, "nothing changed");
    let on = ScheduleChange {
        settings: SettingsChange {
            time_zone: Some("Europe/Berlin".into()),
            ..SettingsChange::default()
        },
        enabled: Some(true),
    };
    let changed = update(&fleet.fleet, &who, "nightly", &on).await.unwrap();
    assert!(changed.is_on() && changed.since > made.since, "other slots, and a new beginning");
    let paused = pause(&fleet.fleet, &who, "nightly", None).await.unwrap();
    assert!(!paused.is_on());
    let past = pause(&fleet.fleet, &who, "nightly", Some(paused.now)).await;
    assert!(matches!(past, Err(Refusal::Schedule(ScheduleRefusal::Bad(_)))), "{past:?}");
    let hour = paused.now + SignedDuration::from_hours(1);
    assert_eq!(
        pause(&fleet.fleet, &who, "nightly", Some(hour)).await.unwrap().paused_until,
        Some(hour)
    );
    assert!(resume(&fleet.fleet, &who, "nightly").await.unwrap().is_on());
    delete(&fleet.fleet, &who, "nightly").await.unwrap();
    for gone in [
        delete(&fleet.fleet, &who, "nightly").await,
        pause(&fleet.fleet, &who, "nightly", None).await.map(drop),
        run_now(&fleet.fleet, &who, "nightly").await.map(drop),
    ] {
        assert!(matches!(gone, Err(Refusal::Schedule(ScheduleRefusal::NotFound(_)))), "{gone:?}");
    }
    let log = audit::list(&fleet.fleet.store, None, None, 100).await.unwrap();
    let mut actions: Vec<&str> = log.iter().map(|record| record.action.as_str()).collect();
    actions.reverse();
    assert_eq!(
        actions,
        [
            "create_schedule",
            "update_schedule",
            "update_schedule",
            "pause_schedule",
            "pause_schedule",
            "resume_schedule",
            "delete_schedule",
        ]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pause_that_is_over_makes_nothing_due_of_what_came_in_it() {
    let fleet = TestFleet::new().await;
    hourly(&fleet, Missed::Once).await;
    run(
        &fleet,
        "update schedule set since = clock_timestamp() - interval '5 hours',
           paused_at = clock_timestamp() - interval '4 hours',
           paused_until = clock_timestamp() - interval '10 minutes'",
    )
    .await;
    assert_eq!(look(&fleet.fleet).await.unwrap().len(), 0);
    run(&fleet, "update schedule set paused_until = clock_timestamp() - interval '90 minutes'")
        .await;
    assert_eq!(look(&fleet.fleet).await.unwrap().remove(0).slots.len(), 1);
    resume(&fleet.fleet, &Requester::system(), "often").await.unwrap();
    assert_eq!(look(&fleet.fleet).await.unwrap().remove(0).slots.len(), 1, "it was over before");
}

#[tokio::test(flavor = "multi_thread")]
async fn settings_are_written_at_each_start_and_outrank_requests() {
    let fleet = TestFleet::new().await;
    let who = Requester::system();
    let settings = |zone: &str| Schedules([("nightly".to_owned(), nightly(zone, true))].into());
    create(&fleet.fleet, &who, "mine", &nightly("UTC", true)).await.unwrap();
    // two servers start at once
    let starts = [another_server(&fleet), another_server(&fleet)].map(|server| {
        let settings = settings("UTC");
        tokio::spawn(async move { install(&server, &settings).await })
    });
    for start in starts {
        start.await.unwrap().unwrap();
    }
    let read = async || {
        let all = tenantry_store::schedules::all(&fleet.fleet.store).await.unwrap();
        all.into_iter()
            .map(|row| (row.name.clone(), row))
            .collect::<std::collections::HashMap<_, _>>()
    };
    let first = read().await.remove("nightly").unwrap();
    assert!(first.configured && first.revision == 1);
    let refused = update(&fleet.fleet, &who, "nightly", &ScheduleChange::default()).await;
    assert!(
        matches!(refused, Err(Refusal::Schedule(ScheduleRefusal::Configured(_)))),
        "{refused:?}"
    );
    assert!(matches!(
        delete(&fleet.fleet, &who, "nightly").await,
        Err(Refusal::Schedule(ScheduleRefusal::Configured(_)))
    ));
    // a restart neither begins anew nor ends a pause
    pause(&fleet.fleet, &who, "nightly", None).await.unwrap();
    install(&fleet.fleet, &settings("UTC")).await.unwrap();
    let second = read().await.remove("nightly").unwrap();
    assert!(second.since == first.since && !second.is_on());
    install(&fleet.fleet, &settings("Europe/Berlin")).await.unwrap();
    let third = read().await.remove("nightly").unwrap();
    assert!(third.since > first.since && !third.is_on());
    // gone from the settings: deleted; the one that was made by request stays
    install(&fleet.fleet, &Schedules::default()).await.unwrap();
    assert_eq!(read().await.into_keys().collect::<Vec<_>>(), ["mine"]);
    // and one of its name takes it over
    let taken = Schedules([("mine".to_owned(), nightly("UTC", false))].into());
    install(&fleet.fleet, &taken).await.unwrap();
    let mine = read().await.remove("mine").unwrap();
    assert!(mine.configured && !mine.is_on());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_schedule_that_is_made_anew_fires_no_slot_again() {
    let fleet = TestFleet::new().await;
    hourly(&fleet, Missed::Once).await;
    downtime(&fleet, 2).await;
    fire_due_with(&fleet.fleet, work).await.unwrap();
    delete(&fleet.fleet, &Requester::system(), "often").await.unwrap();
    hourly(&fleet, Missed::Once).await;
    downtime(&fleet, 2).await;
    fire_due_with(&fleet.fleet, work).await.unwrap();
    assert_eq!(queued(&fleet).await.len(), 1);
    assert_eq!(schedules::look(&fleet.fleet).await.unwrap().len(), 0);
}

async fn found(fleet: &TestFleet) -> Vec<(String, String)> {
    watch_schedules(&fleet.fleet).await.unwrap();
    let open = findings::open(&fleet.fleet.store).await.unwrap();
    open.into_iter().map(|finding| (finding.kind, finding.detail)).collect()
}

async fn kinds(fleet: &TestFleet) -> Vec<String> {
    found(fleet).await.into_iter().map(|(kind, _)| kind).collect()
}

const OLD_INSTITUTION: &str = "
    insert into tenant_schema (id, name, display_name, state, created_at)
    values ('00000000-0000-0000-0000-000000000001', 'old', 'Old', 'active', clock_timestamp() - interval '9 days')";

#[tokio::test(flavor = "multi_thread")]
async fn case_31_a_schedule_that_does_not_fire_is_told_of() {
    let fleet = TestFleet::new().await;
    hourly(&fleet, Missed::Once).await;
    assert_eq!(kinds(&fleet).await, [""; 0], "it was only just made");
    downtime(&fleet, 30).await;
    let (kind, detail) = found(&fleet).await.remove(0);
    assert_eq!(kind, "schedule_silent");
    assert!(
        detail.contains("schedule often should have fired by") && detail.contains("never fired")
    );
    // that it was looked at, and nothing begun, is no firing
    run(
        &fleet,
        "insert into schedule_slot (schedule, slot, outcome)
         values ('often', clock_timestamp() - interval '5 minutes', 'skipped')",
    )
    .await;
    assert_eq!(kinds(&fleet).await, ["schedule_silent"]);
    run(&fleet, "update schedule_slot set outcome = 'fired'").await;
    assert_eq!(kinds(&fleet).await, [""; 0], "it lives");
    run(&fleet, "update schedule_slot set slot = clock_timestamp() - interval '3 hours'").await;
    assert!(found(&fleet).await.remove(0).1.contains("last fired for"));
    // settings that a newer binary wrote
    run(
        &fleet,
        "update schedule set settings = jsonb_set(settings, '{timeZone}', '\"Mars/Base\"')",
    )
    .await;
    assert_eq!(kinds(&fleet).await, ["schedule_unusable"]);
    assert_eq!(look(&fleet.fleet).await.unwrap().len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn case_31_a_schedule_that_was_switched_off_is_told_of_while_backups_are_missing() {
    let fleet = TestFleet::new().await;
    hourly(&fleet, Missed::Once).await;
    let who = Requester::system();
    pause(&fleet.fleet, &who, "often", None).await.unwrap();
    run(&fleet, OLD_INSTITUTION).await;
    assert_eq!(kinds(&fleet).await, [""; 0], "it is at rest");
    run(&fleet, "update schedule set paused_at = clock_timestamp() - interval '2 hours'").await;
    let (kind, detail) = found(&fleet).await.remove(0);
    assert_eq!(kind, "schedule_off");
    assert!(detail.contains("one institution has no backup younger than 26 hours"), "{detail}");
    crate::retention::insert_backup(&fleet, 1, 0).await;
    run(&fleet, "update backup set taken_at = clock_timestamp() - interval '20 hours'").await;
    assert_eq!(kinds(&fleet).await, [""; 0], "somebody made one by hand");
    run(&fleet, "update backup set taken_at = clock_timestamp() - interval '30 hours'").await;
    assert_eq!(kinds(&fleet).await, ["schedule_off"]);
    // deleted altogether: what it made is there to remember it by
    delete(&fleet.fleet, &who, "often").await.unwrap();
    assert_eq!(kinds(&fleet).await, ["schedule_missing"]);
    run(&fleet, "update backup set reason = 'manual'").await;
    assert_eq!(kinds(&fleet).await, [""; 0], "there never was one");
}
