//! `POST /api/admin/schemas/import`

use reqwest::Method;
use serde_json::{Value, json};
use tenantry_domain::access::Role;
use tenantry_domain::problem::Code;

use crate::call::Call;
use crate::server::{TestServer, succeeded};

fn import(server: &TestServer, query: &str, sheet: impl Into<String>) -> Call {
    let path = format!("/schemas/import?{query}");
    server.call_as(Role::Operator, Method::POST, &path).text("text/csv; charset=utf-8", sheet)
}

async fn preview(server: &TestServer, query: &str, sheet: &str) -> Value {
    import(server, &format!("dryRun=true&{query}"), sheet).send().await.is(200)
}

fn fates(report: &Value) -> Vec<(u64, &str, &str)> {
    let rows = report["rows"].as_array().unwrap();
    rows.iter()
        .map(|row| {
            (
                row["line"].as_u64().unwrap(),
                row["name"].as_str().unwrap(),
                row["fate"].as_str().unwrap(),
            )
        })
        .collect()
}

const SHEET: &str = "name,displayName,externalId,contactEmail,labels,quotaBytes\r\n\
                     ash,Ash,1,office@ash.example,region=north;kind=school,5GB\r\n\
                     birch,\"Birch, \"\"the\"\" school\",2,,,\r\n\
                     cedar,,,,,\r\n";

#[tokio::test]
async fn rows_become_institutions_of_one_operation() {
    let server = TestServer::start().await;
    let preview = preview(&server, "", SHEET).await;
    assert_eq!(
        fates(&preview),
        [(2, "ash", "create"), (3, "birch", "create"), (4, "cedar", "create")]
    );
    assert_eq!(server.get("/schemas").await.is(200)["total"], 0, "a preview changes nothing");

    let operation = succeeded(import(&server, "", SHEET).waiting().send().await);
    assert_eq!(operation["kind"], "import_schemas");
    assert_eq!(
        (&operation["progress"]["done"], &operation["progress"]["total"]),
        (&json!(3), &json!(3))
    );
    assert_eq!(operation["result"]["created"], 3);
    let ash = server.schema("ash").await;
    assert_eq!(ash["labels"], json!({ "region": "north", "kind": "school" }));
    assert_eq!(ash["quota"]["bytes"], 5_i64 << 30);
    assert_eq!(ash["contact"]["email"], "office@ash.example");
    assert_eq!(server.schema("birch").await["displayName"], "Birch, \"the\" school");
    assert_eq!(server.schema("cedar").await["displayName"], "cedar");

    let path = format!("/operations?parent={}", operation["id"].as_str().unwrap());
    let children = server.get(&path).await.is(200);
    assert_eq!(children["total"], 3);
    for child in children["items"].as_array().unwrap() {
        assert_eq!((&child["kind"], &child["parent"]), (&json!("create_schema"), &operation["id"]));
        assert_eq!(child["state"], "succeeded");
    }
    let both = server.get(&format!("{path}&schema=ash")).await;
    both.refused(400, Code::InvalidRequest);

    // once more: there is nothing to do
    let again = succeeded(import(&server, "", SHEET).waiting().send().await);
    assert_eq!(
        (&again["result"]["created"], &again["result"]["unchanged"]),
        (&json!(0), &json!(3))
    );
    server.finish().await;
}

#[tokio::test]
async fn what_differs_is_changed_only_when_that_is_asked_for() {
    let server = TestServer::start().await;
    succeeded(import(&server, "", SHEET).waiting().send().await);
    let before = server.schema("ash").await;
    // no column for the quota: it stays. The empty cell takes the address away
    let sheet =
        "name,displayName,contactEmail\nash,Ash Grove,\nbirch,\"Birch, \"\"the\"\" school\",\n";
    let report = preview(&server, "", sheet).await;
    assert_eq!(fates(&report), [(2, "ash", "differs"), (3, "birch", "unchanged")]);
    assert_eq!(report["rows"][0]["changes"], json!(["displayName", "contact.email"]));
    let done = succeeded(import(&server, "", sheet).waiting().send().await);
    assert_eq!(done["result"]["differs"], 1);
    assert_eq!(server.schema("ash").await["version"], before["version"]);

    let report = preview(&server, "update=true", sheet).await;
    assert_eq!((&report["update"], &report["unchanged"]), (&json!(1), &json!(1)));
    let done = succeeded(import(&server, "update=true", sheet).waiting().send().await);
    assert_eq!(done["result"]["updated"], 1);
    let after = server.schema("ash").await;
    assert_eq!(after["displayName"], "Ash Grove");
    assert_eq!(after["contact"]["email"], json!(null));
    assert_eq!((&after["quota"], &after["labels"]), (&before["quota"], &before["labels"]));
    assert_ne!(after["version"], before["version"]);
    let log = server.call_as(Role::Admin, Method::GET, "/audit?schema=ash").send().await.is(200);
    assert_eq!(log["items"][0]["action"], "update_schema");
    server.finish().await;
}

