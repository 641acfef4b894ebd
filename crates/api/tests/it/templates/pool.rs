//! `GET` and `PATCH /api/admin/templates/{name}/pool`

use reqwest::Method;
use serde_json::{Value, json};
use tenantry_domain::access::Role;
use tenantry_domain::problem::Code;

use crate::call::Answer;
use crate::server::{TestServer, succeeded, until};

const POOL: &str = "/templates/default/pool";

async fn set(server: &TestServer, body: Value) -> Answer {
    server.call_as(Role::Admin, Method::PATCH, POOL).json(body).send().await
}

/// Waits until the pool has so many spares and no refill is pending.
async fn ready(server: &TestServer, wanted: i64) -> Value {
    until(async || {
        let pool = server.get(POOL).await.is(200);
        let ready: i64 = pool["ready"].as_array()?.iter().filter_map(|v| v["ready"].as_i64()).sum();
        (ready == wanted && pool["refill"].is_null()).then_some(pool)
    })
    .await
}

#[tokio::test]
async fn a_pool_is_filled_used_and_emptied_by_its_settings() {
    let server = TestServer::start().await;
    let before = server.get(POOL).await.is(200);
    assert_eq!(
        before,
        json!({ "template": "default", "version": 1, "spares": "plain", "floor": 0, "ceiling": 8,
                "rate": 4.0, "ready": [], "refill": null })
    );
    let set_up = set(&server, json!({ "floor": 1, "ceiling": 2, "rate": 50 })).await.is(200);
    assert_eq!((&set_up["floor"], &set_up["ceiling"]), (&json!(1), &json!(2)));
    let pool = ready(&server, 2).await;
    assert_eq!(pool["ready"], json!([{ "version": 1, "ready": 2, "broken": 0 }]));

    succeeded(server.post("/schemas", json!({ "name": "oakwood" })).waiting().send().await);
    ready(&server, 1).await;
    set(&server, json!({ "floor": 0, "ceiling": 0 })).await.is(200);
    ready(&server, 0).await;

    let audit = server.call_as(Role::Admin, Method::GET, "/audit").send().await.is(200);
    let changes: Vec<_> = audit["items"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|row| row["action"] == "update_pool")
        .map(|row| (row["actor"].clone(), row["detail"]["ceiling"].clone()))
        .collect();
    assert_eq!(changes, [(json!("admin"), json!(0)), (json!("admin"), json!(2))]);
    server.finish().await;
}

#[tokio::test]
async fn settings_that_make_no_sense_are_refused() {
    let server = TestServer::idle().await;
    for body in [
        json!({}),
        json!({ "floor": 9 }),
        json!({ "floor": -1 }),
        json!({ "ceiling": 1001 }),
        json!({ "rate": 0 }),
        json!({ "spares": "none" }),
    ] {
        set(&server, body).await.refused(400, Code::InvalidRequest);
    }
    let unchanged = server.get(POOL).await.is(200);
    assert_eq!((&unchanged["floor"], &unchanged["ceiling"]), (&json!(0), &json!(8)));
    for name in ["nowhere", "UPPER", "%22"] {
        let path = format!("/templates/{name}/pool");
        server.get(&path).await.refused(404, Code::TemplateNotFound);
        let call = server.call_as(Role::Admin, Method::PATCH, &path);
        call.json(json!({ "floor": 1 })).send().await.refused(404, Code::TemplateNotFound);
    }
    server.finish().await;
}

/// Who makes a template is told when schemas cannot be made ahead from it, and why.
#[tokio::test]
async fn a_template_without_spares_says_which_object_keeps_its_name() {
    let server = TestServer::start().await;
    let create = async |name: &str, text: &str| {
        let files = json!([{ "path": "1.sql", "text": text }]);
        let call = server.call_as(Role::Admin, Method::POST, "/templates");
        let made = call.json(json!({ "name": name, "files": files })).waiting().send().await;
        let result = succeeded(made)["result"].clone();
        let shown = server.get(&format!("/templates/{name}")).await.is(200)["items"][0].clone();
        for key in ["spares", "sparesReason"] {
            assert_eq!(result[key], shown[key]);
        }
        (shown["spares"].clone(), shown["sparesReason"].clone())
    };
    let homely = "create table t (home text); insert into t values (current_schema());";
    assert_eq!(create("homely", homely).await, (json!("none"), json!("rows of t")));
    let pinned = "create function f() returns int language sql set search_path from current
                  as 'select 1';";
    assert_eq!(create("pinned", pinned).await, (json!("rewritten"), json!("setting of f()")));
    assert_eq!(create("simple", "create table t (id int);").await, (json!("plain"), Value::Null));
    server.finish().await;
}
