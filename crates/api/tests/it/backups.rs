//! `/api/admin/backups`, `/api/admin/drills` and the copies of an institution's schema.

use reqwest::Method;
use serde_json::{Value, json};
use sqlx::Executor as _;
use tenantry_domain::access::Role;
use tenantry_domain::problem::Code;
use uuid::Uuid;

use crate::server::TestServer;

async fn backed_up(server: &TestServer, name: &str) -> Value {
    let asked = server.post("/backups", json!({ "schema": name })).waiting().send().await.is(200);
    assert_eq!(asked["state"], "succeeded", "{asked:#}");
    asked["result"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_is_taken_listed_verified_and_shown_with_its_institution() {
    let server = TestServer::start().await;
    server.create("oakwood").await;
    assert!(server.schema("oakwood").await["backup"].is_null());
    let id = backed_up(&server, "oakwood").await["backup"].as_str().unwrap().to_owned();
    let list = server.get("/backups?schema=oakwood").await.is(200);
    assert_eq!((&list["total"], &list["items"][0]["id"]), (&1.into(), &id.clone().into()));
    assert_eq!(list["items"][0]["verification"]["state"], "none");
    assert_eq!(server.get("/backups?verified=true").await.is(200)["total"], 0);

    let verify = format!("/backups/{id}/verify");
    let drill = server.post(&verify, json!({})).waiting().send().await.is(200);
    assert_eq!(drill["result"]["verified"], true, "{drill:#}");
    let shown = server.get(&format!("/backups/{id}")).await.is(200);
    assert_eq!(shown["verification"]["state"], "verified");
    assert_eq!(shown["manifest"]["name"], "oakwood");
    let of_schema = server.schema("oakwood").await["backup"].clone();
    assert_eq!((&of_schema["id"], &of_schema["verification"]), (&id.into(), &"verified".into()));

    let drills = server.get("/drills?schema=oakwood").await.is(200);
    assert_eq!(drills["items"][0]["outcome"], "verified");
    assert!(drills["items"][0]["restoreMs"].is_i64());
    let csv = server.get("/drills/export").await;
    assert!(csv.text.starts_with("drilledAt,schema,") && csv.text.contains(",oakwood,"));
    let status = server.get("/backups/freshness").await.is(200);
    assert_eq!((&status["institutions"], &status["unverified"]), (&1.into(), &0.into()));
    server.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_is_restored_compared_swapped_and_dropped() {
    let server = TestServer::start().await;
    server.create("oakwood").await;
    let mut managed = server.managed().await;
    managed
        .execute("insert into inst_oakwood.pupils values (1, 'Ada'), (2, 'Grace')")
        .await
        .unwrap();
    let id = backed_up(&server, "oakwood").await["backup"].as_str().unwrap().to_owned();
    managed.execute("delete from inst_oakwood.pupils where id = 2").await.unwrap();

    let restore = format!("/backups/{id}/restore");
    let asked =
        server.post(&restore, json!({ "as": "oakwood_then" })).waiting().send().await.is(200);
    assert_eq!(asked["result"]["copy"], "oakwood_then", "{asked:#}");
    let copies = server.get("/schemas/oakwood/copies").await.is(200);
    assert_eq!(copies["items"][0]["name"], "oakwood_then");
    let compare = "/schemas/oakwood/copies/oakwood_then/compare";
    // it shows keys of rows
    server.get(compare).await.refused(403, Code::Forbidden);
    let comparison = server.call_as(Role::Operator, Method::GET, compare).send().await.is(200);
    assert!(comparison.to_string().contains("pupils"), "{comparison:#}");
    let swap = "/schemas/oakwood/copies/oakwood_then/swap";
    let asked = server.post(swap, json!({})).waiting().send().await.is(200);
    assert_eq!(asked["state"], "succeeded", "{asked:#}");
    let pupils: i64 = sqlx::query_scalar("select count(*) from inst_oakwood.pupils")
        .fetch_one(&mut managed)
        .await
        .unwrap();
    assert_eq!(pupils, 2);
    let aside = server.get("/schemas/oakwood/copies").await.is(200)["items"][0].clone();
    assert_eq!(aside["kind"], "replaced");
    let path = format!("/schemas/oakwood/copies/{}", aside["name"].as_str().unwrap());
    server.delete(&path, json!({})).waiting().send().await.is(200);
    assert_eq!(server.get("/schemas/oakwood/copies").await.is(200)["items"], json!([]));
    server.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_meant_is_refused() {
    let server = TestServer::start().await;
    server.create("oakwood").await;
    for body in [json!({}), json!({ "schema": "oakwood", "all": true }), json!({ "of": "oakwood" })]
    {
        server.post("/backups", body).send().await.refused(400, Code::InvalidRequest);
    }
    server
        .post("/backups", json!({ "schema": "nobody" }))
        .send()
        .await
        .refused(404, Code::SchemaNotFound);
    let nothing = Uuid::now_v7();
    for path in ["verify", "restore"] {
        let path = format!("/backups/{nothing}/{path}");
        server.post(&path, json!({})).send().await.refused(404, Code::BackupNotFound);
    }
    let id = backed_up(&server, "oakwood").await["backup"].as_str().unwrap().to_owned();
    let restore = format!("/backups/{id}/restore");
    for name in ["", "public", "pg_x", "tenantry_x", "Oak", "oak\"; drop", "ö"] {
        server.post(&restore, json!({ "as": name })).send().await.refused(422, Code::InvalidName);
    }
    for body in [json!({ "inPlace": true, "as": "x" }), json!({ "keepHours": 0 })] {
        server.post(&restore, body).send().await.refused(400, Code::InvalidRequest);
    }
    // what lives is not overwritten
    server.post(&restore, json!({ "inPlace": true })).send().await.refused(409, Code::InvalidState);
    let import = server.call_as(Role::Operator, Method::POST, "/backups/import");
    import.json(json!({})).send().await.refused(403, Code::Forbidden);
    let import = server.call_as(Role::Admin, Method::POST, "/backups/import");
    import.json(json!({ "takeover": true })).send().await.refused(400, Code::InvalidRequest);
    let hold = format!("/backups/{id}");
    server.patch(&hold, json!({ "hold": " " })).send().await.refused(400, Code::InvalidRequest);
    assert_eq!(
        server.patch(&hold, json!({ "hold": "audit" })).send().await.is(200)["hold"],
        "audit"
    );
    let plan = server.get("/backups/prune?schema=oakwood").await.is(200);
    assert_eq!(plan["items"][0]["decision"], "keep", "{plan:#}");
    let compare = "/schemas/oakwood/copies/none/compare";
    let compare = server.call_as(Role::Operator, Method::GET, compare).send().await;
    compare.refused(404, Code::CopyNotFound);
    let keys = "/schemas/oakwood/backup-keys";
    assert_eq!(server.get(keys).await.is(200)["items"][0]["epoch"], 1);
    let destroy = server.call_as(Role::Operator, Method::DELETE, keys);
    destroy.json(json!({ "confirm": "oakwood" })).send().await.refused(403, Code::Forbidden);
    let destroy = server.call_as(Role::Admin, Method::DELETE, keys);
    let wrong = destroy.json(json!({ "confirm": "oak" })).send().await;
    wrong.refused(422, Code::ConfirmationMismatch);
    server.finish().await;
}
