//! `POST /api/admin/schemas`

use reqwest::Method;
use serde_json::json;
use sqlx::Executor as _;
use tenantry_domain::access::Role;
use tenantry_domain::problem::Code;

use crate::server::{TestServer, succeeded};

#[tokio::test]
async fn an_institution_gets_what_its_template_has() {
    let server = TestServer::start().await;
    let body = json!({
        "name": "oakwood",
        "displayName": "Oakwood Primary School",
        "labels": { "region": "north" },
        "quotaBytes": 5_000_000,
    });
    let answer = server.post("/schemas", body).waiting().send().await;
    let location = answer.headers["location"].to_str().unwrap().to_owned();
    let operation = succeeded(answer);
    assert_eq!(location, format!("/api/admin/operations/{}", operation["id"].as_str().unwrap()));
    assert_eq!(operation["kind"], "create_schema");
    assert_eq!(operation["schema"], "oakwood");
    assert_eq!(operation["actor"], "operator");
    assert_eq!(
        operation["progress"],
        json!({
            "done": 1, "total": 1, "current": null, "unwinding": false
        })
    );
    assert_eq!(operation["steps"][0]["state"], "done");

    let schema = server.schema("oakwood").await;
    assert_eq!(schema["state"], "active");
    assert_eq!(schema["displayName"], "Oakwood Primary School");
    assert_eq!(schema["labels"], json!({ "region": "north" }));
    assert_eq!(
        schema["quota"],
        json!({ "bytes": 5_000_000, "source": "own", "level": "ok", "writesBlockedAt": null })
    );
    assert_eq!(schema["template"], "default");
    assert_eq!(schema["templateVersion"], 1);
    assert_eq!(schema["schemaName"], "inst_oakwood");
    assert_eq!(schema["activeOperation"], json!(null));
    let tables: Vec<String> = sqlx::query_scalar(
        "select tablename::text from pg_tables where schemaname = 'inst_oakwood' order by 1",
    )
    .fetch_all(&mut server.managed().await)
    .await
    .unwrap();
    assert_eq!(tables, ["marks", "pupils"]);
    server.finish().await;
}

#[tokio::test]
async fn without_prefer_the_answer_comes_at_once() {
    let server = TestServer::idle().await;
    let answer = server.post("/schemas", json!({ "name": "oakwood" })).send().await.is(202);
    assert_eq!(answer["state"], "queued");
    let call = server.post("/schemas", json!({ "name": "elm_park" }));
    let second = call.header("prefer", "wait=1").send().await.is(202);
    assert_eq!(second["state"], "queued");
    assert_eq!(server.schema("oakwood").await["state"], "provisioning");
    assert_eq!(server.schema("oakwood").await["activeOperation"], answer["id"]);
    server.put_to_work(Default::default()).await;
    assert_eq!(server.ended(&answer["id"]).await["state"], "succeeded");
    assert_eq!(server.ended(&second["id"]).await["state"], "succeeded");
    server.finish().await;
}

#[tokio::test]
async fn a_name_is_taken_while_its_schema_lives() {
    let server = TestServer::start().await;
    server.create("oakwood").await;
    let again = server.post("/schemas", json!({ "name": "oakwood" })).send().await;
    again.refused(409, Code::SchemaExists);
    succeeded(server.act("oakwood", "drop").await);
    server.create("oakwood").await;
    let all = server.get("/schemas?state=active,archived").await.is(200);
    assert_eq!(all["total"], 2);
    server.finish().await;
}

#[tokio::test]
async fn a_template_has_to_be_there() {
    let server = TestServer::start().await;
    for body in [
        json!({ "name": "oakwood", "template": "college" }),
        json!({ "name": "oakwood", "templateVersion": 2 }),
        json!({ "name": "oakwood", "templateVersion": -1 }),
        json!({ "name": "oakwood", "template": "\"; drop table template" }),
    ] {
        server.post("/schemas", body).send().await.refused(404, Code::TemplateNotFound);
    }
    assert_eq!(server.get("/schemas").await.is(200)["total"], 0);
    server.finish().await;
}

#[tokio::test]
async fn attributes_keep_to_their_bounds() {
    let server = TestServer::start().await;
    let many: serde_json::Map<_, _> = (0..51).map(|n| (format!("k{n}"), json!("v"))).collect();
    for (field, value) in [
        ("displayName", json!("   ")),
        ("displayName", json!("x".repeat(201))),
        ("displayName", json!("a\nb")),
        ("displayName", json!("a\0b")),
        ("quotaBytes", json!(-1)),
        ("quotaBytes", json!(9_223_372_036_854_775_808_u64)),
        ("quotaBytes", json!(1.5)),
        ("labels", json!(many)),
        ("labels", json!({ "": "empty key" })),
        ("labels", json!({ "a\0": "b" })),
        ("labels", json!({ "a": "\0" })),
        ("labels", json!({ "a": 1 })),
        ("template", json!("a\0")),
        ("templateVersion", json!(3_000_000_000_u32)),
    ] {
        let body = json!({ "name": "oakwood", field: value });
        server.post("/schemas", body).send().await.refused(400, Code::InvalidRequest);
    }
    assert_eq!(server.get("/schemas").await.is(200)["total"], 0);
    server.finish().await;
}

