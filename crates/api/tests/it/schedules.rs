//! `/api/admin/schedules`, and when an institution is backed up next.

use jiff::{SignedDuration, Timestamp};
use reqwest::Method;
use serde_json::{Value, json};
use sqlx::Executor as _;
use tenantry_domain::access::Role;
use tenantry_domain::clock;
use tenantry_domain::problem::Code;
use tenantry_domain::schedule::{Definition, ScheduleKind, ScheduleSettings, Schedules};
use tenantry_ops::schedules::{install, watch_schedules};

use crate::call::Call;
use crate::server::{TestServer, succeeded, until};

fn admin(server: &TestServer, method: Method, path: &str) -> Call {
    server.call_as(Role::Admin, method, path)
}

/// One that is due at a time that no test meets.
fn nightly() -> Value {
    json!({ "name": "nightly", "kind": "backup", "settings": { "cron": "0 2 29 2 *" } })
}

async fn make(server: &TestServer, schedule: Value) -> Value {
    admin(server, Method::POST, "/schedules").json(schedule).send().await.is(201)
}

fn at(value: &Value) -> Timestamp {
    value.as_str().unwrap().parse().unwrap()
}

#[tokio::test]
async fn a_schedule_is_made_changed_paused_and_deleted() {
    let server = TestServer::start().await;
    assert_eq!(server.get("/schedules").await.is(200), json!({ "items": [], "total": 0 }));
    let new = json!({
        "name": "nightly", "kind": "backup",
        "settings": {
            "cron": "0 2 * * *", "timeZone": "Asia/Kolkata", "missed": "within", "withinSeconds": 7200,
            "jitterSeconds": 1800, "notAfter": "06:00", "atOnce": 4, "perMinute": 60,
        },
    });
    let made = make(&server, new.clone()).await;
    assert_eq!(made["settings"], new["settings"]);
    assert_eq!(
        (&made["configured"], &made["enabled"], &made["silent"]),
        (&json!(false), &json!(true), &json!(false))
    );
    let next = at(&made["next"]["at"]);
    let local = made["next"]["local"].as_str().unwrap();
    assert!(local.ends_with("T02:00:00+05:30[Asia/Kolkata]"), "{local}");
    assert_eq!(next.strftime("%H:%M").to_string(), "20:30");

    let path = "/schedules/nightly";
    let change =
        json!({ "settings": { "cron": "30 3 * * *", "notAfter": null, "missed": "once" } });
    let changed = admin(&server, Method::PATCH, path).json(change).send().await.is(200);
    let settings = &changed["settings"];
    assert_eq!(
        (&settings["cron"], &settings["notAfter"], &settings["missed"], &settings["withinSeconds"]),
        (&json!("30 3 * * *"), &json!(null), &json!("once"), &json!(null))
    );
    assert_eq!(settings["jitterSeconds"], 1800, "what is left out stays");
    let off = json!({ "enabled": false });
    let off = admin(&server, Method::PATCH, path).json(off).send().await.is(200);
    assert_eq!((&off["enabled"], &off["next"]), (&json!(false), &json!(null)));
    let on = json!({ "enabled": true });
    admin(&server, Method::PATCH, path).json(on).send().await.is(200);

    let paused = server.post(&format!("{path}/pause"), json!({})).send().await.is(200);
    assert!(paused["pausedAt"].is_string() && paused["pausedUntil"].is_null());
    assert!(paused["next"].is_null());
    let end = clock::now() + SignedDuration::from_hours(24 * 10);
    let body = json!({ "until": end });
    let paused = server.post(&format!("{path}/pause"), body).send().await.is(200);
    assert_eq!(at(&paused["pausedUntil"]).as_second(), end.as_second());
    assert!(at(&paused["next"]["at"]) > end);
    let resume = server.call_as(Role::Operator, Method::POST, &format!("{path}/resume"));
    let resumed = resume.send().await.is(200);
    assert!(resumed["pausedAt"].is_null() && resumed["next"].is_object());
    assert_eq!(server.get(path).await.is(200), resumed);
    assert_eq!(server.get("/schedules").await.is(200)["items"], json!([resumed]));

    let deleted = admin(&server, Method::DELETE, path).send().await.is(200);
    assert_eq!(deleted, json!({ "deleted": "nightly" }));
    server.get(path).await.refused(404, Code::ScheduleNotFound);
    server.finish().await;
}