#[tokio::test]
async fn one_invalid_row_refuses_all_unless_it_may_be_left_out() {
    let server = TestServer::start().await;
    server.create("there").await;
    server.patch("/schemas/there", json!({ "externalId": "T" })).send().await.is(200);
    server.create("gone").await;
    succeeded(server.act("gone", "drop").await);
    let sheet = "name,externalId,template,contactEmail\n\
                 fine,F,,\n\
                 Bad Name,,,nobody\n\
                 facets,,,\n\
                 fine,F,,\n\
                 gone,,,\n\
                 there,T,,\n\
                 other,T,,\n\
                 modern,,no_such,\n";
    let problem = import(&server, "", sheet).send().await.refused(422, Code::ImportRefused);
    let report = &problem["report"];
    let invalid: Vec<_> =
        fates(report).into_iter().filter(|row| row.2 == "invalid").map(|row| row.0).collect();
    assert_eq!(invalid, [3, 4, 5, 6, 8, 9]);
    assert_eq!(report["invalid"], 6);
    let reasons = |row: usize| report["rows"][row]["reasons"].to_string();
    for (row, words) in [
        (1, &["name", "contact.email"][..]),
        (2, &["reserved"]),
        (3, &["line 2 has the same", "externalId"]),
        (4, &["undrop", "purge"]),
        (6, &["there has the same", "line 7 has the same"]),
        (7, &["no template", "no_such"]),
    ] {
        for word in words {
            assert!(reasons(row).contains(word), "{row}, {word}: {}", reasons(row));
        }
    }
    assert_eq!(fates(report)[5].2, "unchanged");
    assert_eq!(server.get("/operations?kind=import_schemas").await.is(200)["total"], 0);
    server.get("/schemas/fine").await.refused(404, Code::SchemaNotFound);

    let done = succeeded(import(&server, "skipInvalid=true", sheet).waiting().send().await);
    assert_eq!((&done["result"]["created"], &done["result"]["skipped"]), (&json!(1), &json!(6)));
    assert_eq!(server.schema("fine").await["state"], "active");
    server.finish().await;
}

#[tokio::test]
async fn what_is_no_sheet_is_refused_as_a_whole() {
    let server = TestServer::start().await;
    for (sheet, word) in [
        ("", "name"),
        ("name,shoeSize\nash,7\n", "shoeSize"),
        ("name;displayName\nash;Ash\n", "comma"),
        ("displayName\nAsh\n", "name"),
        ("name\n", "no row"),
    ] {
        let problem = import(&server, "", sheet).send().await.refused(422, Code::ImportRefused);
        assert!(problem["detail"].as_str().unwrap().contains(word), "{word}: {problem:#}");
    }
    let call = server.call_as(Role::Operator, Method::POST, "/schemas/import");
    call.json(json!([])).send().await.refused(415, Code::UnsupportedMediaType);
    for query in ["dryRun=perhaps", "update=1", "nonsense=true", "template=%00"] {
        import(&server, query, SHEET).send().await.refused(400, Code::InvalidRequest);
    }
    let large = format!("name,displayName\nash,{}\n", "x".repeat(8 << 20));
    import(&server, "", large).send().await.refused(413, Code::TooLarge);
    let viewer = server.call_as(Role::Viewer, Method::POST, "/schemas/import");
    viewer.text("text/csv", SHEET).send().await.refused(403, Code::Forbidden);
    server.finish().await;
}

#[tokio::test]
async fn an_import_sent_again_under_its_key_is_the_same_one() {
    let server = TestServer::start().await;
    let send = |query: &'static str| import(&server, query, SHEET).key("k").waiting().send();
    let (first, second) = tokio::join!(send(""), send(""));
    assert_eq!(succeeded(first)["id"], succeeded(second)["id"]);
    send("update=true").await.refused(422, Code::IdempotencyMismatch);
    assert_eq!(server.get("/operations?kind=import_schemas").await.is(200)["total"], 1);
    server.finish().await;
}

#[tokio::test]
async fn two_imports_of_the_same_institutions_make_each_once() {
    let server = TestServer::start().await;
    let sheet: String = (0..30).map(|n| format!("school_{n},{n}\n")).collect();
    let sheet = format!("name,externalId\n{sheet}");
    let send = || import(&server, "", sheet.clone()).waiting().send();
    let (first, second) = tokio::join!(send(), send());
    let (first, second) = (succeeded(first), succeeded(second));
    let sum = |key: &str| {
        first["result"][key].as_i64().unwrap() + second["result"][key].as_i64().unwrap()
    };
    assert_eq!((sum("created"), sum("unchanged")), (30, 30));
    assert_eq!(server.get("/schemas?state=active").await.is(200)["total"], 30);
    server.finish().await;
}
