//! `GET /api/admin/events`

use std::time::Duration;

use reqwest::Method;
use serde_json::json;
use sqlx::Executor as _;
use tenantry_domain::access::Role;
use tenantry_domain::problem::Code;
use tokio::time::{Instant, timeout};

use crate::call::{Call, Event};
use crate::server::{TestServer, succeeded, until};

fn stream(server: &TestServer) -> Call {
    server.call_as(Role::Viewer, Method::GET, "/events")
}

fn finished(event: &Event, schema: &str) -> bool {
    event.kind == "operation.finished" && event.data["data"]["schema"] == schema
}

#[tokio::test]
async fn a_stream_tells_what_happens_from_now_on() {
    let server = TestServer::start().await;
    server.create("earlier").await;
    // all that happened before is numbered
    stream(&server)
        .header("last-event-id", "0")
        .stream()
        .await
        .through(|e| finished(e, "earlier"))
        .await;
    let mut events = stream(&server).stream().await;
    let schema = server.create("oakwood").await;
    let told = events.through(|event| finished(event, "oakwood")).await;
    let kinds: Vec<_> = told.iter().map(|event| event.kind.as_str()).collect();
    assert_eq!(kinds[0], "schema.changed", "{told:#?}");
    assert!(kinds.contains(&"operation.queued"));
    assert!(told.iter().all(|event| event.data["schemaId"] == schema["id"]), "{told:#?}");
    assert!(told.is_sorted_by(|a, b| a.id < b.id));
    // a step that is not the last one is told by itself, the last one by the end
    succeeded(server.act("oakwood", "suspend").await);
    let told = events.through(|event| finished(event, "oakwood")).await;
    let progress: Vec<_> = told.iter().filter(|e| e.kind == "operation.progressed").collect();
    assert_eq!(progress.len(), 1, "{told:#?}");
    assert_eq!(progress[0].data["data"]["currentStep"], "end sessions");
    drop(events);
    server.finish().await;
}

#[tokio::test]
async fn who_comes_back_gets_exactly_what_was_missed() {
    let server = TestServer::start().await;
    let mut first = stream(&server).header("last-event-id", "0").stream().await;
    server.create("oakwood").await;
    let seen = first.through(|event| finished(event, "oakwood")).await;
    drop(first);
    for name in ["elm_park", "birch", "willow"] {
        server.create(name).await;
    }
    let whole = stream(&server).header("last-event-id", "0").stream().await;
    let whole = { whole }.through(|event| finished(event, "willow")).await;
    assert_eq!(whole[..seen.len()], seen[..]);
    for (at, event) in whole.iter().enumerate().take(whole.len() - 1) {
        let id = event.id.to_string();
        let mut again = stream(&server).header("last-event-id", &id).stream().await;
        let missed = again.through(|event| finished(event, "willow")).await;
        assert_eq!(missed, whole[at + 1..], "after {id}");
    }
    // a browser that cannot send the header says it in the query
    let path = format!("/events?after={}", seen.last().unwrap().id);
    let mut again = server.call_as(Role::Viewer, Method::GET, &path).stream().await;
    let missed = again.through(|event| finished(event, "willow")).await;
    assert_eq!(missed, whole[seen.len()..]);
    drop(again);
    server.finish().await;
}

#[tokio::test]
async fn what_is_no_longer_kept_is_a_reset() {
    let server = TestServer::start().await;
    server.create("oakwood").await;
    let all = stream(&server).header("last-event-id", "0").stream().await;
    let all = { all }.through(|event| finished(event, "oakwood")).await;
    let mut control = server.control().await;
    let highest: i64 = until(async || {
        sqlx::query_scalar("select max(seq) from event having bool_and(seq is not null)")
            .fetch_optional(&mut server.control().await)
            .await
            .unwrap()
    })
    .await;
    sqlx::query("delete from event where seq <= $1")
        .bind(all[1].id)
        .execute(&mut control)
        .await
        .unwrap();
    for id in ["0".to_owned(), (highest + 1).to_string(), i64::MAX.to_string()] {
        let mut events = stream(&server).header("last-event-id", &id).stream().await;
        let reset = events.next().await.unwrap();
        assert_eq!((reset.kind.as_str(), reset.id), ("reset", highest), "after {id}");
        assert_eq!(reset.data["data"], json!({}), "it has the form of any event");
    }
    // nothing that is gone was missed
    let id = all[1].id.to_string();
    let mut events = stream(&server).header("last-event-id", &id).stream().await;
    assert_eq!(events.next().await.unwrap(), all[2]);
    drop(events);
    for id in ["x", "-1", "1.5", "99999999999999999999"] {
        let answer = stream(&server).header("last-event-id", id).send().await;
        answer.refused(400, Code::InvalidRequest);
    }
    for query in ["after=-1", "after=x", "since=1"] {
        let path = format!("/events?{query}");
        let answer = server.call_as(Role::Viewer, Method::GET, &path).send().await;
        answer.refused(400, Code::InvalidRequest);
    }
    server.finish().await;
}

