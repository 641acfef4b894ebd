//! Templates that fill a new institution with its first rows.

use reqwest::Method;
use serde_json::{Value, json};
use sqlx::Connection as _;
use tenantry_domain::access::Role;
use tenantry_domain::problem::Code;
use tenantry_pg::ddl;
use tenantry_pg::sql::Ident;

use crate::call::Answer;
use crate::server::{TestServer, succeeded};

const SEED: &str = "-- requires admin_email
insert into setting values ('name', tenantry.parameter('institution_name')),
  ('slug', tenantry.parameter('institution')), ('locale', coalesce(tenantry.parameter('locale'), 'en')),
  ('admin', tenantry.parameter('admin_email'));";

async fn template(server: &TestServer, seed: &str) -> Answer {
    let files = json!([{ "path": "1.sql", "text": "create table setting (name text primary key, value text not null);" }]);
    let body = json!({ "name": "college", "files": files, "seed": seed });
    server.call_as(Role::Admin, Method::POST, "/templates").json(body).waiting().send().await
}

async fn settings(server: &TestServer, name: &str) -> Vec<String> {
    let mut managed = server.managed().await;
    let schema = Ident::new(format!("inst_{name}")).unwrap();
    let look = ddl!("select value from {}.setting order by name", schema);
    let values = sqlx::query_scalar(look.into_sql()).fetch_all(&mut managed).await.unwrap();
    managed.close().await.unwrap();
    values
}

#[tokio::test]
async fn a_new_institution_begins_with_its_own_rows() {
    let server = TestServer::start().await;
    succeeded(template(&server, SEED).await);
    let shown = server.get("/templates/college").await.is(200);
    assert_eq!(shown["items"][0]["seed"], SEED);
    assert_eq!(shown["items"][0]["seedRequires"], json!(["admin_email"]));
    let body = json!({
        "name": "oakwood",
        "displayName": "Oak'); drop schema tenantry; --",
        "template": "college",
        "parameters": { "admin_email": "head@oakwood.example" },
    });
    succeeded(server.post("/schemas", body).waiting().send().await);
    let values = settings(&server, "oakwood").await;
    let name = "Oak'); drop schema tenantry; --";
    assert_eq!(values, ["head@oakwood.example", "en", name, "oakwood"]);

    // a seed belongs to the version: another text is another version, the same one is not
    assert_eq!(succeeded(template(&server, SEED).await)["result"]["version"], 1);
    let other = succeeded(template(&server, "insert into setting values ('a', 'b')").await);
    assert_eq!(other["result"]["version"], 2);
    server.finish().await;
}

#[tokio::test]
async fn what_a_seed_requires_is_asked_for_at_once() {
    let server = TestServer::start().await;
    succeeded(template(&server, SEED).await);
    let mut body = json!({ "name": "oakwood", "template": "college" });
    let problem = server.post("/schemas", body.clone()).send().await;
    let problem = problem.refused(422, Code::ParameterMissing);
    assert!(problem["detail"].as_str().unwrap().contains("admin_email"), "{problem:#}");
    for parameters in [
        json!({ "institution_name": "x" }),
        json!({ "Locale": "x" }),
        json!({ "locale": "x".repeat(1001) }),
        json!({ "locale": "a\u{0}" }),
        json!({ "locale": 1 }),
    ] {
        body["parameters"] = parameters;
        server.post("/schemas", body.clone()).send().await.refused(400, Code::InvalidRequest);
    }
    server.get("/schemas/oakwood").await.refused(404, Code::SchemaNotFound);

    // an import says it of each row
    let import = |query: &str, sheet: &str| {
        let path = format!("/schemas/import?template=college&{query}");
        let call = server.call_as(Role::Operator, Method::POST, &path);
        call.text("text/csv", sheet).waiting().send()
    };
    let report = import("dryRun=true", "name\noakwood\n").await.is(200);
    let reasons = report["rows"][0]["reasons"].to_string();
    assert!(reasons.contains("parameter.admin_email"), "{reasons}");
    let sheet = "name,parameter.admin_email,parameter.locale\noakwood,head@oakwood.example,de\n";
    succeeded(import("", sheet).await);
    assert_eq!(settings(&server, "oakwood").await[..2], ["head@oakwood.example", "de"]);
    server.finish().await;
}

#[tokio::test]
async fn a_seed_that_cannot_be_is_refused_and_one_that_fails_leaves_nothing() {
    let server = TestServer::start().await;
    let problem = template(&server, "insert into setting values ('a', 'b');\ncommit;").await;
    let problem = problem.refused(422, Code::TemplateRefused);
    let refusal = &problem["refusals"][0];
    assert_eq!((&refusal["file"], &refusal["line"]), (&json!("seed"), &json!(2)));
    let failed = template(&server, "select 1;\ninsert into nowhere values (1)").await.is(200);
    assert_eq!(failed["state"], "failed");
    let message = |operation: &Value| operation["error"]["message"].as_str().unwrap().to_owned();
    assert!(message(&failed).contains("line 2 of the seed"), "{}", message(&failed));

    let seed =
        "insert into setting values ('pupils', (100 / tenantry.parameter('pupils')::int)::text)";
    succeeded(template(&server, &format!("-- requires pupils = 5\n{seed}")).await);
    let body = json!({ "name": "oakwood", "template": "college", "parameters": { "pupils": "0" } });
    let failed = server.post("/schemas", body).waiting().send().await.is(200);
    assert_eq!(failed["state"], "failed");
    for words in ["line 2 of the template's seed", "division by zero"] {
        assert!(message(&failed).contains(words), "{}", message(&failed));
    }
    // `finish` looks for schemas that are nobody's
    assert_eq!(server.schema("oakwood").await["state"], "failed");
    server.finish().await;
}
