//! `/api/admin/adoptions`, and what the other routes say of adopted schemas.

use reqwest::Method;
use serde_json::{Value, json};
use sqlx::Executor as _;
use tenantry_domain::access::Role;
use tenantry_domain::problem::Code;

use crate::call::Call;
use crate::server::TestServer;

const PATH: &str = "/adoptions";

/// Two schools in the layout of ros-apartment, one of them behind, both to be read.
async fn with_schools() -> TestServer {
    let server = TestServer::start().await;
    let mut managed = server.managed().await;
    managed
        .execute(
            "create schema \"School-A\";
             create table \"School-A\".schema_migrations (version varchar primary key);
             create table \"School-A\".ar_internal_metadata (key varchar primary key);
             insert into \"School-A\".schema_migrations values ('1'), ('2');
             grant usage on schema \"School-A\" to tenantry_reader;
             grant select on \"School-A\".schema_migrations to tenantry_reader;
             create schema school_b;
             create table school_b.schema_migrations (version varchar primary key);
             create table school_b.ar_internal_metadata (key varchar primary key);
             insert into school_b.schema_migrations values ('1');
             grant usage on schema school_b to tenantry_reader;
             grant select on school_b.schema_migrations to tenantry_reader;",
        )
        .await
        .unwrap();
    server
}

fn adopt(server: &TestServer, body: Value) -> Call {
    server.call_as(Role::Admin, Method::POST, PATH).json(body)
}

/// Takes away what the test put there; what finishes a server looks for what it does not know.
async fn finish(server: TestServer) {
    let mut managed = server.managed().await;
    managed
        .execute(
            "drop schema \"School-A\", school_b cascade;
             delete from tenantry.schema_marker where role_name is null",
        )
        .await
        .unwrap();
    server.finish().await;
}

fn by_schema<'a>(report: &'a Value, schema: &str) -> &'a Value {
    report["schemas"]
        .as_array()
        .unwrap()
        .iter()
        .find(|found| found["schemaName"] == schema)
        .expect("the schema is found")
}

#[tokio::test]
async fn a_dry_run_is_the_default_and_changes_nothing() {
    let server = with_schools().await;
    let report = adopt(&server, json!({ "tool": "auto" })).send().await.is(200);
    assert_eq!((&report["dryRun"], &report["origin"]), (&json!(true), &json!("apartment")));
    assert_eq!(report["adopted"], 2);
    assert_eq!(report["commonVersion"]["version"], "2");
    let first = by_schema(&report, "School-A");
    assert_eq!((&first["fate"], &first["name"]), (&json!("adopt"), &json!("school_a")));
    assert!(first["reason"].as_str().unwrap().contains("School-A"));
    assert_eq!((&first["toolVersion"], &first["standing"]), (&json!("2"), &json!("same")));
    assert_eq!((&first["tables"], &first["operation"]), (&json!(2), &json!(null)));
    assert_eq!(by_schema(&report, "school_b")["standing"], "behind");
    assert_eq!(server.get("/schemas").await.is(200)["total"], 0);
    finish(server).await;
}

#[tokio::test]
async fn adopted_schemas_are_listed_with_their_tools_version_and_are_only_read() {
    let server = with_schools().await;
    let body = json!({ "tool": "apartment", "dryRun": false, "slugs": { "School-A": "alder" } });
    let report = adopt(&server, body.clone()).send().await.is(202);
    for found in report["schemas"].as_array().unwrap() {
        assert_eq!(server.ended(&found["operation"]).await["state"], "succeeded");
    }
    let alder = server.schema("alder").await;
    assert_eq!((&alder["state"], &alder["schemaName"]), (&json!("active"), &json!("School-A")));
    assert_eq!((&alder["template"], &alder["templateVersion"]), (&json!(null), &json!(null)));
    assert_eq!(
        (&alder["toolVersion"], &alder["adoption"]["tool"]),
        (&json!("2"), &json!("apartment"))
    );
    assert_eq!((&alder["adoption"]["readOnly"], &alder["roleName"]), (&json!(true), &json!(null)));
    assert!(alder["usage"]["bytes"].as_i64().unwrap() > 0);
    assert_eq!(server.get("/schemas?q=alder").await.is(200)["items"][0]["toolVersion"], "2");

    // the tool goes on by itself, and looking tells
    let mut managed = server.managed().await;
    managed.execute("insert into \"School-A\".schema_migrations values ('3')").await.unwrap();
    assert_eq!(server.schema("alder").await["toolVersion"], "3");

    let path = "/schemas/alder";
    let refused = server.act("alder", "suspend").await.refused(409, Code::AdoptedReadOnly);
    assert!(refused["detail"].as_str().unwrap().contains("tenantry schema manage alder"));
    let drop = json!({ "confirm": "alder" });
    server.delete(path, drop).send().await.refused(409, Code::AdoptedReadOnly);
    let credentials = format!("{path}/credentials");
    server.post(&credentials, json!({})).send().await.refused(409, Code::AdoptedReadOnly);
    server
        .patch(path, json!({ "connectionLimit": 3 }))
        .send()
        .await
        .refused(409, Code::AdoptedReadOnly);
    // attributes are Tenantry's own
    server
        .patch(path, json!({ "displayName": "Alder School", "quotaBytes": 1 }))
        .send()
        .await
        .is(200);

    // asking again finds nothing left to do
    let again = adopt(&server, body).send().await.is(202);
    assert_eq!(again["adopted"], 0);
    assert_eq!(by_schema(&again, "School-A")["fate"], "managed");
    finish(server).await;
}

