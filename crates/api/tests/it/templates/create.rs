//! `POST` and `GET /api/admin/templates`

use reqwest::Method;
use serde_json::{Value, json};
use tenantry_domain::access::Role;
use tenantry_domain::problem::Code;

use crate::call::Answer;
use crate::server::{MARKS, PUPILS, TestServer, succeeded};

async fn create(server: &TestServer, name: &str, files: &[(&str, &str)]) -> Answer {
    let file = |(path, text): &(&str, &str)| json!({ "path": path, "text": text });
    let files: Vec<Value> = files.iter().map(file).collect();
    let call = server.call_as(Role::Admin, Method::POST, "/templates");
    call.json(json!({ "name": name, "files": files })).waiting().send().await
}

#[tokio::test]
async fn a_folder_becomes_the_next_version() {
    let server = TestServer::start().await;
    let files = [("1_pupils.sql", PUPILS), ("2_marks.sql", MARKS)];
    let made = succeeded(create(&server, "college", &files).await);
    assert_eq!(made["result"]["version"], 1);
    let more = [files[0], files[1], ("10_rooms.sql", "create table rooms (id int primary key);")];
    assert_eq!(succeeded(create(&server, "college", &more).await)["result"]["version"], 2);
    // the same again is the same version
    assert_eq!(succeeded(create(&server, "college", &more).await)["result"]["version"], 2);
    let versions = server.get("/templates/college").await.is(200);
    assert_eq!(versions["total"], 2);
    let newest = &versions["items"][0];
    assert_eq!((&newest["version"], &newest["layout"]), (&json!(2), &json!("plain")));
    let names: Vec<_> =
        newest["migrations"].as_array().unwrap().iter().map(|m| &m["name"]).collect();
    assert_eq!(names, ["1_pupils", "2_marks", "10_rooms"]);
    assert_eq!(newest["relations"], 6);
    assert_eq!(server.get("/templates").await.is(200)["total"], 3);
    let body = json!({ "name": "oakwood", "template": "college", "templateVersion": 1 });
    succeeded(server.post("/schemas", body).waiting().send().await);
    assert_eq!(server.schema("oakwood").await["templateVersion"], 1);
    server.finish().await;
}

#[tokio::test]
async fn a_refusal_names_file_line_and_rule() {
    let server = TestServer::start().await;
    let files = [
        ("1.sql", "create table a (b int);\n\ncreate table public.c (d int);\n"),
        ("2.sql", "begin;\nselect 1;\ncommit;\n"),
        ("3.sql", "create tabel x ();\n"),
    ];
    let problem = create(&server, "college", &files).await.refused(422, Code::TemplateRefused);
    let refusals = problem["refusals"].as_array().unwrap();
    let places: Vec<_> = refusals
        .iter()
        .map(|refusal| {
            (
                refusal["file"].as_str().unwrap(),
                refusal["line"].as_u64().unwrap(),
                refusal["code"].as_str().unwrap(),
            )
        })
        .collect();
    assert!(places.contains(&("1.sql", 3, "foreign-name")), "{places:?}");
    assert!(places.contains(&("2.sql", 1, "transaction-control")), "{places:?}");
    assert!(places.contains(&("3.sql", 1, "unparsable")), "{places:?}");
    assert!(refusals.iter().all(|refusal| !refusal["reason"].as_str().unwrap().is_empty()));
    assert!(problem["detail"].as_str().unwrap().contains("1.sql:3"), "{problem:#}");
    let none = create(&server, "college", &[]).await.refused(422, Code::TemplateRefused);
    assert_eq!(none["refusals"][0]["code"], "no-migrations");
    let nul = create(&server, "college", &[("1.sql", "select '\0';")]).await;
    nul.refused(422, Code::TemplateRefused);
    let nul = create(&server, "college", &[("1\0.sql", "select 1;")]).await;
    nul.refused(422, Code::TemplateRefused);
    assert_eq!(server.get("/operations").await.is(200)["total"], 0);
    server.finish().await;
}

#[tokio::test]
async fn what_only_the_server_sees_fails_the_operation() {
    let server = TestServer::start().await;
    let made = create(&server, "college", &[("1.sql", "create table a (b no_such_type);")]).await;
    let operation = made.is(200);
    assert_eq!(operation["state"], "failed");
    assert!(operation["error"]["message"].as_str().unwrap().contains("no_such_type"));
    server.get("/templates/college").await.refused(404, Code::TemplateNotFound);
    server.finish().await;
}

#[tokio::test]
async fn a_template_has_a_plain_name() {
    let server = TestServer::start().await;
    for name in ["", "College", "1st", "a-b", "a\0", "ü", &"a".repeat(40)] {
        let answer = create(&server, name, &[("1.sql", "select 1;")]).await;
        answer.refused(422, Code::InvalidName);
    }
    for path in ["nobody", "NOBODY", "%00"] {
        let answer = server.get(&format!("/templates/{path}")).await;
        answer.refused(404, Code::TemplateNotFound);
    }
    server.finish().await;
}
