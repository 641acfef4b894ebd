//! `PATCH /api/admin/schemas/{name}`

use reqwest::Method;
use serde_json::json;
use tenantry_domain::access::Role;
use tenantry_domain::problem::Code;

use crate::server::{TestServer, succeeded};

#[tokio::test]
async fn attributes_are_changed_at_once_and_on_their_own() {
    let server = TestServer::start().await;
    let before = server.create("oakwood").await;
    let path = "/schemas/oakwood";
    let named = server.patch(path, json!({ "displayName": "Oakwood ✿" })).send().await.is(200);
    assert_eq!(named["displayName"], "Oakwood ✿");
    assert_eq!(named["id"], before["id"]);
    let labels = json!({ "labels": { "a": "1" }, "quotaBytes": 1 });
    let labelled = server.patch(path, labels).send().await.is(200);
    assert_eq!(labelled["labels"], json!({ "a": "1" }));
    assert_eq!(
        labelled["quota"],
        json!({ "bytes": 1, "source": "own", "level": "blocked", "writesBlockedAt": null })
    );
    let relabelled = server.patch(path, json!({ "labels": { "b": "2" } })).send().await.is(200);
    assert_eq!(relabelled["labels"], json!({ "b": "2" }), "labels are replaced as a whole");
    assert_eq!(relabelled["quota"]["bytes"], 1, "what is left out stays");
    let unlimited = server.patch(path, json!({ "quotaBytes": null })).send().await.is(200);
    assert_eq!(
        unlimited["quota"],
        json!({ "bytes": null, "source": null, "level": "ok", "writesBlockedAt": null })
    );
    assert_eq!(unlimited["displayName"], "Oakwood ✿");
    assert!(unlimited["updatedAt"].as_str() > before["updatedAt"].as_str());
    server.finish().await;
}

#[tokio::test]
async fn a_patch_is_either_attributes_or_an_action() {
    let server = TestServer::start().await;
    server.create("oakwood").await;
    for body in [
        json!({}),
        json!({ "confirm": "oakwood" }),
        json!({ "action": null }),
        json!({ "action": "suspend", "displayName": "x" }),
        json!({ "action": "suspend", "quotaBytes": null }),
        json!({ "action": "drop" }),
        json!({ "action": "SUSPEND" }),
        json!({ "displayName": "" }),
        json!({ "displayName": "a\u{7}" }),
        json!({ "quotaBytes": -5 }),
        json!({ "labels": { "": "" } }),
        json!([]),
        json!("suspend"),
        json!(null),
    ] {
        let answer = server.patch("/schemas/oakwood", body).send().await;
        answer.refused(400, Code::InvalidRequest);
    }
    let nobody = server.patch("/schemas/nobody", json!({ "displayName": "x" })).send().await;
    nobody.refused(404, Code::SchemaNotFound);
    let nobody = server.patch("/schemas/nobody", json!({ "action": "suspend" })).send().await;
    nobody.refused(404, Code::SchemaNotFound);
    assert_eq!(server.schema("oakwood").await["state"], "active");
    server.finish().await;
}

#[tokio::test]
async fn a_life_goes_from_state_to_state() {
    let server = TestServer::start().await;
    server.create("oakwood").await;
    for (action, state, refused) in [
        ("suspend", "suspended", &["suspend", "undrop", "purge"][..]),
        ("resume", "active", &["resume", "undrop", "purge"]),
        ("suspend", "suspended", &[]),
        ("drop", "archived", &["drop", "suspend", "resume"]),
        ("undrop", "suspended", &["suspend", "undrop", "purge"]),
        ("resume", "active", &[]),
        ("drop", "archived", &[]),
        ("purge", "purged", &["suspend", "resume", "drop", "undrop", "purge"]),
    ] {
        succeeded(server.act("oakwood", action).await);
        let schema = server.schema("oakwood").await;
        assert_eq!(schema["state"], state, "after {action}");
        assert_eq!(schema["archivedAt"].is_null(), !["archived", "purged"].contains(&state));
        assert_eq!(schema["recoverableUntil"].is_null(), state != "archived");
        assert_eq!(schema["purgedAt"].is_null(), state != "purged");
        for action in refused {
            let problem = server.act("oakwood", action).await.refused(409, Code::InvalidState);
            assert!(problem["detail"].as_str().unwrap().contains(state), "{problem:#}");
        }
    }
    assert_eq!(server.schema("oakwood").await["schemaName"], json!(null));
    let left: i64 = sqlx::query_scalar("select count(*) from tenantry.schema_marker")
        .fetch_one(&mut server.managed().await)
        .await
        .unwrap();
    assert_eq!(left, 0);
    server.finish().await;
}