#[tokio::test]
async fn managing_and_releasing_take_an_admin_and_say_what_cannot_be_done() {
    let server = with_schools().await;
    let body = json!({ "pattern": "school_*", "dryRun": false });
    let report = adopt(&server, body).send().await.is(202);
    server.ended(&report["schemas"][0]["operation"]).await;
    let path = "/schemas/school_b";
    for action in ["manage", "release"] {
        server
            .call_as(Role::Operator, Method::PATCH, path)
            .json(json!({ "action": action }))
            .send()
            .await
            .refused(403, Code::Forbidden);
    }
    let managed = server.act("school_b", "manage").await.is(200);
    assert_eq!(managed["state"], "succeeded");
    server.act("school_b", "suspend").await.refused(409, Code::NotForAdopted);
    // the schema is a superuser's here
    let refused = server
        .post(&format!("{path}/credentials"), json!({}))
        .send()
        .await
        .refused(409, Code::OwnerNeeded);
    assert!(refused["detail"].as_str().unwrap().contains("superuser"));
    assert_eq!(server.act("school_b", "release").await.is(200)["state"], "succeeded");
    server.get(path).await.refused(404, Code::SchemaNotFound);
    server.create("oakwood").await;
    server.act("oakwood", "manage").await.refused(409, Code::NotAdopted);
    server.act("oakwood", "release").await.refused(409, Code::NotAdopted);
    finish(server).await;
}

#[tokio::test]
async fn bad_requests_are_refused_and_operators_do_not_adopt() {
    let server = with_schools().await;
    for (body, status, code) in [
        (json!({}), 400, Code::InvalidRequest),
        (json!({ "tool": "auto", "pattern": "x*" }), 400, Code::InvalidRequest),
        (json!({ "tool": "flyway" }), 400, Code::InvalidRequest),
        (json!({ "pattern": "school" }), 400, Code::InvalidRequest),
        (json!({ "pattern": "school*", "tenantsTable": "public.x" }), 400, Code::InvalidRequest),
        (json!({ "query": "  " }), 400, Code::InvalidRequest),
        (json!({ "query": "select '\u{0}'" }), 400, Code::InvalidRequest),
        (json!({ "tool": "auto", "colour": "red" }), 400, Code::InvalidRequest),
        (json!({ "pattern": "school*", "slugs": { "school_b": "B!" } }), 422, Code::InvalidName),
        (json!({ "pattern": "school*", "slugs": { "nowhere": "b" } }), 422, Code::InvalidName),
        (json!({ "pattern": "school*", "slugs": { "nowhere": "bb" } }), 422, Code::AdoptionRefused),
        (json!({ "tool": "stancl" }), 422, Code::AdoptionRefused),
        (json!({ "query": "delete from tenantry.setting" }), 422, Code::AdoptionRefused),
        (json!({ "query": "select pg_sleep(0)" }), 422, Code::AdoptionRefused),
    ] {
        adopt(&server, body.clone()).send().await.refused(status, code);
    }
    server
        .call_as(Role::Operator, Method::POST, PATH)
        .json(json!({ "tool": "auto" }))
        .send()
        .await
        .refused(403, Code::Forbidden);
    finish(server).await;
}