/// The promise is 5 s; a slow machine gets some more.
const CLOSED: Duration = Duration::from_secs(15);

#[tokio::test]
async fn case_38_a_stream_ends_when_its_token_does() {
    let server = TestServer::start().await;
    let mut control = server.control().await;
    for (name, end) in [
        ("revoked", "update token set revoked_at = clock_timestamp() where name = 'revoked'"),
        ("expired", "update token set expires_at = clock_timestamp() where name = 'expired'"),
        ("lowered", "update token set role = 'viewer' where name = 'lowered'"),
    ] {
        let token = server.issue(name, Role::Operator).await;
        let call = server.call(Method::GET, "/api/admin/events").token(&token);
        let mut events = call.stream().await;
        control.execute(end).await.unwrap();
        let over = async { while events.next().await.is_some() {} };
        timeout(CLOSED, over).await.unwrap_or_else(|_| panic!("{name}: the stream stays open"));
    }
    server.finish().await;
}

/// A stream that always has something to send looks after its token all the same.
#[tokio::test]
async fn case_38_a_busy_stream_ends_too() {
    let server = TestServer::start().await;
    let token = server.issue("busy", Role::Viewer).await;
    let mut events = server.call(Method::GET, "/api/admin/events").token(&token).stream().await;
    let mut control = server.control().await;
    control
        .execute("update token set revoked_at = clock_timestamp() where name = 'busy'")
        .await
        .unwrap();
    let revoked = Instant::now();
    let mut noisy = server.control().await;
    let noise = async {
        loop {
            let many = "insert into event (type, data)
                        select 'schema.changed', '{}' from generate_series(1, 2000)";
            noisy.execute(many).await.unwrap();
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    let over = async { while events.next().await.is_some() {} };
    tokio::select! {
        () = noise => unreachable!("noise never ends"),
        () = over => {}
        () = tokio::time::sleep_until(revoked + CLOSED) => panic!("the stream stays open"),
    }
    server.finish().await;
}

#[tokio::test]
async fn case_38_what_a_revoked_token_asked_for_does_not_start() {
    let server = TestServer::idle().await;
    let mut control = server.control().await;
    for (name, end) in [
        ("revoked", "update token set revoked_at = clock_timestamp() where name = 'revoked'"),
        ("expired", "update token set expires_at = clock_timestamp() where name = 'expired'"),
        ("lowered", "update token set role = 'viewer' where name = 'lowered'"),
    ] {
        let token = server.issue(name, Role::Operator).await;
        let call = server.call(Method::POST, "/api/admin/schemas").token(&token);
        let asked = call.json(json!({ "name": name })).send().await.is(202);
        control.execute(end).await.unwrap();
        server.put_to_work(Default::default()).await;
        let ended = server.ended(&asked["id"]).await;
        server.rest().await;
        assert_eq!(ended["state"], "failed");
        assert_eq!(ended["error"]["code"], "forbidden");
        assert_eq!(server.schema(name).await["state"], "failed");
        let left: i64 = sqlx::query_scalar(
            "select (select count(*) from tenantry.schema_marker) +
                    (select count(*) from pg_namespace where nspname like 'inst\\_%')",
        )
        .fetch_one(&mut server.managed().await)
        .await
        .unwrap();
        assert_eq!(left, 0);
    }
    server.put_to_work(Default::default()).await;
    succeeded(server.act("revoked", "drop").await);
    server.finish().await;
}
