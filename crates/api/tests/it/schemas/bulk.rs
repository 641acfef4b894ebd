//! `POST /api/admin/schemas/bulk`

use reqwest::Method;
use serde_json::{Value, json};
use tenantry_domain::access::Role;
use tenantry_domain::problem::Code;

use crate::server::{TestServer, succeeded};

async fn fleet(names: &[&str]) -> TestServer {
    let server = TestServer::start().await;
    for name in names {
        server.create(name).await;
    }
    server
}

async fn bulk(server: &TestServer, body: Value) -> Value {
    succeeded(server.post("/schemas/bulk", body).waiting().send().await)
}

async fn states(server: &TestServer) -> Vec<(String, String)> {
    let page = server.get("/schemas").await.is(200);
    let word = |item: &Value, field: &str| item[field].as_str().unwrap().to_owned();
    let items = page["items"].as_array().unwrap();
    items.iter().map(|item| (word(item, "name"), word(item, "state"))).collect()
}

#[tokio::test]
async fn one_operation_with_a_child_for_each() {
    let server = fleet(&["ash", "birch", "cedar"]).await;
    let body = json!({ "action": "suspend", "names": ["ash", "cedar", "nobody", "ash"] });
    let parent = bulk(&server, body).await;
    assert_eq!(parent["kind"], "change_schemas");
    assert_eq!(
        parent["result"],
        json!({
            "action": "suspend", "institutions": 2, "done": 2, "failed": 0, "cancelled": 0,
        })
    );
    let children = format!("/operations?parent={}", parent["id"].as_str().unwrap());
    let children = server.get(&children).await.is(200);
    assert_eq!(children["total"], 2);
    assert!(children["items"].as_array().unwrap().iter().all(|it| it["kind"] == "suspend_schema"));
    // who looks for what was asked for sees the parent alone
    let top_level = async |kind: &str| {
        let list = server.get(&format!("/operations?topLevel=true&kind={kind}")).await.is(200);
        (list["total"].clone(), list["items"].as_array().unwrap().len())
    };
    assert_eq!(top_level("change_schemas").await, (json!(1), 1));
    assert_eq!(top_level("suspend_schema").await, (json!(0), 0));
    let both = format!("/operations?topLevel=true&parent={}", parent["id"].as_str().unwrap());
    server.get(&both).await.refused(400, Code::InvalidRequest);
    let now = states(&server).await;
    let now: Vec<_> = now.iter().map(|(_, state)| state.as_str()).collect();
    assert_eq!(now, ["suspended", "active", "suspended"]);
    // those that are suspended already are passed over
    let parent = bulk(&server, json!({ "action": "suspend", "filter": {} })).await;
    assert_eq!(parent["result"]["institutions"], 1);
    let parent = bulk(&server, json!({ "action": "resume", "filter": { "q": "a" } })).await;
    assert_eq!(parent["result"]["institutions"], 2, "ash and cedar");
    let parent =
        bulk(&server, json!({ "action": "backup", "filter": { "state": ["active"] } })).await;
    assert_eq!((&parent["kind"], &parent["result"]["done"]), (&json!("backup_schemas"), &json!(2)));
    server.finish().await;
}

