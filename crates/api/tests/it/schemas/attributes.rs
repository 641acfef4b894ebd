//! What is known of an institution, and changes that are based on a version of it.

use reqwest::Method;
use serde_json::json;
use tenantry_domain::access::Role;
use tenantry_domain::problem::Code;

use crate::server::{TestServer, succeeded};

const PATH: &str = "/schemas/oakwood";

fn tag(schema: &serde_json::Value) -> String {
    format!("\"{}\"", schema["version"].as_str().unwrap())
}

#[tokio::test]
async fn contact_and_external_id_are_given_changed_and_taken_away() {
    let server = TestServer::start().await;
    let body = json!({
        "name": "oakwood",
        "contact": { "name": "Ms Ash", "email": "ash@oakwood.example" },
        "externalId": "urn:4711",
    });
    succeeded(server.post("/schemas", body).waiting().send().await);
    let made = server.schema("oakwood").await;
    let email = "ash@oakwood.example";
    assert_eq!(made["contact"], json!({ "name": "Ms Ash", "email": email, "phone": null }));
    assert_eq!(made["externalId"], "urn:4711");

    let body = json!({ "contact": { "name": null, "phone": "+49 30 1" } });
    let changed = server.patch(PATH, body).send().await.is(200);
    let contact = json!({ "name": null, "email": email, "phone": "+49 30 1" });
    assert_eq!(changed["contact"], contact, "what is left out stays");
    assert_eq!(changed["externalId"], "urn:4711");
    let freed = server.patch(PATH, json!({ "externalId": null })).send().await.is(200);
    assert_eq!(freed["externalId"], json!(null));

    for body in [
        json!({ "contact": { "email": "nobody" } }),
        json!({ "contact": { "phone": "call us" } }),
        json!({ "contact": { "name": " " } }),
        json!({ "contact": { "fax": "1" } }),
        json!({ "externalId": "" }),
        json!({ "externalId": "x".repeat(129) }),
        json!({ "externalId": "a\u{0}" }),
    ] {
        server.patch(PATH, body.clone()).send().await.refused(400, Code::InvalidRequest);
        let mut new = body;
        new["name"] = json!("elm_park");
        server.post("/schemas", new).send().await.refused(400, Code::InvalidRequest);
    }
    assert_eq!(server.schema("oakwood").await["contact"], contact);
    let log = server.call_as(Role::Admin, Method::GET, "/audit?schema=oakwood").send().await;
    assert!(!log.text.contains("+49 30 1"), "nobody's number stays in the log: {}", log.text);
    server.finish().await;
}

#[tokio::test]
async fn an_external_id_is_one_institutions_until_that_is_purged() {
    let server = TestServer::start().await;
    server.create("oakwood").await;
    server.patch(PATH, json!({ "externalId": "1" })).send().await.is(200);
    server.create("elm_park").await;
    let taken = server.patch("/schemas/elm_park", json!({ "externalId": "1" })).send().await;
    let problem = taken.refused(409, Code::ExternalIdTaken);
    assert!(problem["detail"].as_str().unwrap().contains("oakwood"), "{problem:#}");
    let body = json!({ "name": "hillside", "externalId": "1" });
    server.post("/schemas", body.clone()).send().await.refused(409, Code::ExternalIdTaken);
    server.get("/schemas/hillside").await.refused(404, Code::SchemaNotFound);
    // an archived one may come back
    succeeded(server.act("oakwood", "drop").await);
    server.post("/schemas", body.clone()).send().await.refused(409, Code::ExternalIdTaken);
    succeeded(server.act("oakwood", "purge").await);
    succeeded(server.post("/schemas", body).waiting().send().await);
    server.finish().await;
}

#[tokio::test]
async fn lists_find_institutions_by_external_id_and_label() {
    let server = TestServer::start().await;
    for (name, id, labels) in [
        ("ash", "1", json!({ "region": "north", "kind": "school" })),
        ("birch", "2", json!({ "region": "north" })),
        ("cedar", "3", json!({ "region": "south" })),
    ] {
        let body = json!({ "name": name, "externalId": id, "labels": labels });
        succeeded(server.post("/schemas", body).waiting().send().await);
    }
    for (query, names) in [
        ("externalId=2", &["birch"][..]),
        ("externalId=9", &[]),
        ("label=region=north", &["ash", "birch"]),
        ("label=region=north,kind=school", &["ash"]),
        ("label=region%3Dsouth&q=ce", &["cedar"]),
        ("label=region=north&sort=-name&limit=1", &["birch"]),
    ] {
        let page = server.get(&format!("/schemas?{query}")).await.is(200);
        let found: Vec<_> = page["items"].as_array().unwrap().iter().map(|s| &s["name"]).collect();
        assert_eq!(found, names, "{query}");
        let all = if query.contains("limit") { 2 } else { names.len() };
        assert_eq!(page["total"], all, "{query}");
    }
    // a page behind another one keeps the filter
    let page = server.get("/schemas?label=region=north&limit=1").await.is(200);
    let cursor = page["nextCursor"].as_str().unwrap();
    let next = server.get(&format!("/schemas?label=region=north&limit=1&cursor={cursor}")).await;
    let next = next.is(200);
    assert_eq!((&next["items"][0]["name"], &next["nextCursor"]), (&json!("birch"), &json!(null)));
    server.get("/schemas?label=north").await.refused(400, Code::InvalidRequest);
    server.get("/schemas?externalId=%00").await.refused(400, Code::InvalidRequest);
    server.finish().await;
}

