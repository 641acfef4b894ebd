//! `GET /api/admin/schemas/export`

use reqwest::Method;
use serde_json::json;
use tenantry_domain::access::Role;
use tenantry_domain::problem::Code;

use crate::server::{TestServer, succeeded};

#[tokio::test]
async fn an_import_takes_an_export_back_unchanged() {
    let server = TestServer::start().await;
    for body in [
        json!({ "name": "plain" }),
        json!({
            "name": "hostile",
            "displayName": "=cmd|' /C calc'!A0, \"quoted\"",
            "externalId": "@1",
            "contact": { "name": "-Ash", "email": "+x@ash.example", "phone": "+49 30 1" },
            "labels": { "=a": "1;2", "b": "{x}" },
            "quotaBytes": 5,
        }),
        json!({ "name": "guarded", "displayName": "'=1+1", "labels": { "a": "1", "b": "2" } }),
    ] {
        succeeded(server.post("/schemas", body).waiting().send().await);
    }
    let file = server.get("/schemas/export").await;
    assert_eq!(file.status, 200);
    assert!(file.headers["content-type"].to_str().unwrap().starts_with("text/csv"));
    assert_eq!(file.text.lines().count(), 4);
    for cell in file.text.lines().flat_map(|line| line.split(',')) {
        let shown = cell.trim_start_matches('"');
        assert!(!shown.starts_with(['=', '+', '-', '@', '\t']), "{cell}: {}", file.text);
    }
    let path = "/schemas/import?update=true&dryRun=true";
    let call = server.call_as(Role::Operator, Method::POST, path);
    let report = call.text("text/csv", file.text.clone()).send().await.is(200);
    assert_eq!(report["unchanged"], 3, "{report:#}");
    // and into an empty fleet
    let before = server.schema("hostile").await;
    for name in ["plain", "hostile", "guarded"] {
        succeeded(server.act(name, "drop").await);
        succeeded(server.act(name, "purge").await);
    }
    let call = server.call_as(Role::Operator, Method::POST, "/schemas/import");
    succeeded(call.text("text/csv", file.text).waiting().send().await);
    let after = server.schema("hostile").await;
    for field in ["displayName", "externalId", "contact", "labels"] {
        assert_eq!(after[field], before[field], "{field}");
    }
    assert_eq!(server.schema("guarded").await["displayName"], "'=1+1");
    server.finish().await;
}

#[tokio::test]
async fn an_export_has_the_filters_of_the_list_and_every_page() {
    let server = TestServer::start().await;
    let mut control = server.control().await;
    sqlx::query(
        "insert into tenant_schema (id, name, display_name, state, template, labels)
         select gen_random_uuid(), 'many_' || lpad(n::text, 4, '0'), 'x',
                case when n = 1201 then 'purged' else 'active' end, 'default',
                jsonb_build_object('half', (n % 2)::text)
         from generate_series(1, 1201) n",
    )
    .execute(&mut control)
    .await
    .unwrap();
    let names = async |query: &str| -> Vec<String> {
        let file = server.get(&format!("/schemas/export{query}")).await;
        assert_eq!(file.status, 200, "{}", file.text);
        let rows = file.text.lines().skip(1);
        rows.map(|row| row.split(',').next().unwrap().to_owned()).collect()
    };
    let all = names("").await;
    assert_eq!(all.len(), 1200);
    assert!(all.is_sorted());
    assert_eq!(names("?label=half=1").await.len(), 600);
    assert_eq!(names("?q=many_000").await.len(), 9);
    assert_eq!(names("?state=purged").await, ["many_1201"]);
    assert!(names("?externalId=none").await.is_empty());
    server.get("/schemas/export?state=happy").await.refused(400, Code::InvalidRequest);
    server.get("/schemas/export?limit=1").await.refused(400, Code::InvalidRequest);
    sqlx::query("delete from tenant_schema").execute(&mut control).await.unwrap();
    server.finish().await;
}