#[tokio::test]
async fn a_suspended_institution_cannot_log_in() {
    let server = TestServer::start().await;
    let role = server.create("oakwood").await["roleName"].as_str().unwrap().to_owned();
    let may_log_in = async || -> bool {
        sqlx::query_scalar("select rolcanlogin from pg_roles where rolname = $1")
            .bind(&role)
            .fetch_one(&mut server.managed().await)
            .await
            .unwrap()
    };
    assert!(may_log_in().await);
    succeeded(server.act("oakwood", "suspend").await);
    assert!(!may_log_in().await);
    succeeded(server.act("oakwood", "resume").await);
    assert!(may_log_in().await);
    server.finish().await;
}

#[tokio::test]
async fn undrop_needs_its_name_back() {
    let server = TestServer::start().await;
    server.create("oakwood").await;
    succeeded(server.act("oakwood", "drop").await);
    server.create("oakwood").await;
    server.act("oakwood", "undrop").await.refused(409, Code::SchemaExists);
    // the later one makes room, the earlier one is then what was dropped before it
    succeeded(server.act("oakwood", "drop").await);
    succeeded(server.act("oakwood", "undrop").await);
    assert_eq!(server.schema("oakwood").await["state"], "active");
    server.finish().await;
}

#[tokio::test]
async fn purge_is_for_admins_who_repeat_the_name() {
    let server = TestServer::start().await;
    server.create("oakwood").await;
    succeeded(server.act("oakwood", "drop").await);
    let purge = |role, confirm: serde_json::Value| {
        let body = json!({ "action": "purge", "confirm": confirm });
        server.call_as(role, Method::PATCH, "/schemas/oakwood").json(body).waiting().send()
    };
    purge(Role::Operator, json!("oakwood")).await.refused(403, Code::Forbidden);
    purge(Role::Admin, json!(null)).await.refused(422, Code::ConfirmationMismatch);
    purge(Role::Admin, json!("Oakwood")).await.refused(422, Code::ConfirmationMismatch);
    assert_eq!(server.schema("oakwood").await["state"], "archived");
    succeeded(purge(Role::Admin, json!("oakwood")).await);
    assert_eq!(server.schema("oakwood").await["state"], "purged");
    server.finish().await;
}

#[tokio::test]
async fn what_is_queued_behind_another_change_finds_out_when_its_turn_comes() {
    let server = TestServer::idle().await;
    server.put_to_work(crate::server::quick_worker()).await;
    server.create("oakwood").await;
    server.rest().await;
    let drop = server.delete("/schemas/oakwood", json!({ "confirm": "oakwood" })).send().await;
    let suspend = server.patch("/schemas/oakwood", json!({ "action": "suspend" })).send().await;
    let (drop, suspend) = (drop.is(202), suspend.is(202));
    server.put_to_work(crate::server::quick_worker()).await;
    assert_eq!(server.ended(&drop["id"]).await["state"], "succeeded");
    let suspend = server.ended(&suspend["id"]).await;
    assert_eq!(suspend["state"], "failed", "{suspend:#}");
    assert_eq!(suspend["error"]["code"], "invalid_state");
    assert_eq!(server.schema("oakwood").await["state"], "archived");
    server.finish().await;
}

#[tokio::test]
async fn an_undrop_that_is_cancelled_leaves_the_state_as_it_is() {
    let server = TestServer::start().await;
    server.create("oakwood").await;
    server.rest().await;
    let suspend = server.patch("/schemas/oakwood", json!({ "action": "suspend" })).send().await;
    let suspend = suspend.is(202);
    // there is nothing to bring back, whatever is queued
    server.act("oakwood", "undrop").await.refused(409, Code::InvalidState);
    server.put_to_work(crate::server::quick_worker()).await;
    server.ended(&suspend["id"]).await;
    succeeded(server.act("oakwood", "drop").await);
    server.rest().await;
    let undrop = server.patch("/schemas/oakwood", json!({ "action": "undrop" })).send().await;
    let undrop = undrop.is(202);
    assert_eq!(server.schema("oakwood").await["state"], "restoring");
    let path = format!("/operations/{}/cancel", undrop["id"].as_str().unwrap());
    server.call_as(Role::Operator, Method::POST, &path).send().await.is(202);
    assert_eq!(server.schema("oakwood").await["state"], "archived");
    server.finish().await;
}