#[tokio::test]
async fn case_10_a_key_stands_for_one_request() {
    let server = TestServer::start().await;
    let create = |name: &str| server.post("/schemas", json!({ "name": name })).key("k1").waiting();
    let first = succeeded(create("oakwood").send().await);
    let second = succeeded(create("oakwood").send().await);
    assert_eq!(first["id"], second["id"]);
    create("elm_park").send().await.refused(422, Code::IdempotencyMismatch);
    // the same bytes for another path are another request
    let elsewhere = server.patch("/schemas/oakwood", json!({ "action": "suspend" })).key("k1");
    elsewhere.send().await.refused(422, Code::IdempotencyMismatch);
    // a key belongs to its token
    let other = server.call_as(Role::Admin, Method::POST, "/schemas");
    let other = other.json(json!({ "name": "elm_park" })).key("k1").waiting().send().await;
    assert_ne!(succeeded(other)["id"], first["id"]);
    // … and outlives what was asked for
    succeeded(server.act("oakwood", "drop").await);
    assert_eq!(succeeded(create("oakwood").send().await)["id"], first["id"]);
    assert_eq!(server.schema("oakwood").await["state"], "archived");
    for bad in ["", "with space", &"x".repeat(256)] {
        let call = server.post("/schemas", json!({ "name": "birch" })).key(bad);
        call.send().await.refused(400, Code::InvalidRequest);
    }
    server.finish().await;
}

#[tokio::test]
async fn case_10_fifty_at_once_are_one_operation() {
    let server = TestServer::start().await;
    let body = json!({ "name": "oakwood" });
    let calls = (0..50).map(|_| server.post("/schemas", body.clone()).key("same").send());
    let mut ids: Vec<String> = futures::future::join_all(calls)
        .await
        .into_iter()
        .map(|answer| {
            assert!([200, 202].contains(&answer.status), "{}", answer.text);
            answer.body["id"].as_str().unwrap().to_owned()
        })
        .collect();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 1);
    server.ended(&json!(ids[0])).await;

    // … and of another fifty, with a key each, one gets the name
    let calls = (0..50).map(|n| {
        server
            .post("/schemas", json!({ "name": "elm_park" }))
            .key(&format!("k{n}"))
            .waiting()
            .send()
    });
    let answers = futures::future::join_all(calls).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 1);
    assert_eq!(answers.iter().filter(|answer| answer.status == 409).count(), 49);
    assert_eq!(server.get("/operations").await.is(200)["total"], 2);

    // … and so with an action
    let calls = (0..50).map(|_| {
        server
            .patch("/schemas/oakwood", json!({ "action": "suspend" }))
            .key("once")
            .waiting()
            .send()
    });
    for answer in futures::future::join_all(calls).await {
        succeeded(answer);
    }
    assert_eq!(server.get("/operations").await.is(200)["total"], 3);
    server.finish().await;
}

#[tokio::test]
async fn case_32_unusable_names_are_refused_with_the_reason() {
    let server = TestServer::start().await;
    let long = "a".repeat(64);
    for (name, reason) in [
        ("\"; drop schema", "starts with a lower-case letter"),
        ("x\"; drop schema tenantry cascade; --", "character 2 is '\"'"),
        ("o'connor", "character 2"),
        ("oak\nwood", "character 4 is '\\n'"),
        ("oak\0wood", "character 4 is '\\0'"),
        ("oak\u{202e}wood", "character 4"),
        ("مدرسة", "starts with a lower-case letter"),
        (&long, "at most 39"),
        ("pg_x", "belong to PostgreSQL"),
        ("public", "reserved"),
        ("tenantry", "reserved"),
        ("Oakwood", "starts with a lower-case letter"),
        ("oakwooD", "character 7"),
        ("oakwood ", "character 8 is ' '"),
        ("oakwооd", "character 5"), // Cyrillic о
        ("oak-wood", "character 4"),
        ("a", "at least 2"),
        ("", "at least 2"),
    ] {
        let answer = server.post("/schemas", json!({ "name": name })).send().await;
        let detail = answer.refused(422, Code::InvalidName)["detail"].to_string();
        let said = serde_json::from_str::<String>(&detail).unwrap();
        assert!(said.contains(reason), "{name:?}: {said}");
    }
    assert_eq!(server.get("/schemas").await.is(200)["total"], 0);
    assert_eq!(server.get("/operations").await.is(200)["total"], 0);
    server.finish().await;
}

#[tokio::test]
async fn case_33_a_foreign_schema_is_neither_adopted_nor_touched() {
    let server = TestServer::start().await;
    let mut managed = server.managed().await;
    managed
        .execute(
            "create schema inst_oakwood; create table inst_oakwood.kept as select 42 as answer",
        )
        .await
        .unwrap();
    let call = server.post("/schemas", json!({ "name": "oakwood" })).waiting();
    let operation = call.send().await.is(200);
    assert_eq!(operation["state"], "failed");
    assert_eq!(operation["error"]["code"], "foreign_schema");
    assert!(operation["error"]["hint"].as_str().unwrap().contains("Rename"));
    let schema = server.schema("oakwood").await;
    assert_eq!(schema["state"], "failed");
    assert!(schema["failure"].as_str().unwrap().contains("inst_oakwood"));
    // striking the failed one off the lists leaves the foreign one alone as well
    succeeded(server.act("oakwood", "drop").await);
    assert_eq!(server.schema("oakwood").await["state"], "purged");
    let kept: i32 = sqlx::query_scalar("select answer from inst_oakwood.kept")
        .fetch_one(&mut managed)
        .await
        .unwrap();
    assert_eq!(kept, 42);
    managed.execute("drop schema inst_oakwood cascade").await.unwrap();
    // out of the way, it is no hindrance any more
    server.create("oakwood").await;
    server.finish().await;
}