#[tokio::test]
async fn who_drops_says_how_many() {
    let server = fleet(&["ash", "birch", "cedar"]).await;
    let body = json!({ "action": "drop", "filter": { "state": ["active"] } });
    let with = |extra: Value| {
        let mut body = body.clone();
        body.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
        server.post("/schemas/bulk", body)
    };
    let preview = with(json!({ "dryRun": true })).send().await.is(200);
    let bytes = preview["usageBytes"].as_i64().unwrap();
    assert!(bytes >= 0);
    assert_eq!(
        preview,
        json!({
            "action": "drop", "count": 3, "passedOver": 0, "names": ["ash", "birch", "cedar"],
            "usageBytes": bytes, "confirm": "drop 3 schemas",
        })
    );
    for wrong in [json!({}), json!({ "confirm": "ash" }), json!({ "confirm": "suspend 3 schemas" })]
    {
        let refusal = with(wrong).send().await.refused(422, Code::ConfirmationMismatch);
        assert!(refusal["detail"].as_str().unwrap().contains("drop 3 schemas"));
    }
    // somebody else was there in between
    succeeded(server.act("birch", "suspend").await);
    let confirm = json!({ "confirm": preview["confirm"] });
    let refusal = with(confirm).send().await.refused(409, Code::SelectionChanged);
    assert!(refusal["detail"].as_str().unwrap().contains('2'), "{refusal}");
    assert!(states(&server).await.iter().all(|(_, state)| state != "archived"));
    let call = with(json!({ "confirm": "drop 2 schemas" })).key("once").waiting();
    let parent = succeeded(call.send().await);
    assert_eq!(parent["result"]["done"], 2);
    // the same request again is the same operation, although there is nothing left to drop
    let again = with(json!({ "confirm": "drop 2 schemas" })).key("once").waiting().send().await;
    assert_eq!(again.is(200)["id"], parent["id"]);
    let nothing = with(json!({ "confirm": "drop 0 schemas" })).send().await;
    nothing.refused(409, Code::InvalidState);
    // and undone
    let parent =
        bulk(&server, json!({ "action": "undrop", "names": ["ash", "cedar", "birch"] })).await;
    assert_eq!(parent["result"]["institutions"], 2, "birch was never dropped");
    let now = states(&server).await;
    let now: Vec<_> = now.iter().map(|(_, state)| state.as_str()).collect();
    assert_eq!(now, ["active", "suspended", "active"]);
    server.finish().await;
}

#[tokio::test]
async fn a_name_that_is_taken_is_not_brought_back() {
    let server = fleet(&["ash", "birch"]).await;
    for name in ["ash", "birch", "birch"] {
        if !states(&server).await.iter().any(|(it, state)| it == name && state == "active") {
            server.create(name).await;
        }
        succeeded(server.act(name, "drop").await);
    }
    server.create("ash").await;
    let ask = json!({ "action": "undrop", "filter": { "state": ["archived"] }, "dryRun": true });
    let preview = server.post("/schemas/bulk", ask).send().await.is(200);
    // of the two that were birch only the last one
    assert_eq!((&preview["names"], &preview["passedOver"]), (&json!(["birch"]), &json!(2)));
    server.finish().await;
}

#[tokio::test]
async fn what_selects_nothing_or_nonsense_is_refused() {
    let server = fleet(&[]).await;
    for body in [
        json!({ "action": "suspend" }),
        json!({ "action": "suspend", "names": [] }),
        json!({ "action": "suspend", "names": ["ash"], "filter": {} }),
        json!({ "action": "suspend", "names": ["Ash; drop"] }),
        json!({ "action": "suspend", "names": vec!["ash"; 10_001] }),
        json!({ "action": "purge", "names": ["ash"] }),
        json!({ "action": "suspend", "filter": { "state": ["living"] } }),
        json!({ "action": "suspend", "filter": { "colour": "red" } }),
        json!({ "action": "suspend", "filter": { "q": "a\0" } }),
        json!({ "action": "suspend", "filter": { "labels": { "a": "\0" } } }),
        json!({ "names": ["ash"] }),
    ] {
        let answer = server.post("/schemas/bulk", body).send().await;
        answer.refused(400, Code::InvalidRequest);
    }
    let nobody = json!({ "action": "suspend", "names": ["nobody"] });
    server.post("/schemas/bulk", nobody.clone()).send().await.refused(409, Code::InvalidState);
    let viewer = server.call_as(Role::Viewer, Method::POST, "/schemas/bulk").json(nobody);
    viewer.send().await.refused(403, Code::Forbidden);
    server.finish().await;
}