#[tokio::test]
async fn a_change_that_is_based_on_an_old_version_is_refused() {
    let server = TestServer::start().await;
    let first = server.create("oakwood").await;
    let read = server.get(PATH).await;
    assert_eq!(read.headers["etag"].to_str().unwrap(), tag(&first));
    let rename = |to: &str, based_on: &str| {
        server.patch(PATH, json!({ "displayName": to })).header("if-match", based_on).send()
    };
    let second = rename("Oakwood A", &tag(&first)).await;
    assert_eq!(second.headers["etag"].to_str().unwrap(), tag(&second.body));
    let second = second.is(200);
    let problem = rename("Oakwood B", &tag(&first)).await.refused(412, Code::PreconditionFailed);
    let detail = problem["detail"].as_str().unwrap();
    for word in ["oakwood", second["version"].as_str().unwrap(), "update_schema", "operator"] {
        assert!(detail.contains(word), "{word}: {detail}");
    }
    assert_eq!(server.schema("oakwood").await["displayName"], "Oakwood A");
    let either = format!("\"other\", {}", tag(&second));
    let third = rename("Oakwood C", &either).await.is(200);
    rename("Oakwood D", &format!("W/{}", tag(&third))).await.refused(412, Code::PreconditionFailed);
    rename("Oakwood D", "unquoted").await.refused(400, Code::InvalidRequest);
    rename("Oakwood D", "*").await.is(200);

    // the same holds for actions, and for what only the roles have
    let old = tag(&third);
    for body in [json!({ "action": "suspend" }), json!({ "connectionLimit": 5 })] {
        let call = server.patch(PATH, body).header("if-match", &old);
        call.send().await.refused(412, Code::PreconditionFailed);
    }
    let drop = |based_on: String| {
        let call = server.delete(PATH, json!({ "confirm": "oakwood" }));
        call.header("if-match", &based_on).waiting().send()
    };
    drop(old).await.refused(412, Code::PreconditionFailed);
    let now = server.schema("oakwood").await;
    succeeded(drop(tag(&now)).await);
    // another institution of the same name has other versions
    let again = server.create("oakwood").await;
    assert_ne!(again["version"], first["version"]);
    server.finish().await;
}

#[tokio::test]
async fn of_many_changes_based_on_one_version_one_is_made() {
    let server = TestServer::start().await;
    let based_on = tag(&server.create("oakwood").await);
    let calls = (0..12).map(|n| {
        let body = json!({ "displayName": format!("Oakwood {n}") });
        server.patch(PATH, body).header("if-match", &based_on).send()
    });
    let mut statuses: Vec<u16> =
        futures::future::join_all(calls).await.into_iter().map(|answer| answer.status).collect();
    statuses.sort_unstable();
    assert_eq!(statuses[0], 200);
    assert!(statuses[1..].iter().all(|status| *status == 412), "{statuses:?}");
    server.finish().await;
}

#[tokio::test]
async fn what_a_client_has_already_is_not_sent_again() {
    let server = TestServer::start().await;
    let first = server.create("oakwood").await;
    let known_as = |tag: String| {
        server.call_as(Role::Viewer, Method::GET, PATH).header("if-none-match", &tag).send()
    };
    let same = known_as(tag(&first)).await;
    assert_eq!((same.status, same.text.as_str()), (304, ""));
    assert_eq!(same.headers["etag"].to_str().unwrap(), tag(&first));
    assert_eq!(known_as(format!("W/{}", tag(&first))).await.status, 304);
    succeeded(server.act("oakwood", "suspend").await);
    assert_eq!(known_as(tag(&first)).await.is(200)["state"], "suspended");
    server.finish().await;
}

#[tokio::test]
async fn a_change_of_attributes_is_safe_to_repeat_under_its_key() {
    let server = TestServer::start().await;
    let first = server.create("oakwood").await;
    let body = json!({ "displayName": "Oakwood A", "connectionLimit": 7 });
    let send =
        || server.patch(PATH, body.clone()).key("k1").header("if-match", &tag(&first)).send();
    let second = send().await.is(200);
    // its own change is not another's: the same answer, and nothing is changed
    assert_eq!(send().await.is(200)["version"], second["version"]);
    let other = server.patch(PATH, json!({ "displayName": "B" })).key("k1").send().await;
    other.refused(422, Code::IdempotencyMismatch);
    let create = server.post("/schemas", json!({ "name": "elm_park" })).key("k1").send().await;
    create.refused(422, Code::IdempotencyMismatch);
    succeeded(server.post("/schemas", json!({ "name": "elm" })).key("k2").waiting().send().await);
    let other = server.patch(PATH, json!({ "displayName": "B" })).key("k2").send().await;
    other.refused(422, Code::IdempotencyMismatch);
    // a refused change leaves its key free
    let body = json!({ "displayName": "C" });
    let old = server.patch(PATH, body.clone()).key("k3").header("if-match", &tag(&first));
    old.send().await.refused(412, Code::PreconditionFailed);
    server.patch(PATH, body).key("k3").send().await.is(200);
    server.finish().await;
}