#[tokio::test]
async fn what_cannot_be_meant_is_refused() {
    let server = TestServer::start().await;
    make(&server, nightly()).await;
    let again = admin(&server, Method::POST, "/schedules").json(nightly());
    again.send().await.refused(409, Code::ScheduleExists);
    let with = |settings: Value| json!({ "name": "x", "kind": "prune", "settings": settings });
    for (body, named) in [
        (json!({ "name": "X", "kind": "prune", "settings": { "cron": "0 2 * * *" } }), "`X`"),
        (with(json!({ "cron": "0 2 * *" })), "cron: `0 2 * *` has 4 fields"),
        (with(json!({ "cron": "0 0 30 2 *" })), "never comes"),
        (with(json!({ "cron": "0 2 * * \u{0}" })), "cron:"),
        (with(json!({ "cron": "1,".repeat(200) })), "cron: at most 200"),
        (with(json!({ "cron": "0 2 * * *", "timeZone": "Mars/Base" })), "time_zone: `Mars/Base`"),
        (with(json!({ "cron": "0 2 * * *", "missed": "within" })), "missed:"),
        (with(json!({ "cron": "0 2 * * *", "withinSeconds": 60 })), "missed:"),
        (with(json!({ "cron": "0 2 * * *", "missed": "within", "withinSeconds": 59 })), "missed:"),
        (with(json!({ "cron": "0 * * * *", "jitterSeconds": 3600 })), "jitter:"),
        (with(json!({ "cron": "0 2 * * *", "notAfter": "6 am" })), "not_after:"),
        (with(json!({ "cron": "0 2 * * *", "notAfter": "24:00" })), "not_after:"),
        (with(json!({ "cron": "0 2 * * *", "atOnce": 0 })), "at_once:"),
        (with(json!({ "cron": "0 2 * * *", "perMinute": 100_001 })), "per_minute:"),
    ] {
        let call = admin(&server, Method::POST, "/schedules").json(body);
        let refused = call.send().await.refused(422, Code::ScheduleRefused);
        assert!(refused["detail"].as_str().unwrap().contains(named), "{refused:#}");
    }
    for body in [
        json!({ "name": "x", "kind": "copy", "settings": { "cron": "0 2 * * *" } }),
        json!({ "name": "x", "kind": "prune", "settings": { "corn": "0 2 * * *" } }),
        json!({ "name": "x", "kind": "prune" }),
    ] {
        let call = admin(&server, Method::POST, "/schedules").json(body);
        call.send().await.refused(400, Code::InvalidRequest);
    }
    let path = "/schedules/nightly";
    for (body, status, code) in [
        (json!({}), 400, Code::InvalidRequest),
        (json!({ "settings": {} }), 400, Code::InvalidRequest),
        (json!({ "kind": "prune" }), 400, Code::InvalidRequest),
        (json!({ "settings": { "cron": "x" } }), 422, Code::ScheduleRefused),
        (json!({ "settings": { "withinSeconds": 60 } }), 422, Code::ScheduleRefused),
    ] {
        admin(&server, Method::PATCH, path).json(body).send().await.refused(status, code);
    }
    let past = json!({ "until": "2020-01-01T00:00:00Z" });
    let pause = server.post(&format!("{path}/pause"), past).send().await;
    pause.refused(422, Code::ScheduleRefused);
    for name in ["other", "X%00", "%C3%A4"] {
        let path = format!("/schedules/{name}");
        let on = json!({ "enabled": true });
        let calls = [
            admin(&server, Method::GET, &path),
            admin(&server, Method::PATCH, &path).json(on),
            admin(&server, Method::DELETE, &path),
            admin(&server, Method::POST, &format!("{path}/pause")).json(json!({})),
            admin(&server, Method::POST, &format!("{path}/resume")),
            admin(&server, Method::POST, &format!("{path}/run")),
            admin(&server, Method::GET, &format!("{path}/slots")),
        ];
        for call in calls {
            call.send().await.refused(404, Code::ScheduleNotFound);
        }
    }
    server.get("/schedules/nightly/slots?limit=0").await.refused(400, Code::InvalidRequest);
    assert_eq!(server.get("/schedules").await.is(200)["total"], 1, "nothing is half-made");
    server.finish().await;
}

#[tokio::test]
async fn one_of_the_settings_is_paused_and_run_here_and_changed_there() {
    let server = TestServer::start().await;
    let definition = Definition {
        kind: ScheduleKind::Prune,
        settings: ScheduleSettings::of("0 2 29 2 *"),
        enabled: true,
    };
    let settings = Schedules([("tidy".to_owned(), definition)].into());
    install(&server.fleet, &settings).await.unwrap();
    let path = "/schedules/tidy";
    assert_eq!(server.get(path).await.is(200)["configured"], true);
    let change = admin(&server, Method::PATCH, path).json(json!({ "enabled": false }));
    change.send().await.refused(409, Code::ScheduleConfigured);
    let delete = admin(&server, Method::DELETE, path);
    delete.send().await.refused(409, Code::ScheduleConfigured);
    server.post(&format!("{path}/pause"), json!({})).send().await.is(200);
    // paused or not, somebody may want it done now
    let run = server.call_as(Role::Operator, Method::POST, &format!("{path}/run")).waiting();
    let operation = run.send().await.is(200);
    assert_eq!(
        (&operation["kind"], &operation["state"]),
        (&json!("prune_backups"), &json!("succeeded"))
    );
    server.finish().await;
}

