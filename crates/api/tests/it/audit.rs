//! `GET /api/admin/audit`, and the log behind it.

use reqwest::Method;
use serde_json::{Value, json};
use sqlx::Executor as _;
use tenantry_domain::access::Role;
use tenantry_domain::problem::Code;

use crate::server::{TestServer, succeeded};

async fn log(server: &TestServer, query: &str) -> Value {
    server.call_as(Role::Admin, Method::GET, &format!("/audit{query}")).send().await.is(200)
}

#[tokio::test]
async fn every_accepted_change_is_one_row() {
    let server = TestServer::start().await;
    let mut wanted = Vec::new();
    let mut number = 0;
    let mut id = || {
        number += 1;
        format!("request-{number}")
    };
    let mut sent = async |call: crate::call::Call, action: &'static str| -> Value {
        let id = id();
        let answer = call.header("x-request-id", &id).waiting().send().await;
        assert!((200..300).contains(&answer.status), "{}", answer.text);
        assert_ne!(answer.body["state"], "failed", "{}", answer.text);
        wanted.push((id, action));
        answer.body
    };
    let admin = |method, path: &str| server.call_as(Role::Admin, method, path);
    let action = |action: &str| {
        let body = json!({ "action": action });
        admin(Method::PATCH, "/schemas/oakwood").json(body)
    };
    let (post, patch, delete) = (Method::POST, Method::PATCH, Method::DELETE);
    let confirm = json!({ "confirm": "oakwood" });
    sent(admin(post.clone(), "/schemas").json(json!({ "name": "oakwood" })), "create_schema").await;
    let named = json!({ "displayName": "x" });
    sent(admin(patch.clone(), "/schemas/oakwood").json(named), "update_schema").await;
    sent(action("suspend"), "suspend_schema").await;
    sent(action("resume"), "resume_schema").await;
    sent(admin(delete.clone(), "/schemas/oakwood").json(confirm.clone()), "drop_schema").await;
    sent(action("undrop"), "undrop_schema").await;
    sent(admin(delete.clone(), "/schemas/oakwood").json(confirm), "drop_schema").await;
    let purge = json!({ "action": "purge", "confirm": "oakwood" });
    sent(admin(patch, "/schemas/oakwood").json(purge), "purge_schema").await;
    let files = json!([{ "path": "1.sql", "text": "create table a (b int);" }]);
    let template = json!({ "name": "small", "files": files });
    sent(admin(post.clone(), "/templates").json(template), "create_template").await;
    let token = json!({ "name": "ci", "role": "viewer" });
    let token = sent(admin(post.clone(), "/tokens").json(token), "create_token").await;
    let path = format!("/tokens/{}", token["token"]["id"].as_str().unwrap());
    sent(admin(delete, &path), "revoke_token").await;
    server.rest().await;
    let queued = sent(
        admin(post.clone(), "/schemas").json(json!({ "name": "birch" })).header("prefer", "wait=0"),
        "create_schema",
    )
    .await;
    let path = format!("/operations/{}/cancel", queued["id"].as_str().unwrap());
    sent(admin(post, &path), "cancel_operation").await;

    let rows = log(&server, "?limit=500").await["items"].as_array().unwrap().clone();
    for (id, action) in wanted {
        let of_it: Vec<_> = rows.iter().filter(|row| row["requestId"] == json!(id)).collect();
        assert_eq!(of_it.len(), 1, "{action}");
        assert_eq!(of_it[0]["action"], action);
        assert_eq!(of_it[0]["actor"], "admin");
        assert_eq!(of_it[0]["source"], "http");
        assert_eq!(of_it[0]["address"], "127.0.0.1");
        let over = ["update_schema", "create_token", "revoke_token"].contains(&action);
        assert_eq!(of_it[0]["outcome"], if over { "succeeded" } else { "accepted" });
    }
    let secret = token["secret"].as_str().unwrap();
    assert!(!json!(rows).to_string().contains(secret));
    server.finish().await;
}

#[tokio::test]
async fn what_was_refused_leaves_no_row() {
    let server = TestServer::start().await;
    server.create("oakwood").await;
    let before = log(&server, "").await;
    server.post("/schemas", json!({ "name": "oakwood" })).send().await.is(409);
    server.post("/schemas", json!({ "name": "Oak" })).send().await.is(422);
    server.patch("/schemas/oakwood", json!({ "action": "resume" })).send().await.is(409);
    server.delete("/schemas/oakwood", json!({ "confirm": "x" })).send().await.is(422);
    server.post("/tokens", json!({ "name": "x", "role": "admin" })).send().await.is(403);
    assert_eq!(log(&server, "").await, before);
    server.finish().await;
}

#[tokio::test]
async fn rows_are_listed_by_schema_and_page() {
    let server = TestServer::start().await;
    for name in ["oakwood", "elm_park"] {
        server.create(name).await;
        succeeded(server.act(name, "suspend").await);
    }
    let all = log(&server, "").await;
    assert_eq!(all["items"].as_array().unwrap().len(), 8, "asked for and over, each of four");
    assert_eq!(all["nextCursor"], json!(null));
    let of_one = log(&server, "?schema=elm_park").await;
    assert_eq!(of_one["items"].as_array().unwrap().len(), 4);
    let mut seen = Vec::new();
    let mut query = "?limit=3".to_owned();
    loop {
        let page = log(&server, &query).await;
        seen.extend(page["items"].as_array().unwrap().clone());
        match page["nextCursor"].as_str() {
            Some(cursor) => query = format!("?limit=3&cursor={cursor}"),
            None => break,
        }
    }
    assert_eq!(json!(seen), all["items"]);
    for query in ["limit=0", "limit=501", "cursor=x", "cursor=", "schema=%00", "actor=me"] {
        let call = server.call_as(Role::Admin, Method::GET, &format!("/audit?{query}"));
        call.send().await.refused(400, Code::InvalidRequest);
    }
    server.finish().await;
}

#[tokio::test]
async fn rows_stay_as_they_were_written() {
    let server = TestServer::start().await;
    server.create("oakwood").await;
    let before = log(&server, "").await;
    let mut control = server.control().await;
    // not even the role that owns the table, nor a superuser by accident
    for role in ["set session authorization tenantry_control", "reset session authorization"] {
        control.execute(role).await.unwrap();
        for statement in [
            "update audit set actor = 'nobody'",
            "update audit set outcome = outcome where false or id > 0",
            "delete from audit where id > 0",
            "truncate audit",
            "truncate audit cascade",
        ] {
            let error = control.execute(statement).await.unwrap_err();
            let error = error.as_database_error().unwrap();
            assert_eq!(error.code().as_deref(), Some("42501"), "{statement}: {error}");
            assert!(error.message().contains("append-only"), "{statement}: {error}");
        }
    }
    assert_eq!(log(&server, "").await, before);
    server.finish().await;
}