#[tokio::test]
async fn the_same_request_again_does_nothing_more() {
    let server = TestServer::start().await;
    let create = |schedule| admin(&server, Method::POST, "/schedules").json(schedule).key("k1");
    let made = create(nightly()).send().await.is(201);
    assert_eq!(create(nightly()).send().await.is(201), made);
    let mut other = nightly();
    other["kind"] = json!("prune");
    create(other).send().await.refused(422, Code::IdempotencyMismatch);
    let run = || {
        let path = "/schedules/nightly/run";
        server.call_as(Role::Operator, Method::POST, path).key("k2").waiting()
    };
    let first = run().send().await.is(200);
    assert_eq!(run().send().await.is(200)["id"], first["id"]);
    let delete = || admin(&server, Method::DELETE, "/schedules/nightly").key("k3");
    let deleted = delete().send().await.is(200);
    assert_eq!(delete().send().await.is(200), deleted);
    server.finish().await;
}

#[tokio::test]
async fn slots_tell_what_became_of_them_and_a_silent_schedule_says_so() {
    let server = TestServer::start().await;
    let settings = json!({ "cron": "0 * * * *", "missed": "skip" });
    make(&server, json!({ "name": "often", "kind": "backup", "settings": settings })).await;
    assert_eq!(server.get("/schedules/often/slots").await.is(200), json!({ "items": [] }));
    let mut control = server.control().await;
    // as if there had been no server for a while; what is on time at this moment may be fired as well
    control
        .execute("update schedule set since = clock_timestamp() - interval '5 hours'")
        .await
        .unwrap();
    let look = async || {
        let slots = server.get("/schedules/often/slots?limit=500").await.is(200);
        let slots = slots["items"].as_array().unwrap().iter();
        let missed: Vec<Value> =
            slots.filter(|slot| slot["outcome"] == "missed").cloned().collect();
        (missed.len() >= 4).then_some(missed)
    };
    let missed = until(look).await;
    assert!(missed[0]["operation"].is_null());
    assert_eq!(missed[0]["detail"], "no server was there in time");
    assert!(at(&missed[0]["slot"]) > at(&missed[1]["slot"]), "the newest first");
    let one = server.get("/schedules/often/slots?limit=1").await.is(200);
    assert_eq!(one["items"].as_array().unwrap().len(), 1);
    control.execute("delete from schedule_slot where outcome = 'fired'").await.unwrap();
    watch_schedules(&server.fleet).await.unwrap();
    let silent = server.get("/schedules/often").await.is(200);
    assert_eq!(silent["silent"], true, "{silent:#}");
    assert!(silent["finding"].as_str().unwrap().contains("never fired"), "{silent:#}");
    assert_eq!(server.get("/schedules").await.is(200)["items"], json!([silent]));
    let run = server.call_as(Role::Operator, Method::POST, "/schedules/often/run").waiting();
    let operation = run.send().await.is(200);
    // nothing of a slot: it stays silent until one is begun
    control
        .execute(
            "insert into schedule_slot (schedule, slot, outcome)
             values ('often', date_trunc('hour', clock_timestamp()) + interval '1 microsecond', 'fired')",
        )
        .await
        .unwrap();
    sqlx::query("update schedule_slot set operation_id = $1::uuid where outcome = 'fired'")
        .bind(operation["id"].as_str())
        .execute(&mut control)
        .await
        .unwrap();
    watch_schedules(&server.fleet).await.unwrap();
    let lively = server.get("/schedules/often").await.is(200);
    assert_eq!((&lively["silent"], &lively["finding"]), (&json!(false), &json!(null)));
    assert_eq!(lively["lastOperation"], operation["id"]);
    assert!(lively["lastFired"].is_string());
    server.finish().await;
}

#[tokio::test]
async fn an_institution_shows_when_it_is_backed_up_next() {
    let server = TestServer::start().await;
    assert_eq!(server.create("oakwood").await["nextBackupAt"], json!(null));
    server.create("birch").await;
    let schedule = json!({
        "name": "nightly", "kind": "backup",
        "settings": { "cron": "0 2 29 2 *", "jitterSeconds": 7200 },
    });
    let slot = at(&make(&server, schedule).await["next"]["at"]);
    let oakwood = server.schema("oakwood").await["nextBackupAt"].clone();
    let turn = at(&oakwood);
    assert!(turn >= slot && turn < slot + SignedDuration::from_hours(2), "{slot} {turn}");
    let list = server.get("/schemas").await.is(200);
    let birch = at(&list["items"][0]["nextBackupAt"]);
    assert_ne!(birch, turn, "each at a moment of its own");
    assert_eq!(list["items"][1]["nextBackupAt"], oakwood);
    let renamed = server.patch("/schemas/oakwood", json!({ "displayName": "Oak" })).send().await;
    assert_eq!(renamed.is(200)["nextBackupAt"], oakwood);
    // schedules of another kind, and those that are off, do not count
    server.post("/schedules/nightly/pause", json!({})).send().await.is(200);
    make(&server, json!({ "name": "tidy", "kind": "prune", "settings": { "cron": "0 3 29 2 *" } }))
        .await;
    assert_eq!(server.schema("oakwood").await["nextBackupAt"], json!(null));
    server.call_as(Role::Operator, Method::POST, "/schedules/nightly/resume").send().await.is(200);
    succeeded(server.act("birch", "drop").await);
    assert_eq!(server.schema("birch").await["nextBackupAt"], json!(null), "it does not live");
    assert_eq!(server.schema("oakwood").await["nextBackupAt"], oakwood);
    server.finish().await;
}
