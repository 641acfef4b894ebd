//! `/api/admin/schemas/{name}/credentials`

use reqwest::Method;
use serde_json::json;
use sqlx::{Connection as _, Executor as _, PgConnection};
use tenantry_domain::access::Role;
use tenantry_domain::problem::Code;

use crate::server::{TestServer, succeeded};

const PATH: &str = "/schemas/oakwood/credentials";

#[tokio::test]
async fn credentials_are_issued_once_log_in_and_are_replaced_on_request() {
    let server = TestServer::start().await;
    server.create("oakwood").await;
    let none = server.get(PATH).await.is(200);
    assert_eq!(none["items"].as_array().unwrap().len(), 1);
    assert_eq!(none["items"][0]["passwordSetAt"], json!(null));
    assert_eq!(none["items"][0]["connectionLimit"], 20);

    let issued = server.post(PATH, json!({})).send().await.is(200);
    let url = issued["connectionString"].as_str().unwrap();
    for part in ["user", "password", "host", "database"] {
        assert!(url.contains(issued[part].as_str().unwrap()), "{part}");
    }
    assert_eq!(
        (&issued["role"], &issued["user"]),
        (&json!("application"), &none["items"][0]["user"])
    );
    let mut application = PgConnection::connect(url).await.unwrap();
    application.execute("insert into pupils values (1, 'Ada')").await.unwrap();

    server.post(PATH, json!({})).send().await.refused(409, Code::CredentialsExist);
    PgConnection::connect(url).await.unwrap();
    let again = server.post(PATH, json!({ "rotate": true })).send().await.is(200);
    assert!(PgConnection::connect(url).await.is_err(), "the old one is worth nothing");
    PgConnection::connect(again["connectionString"].as_str().unwrap()).await.unwrap();
    application.execute("select * from pupils").await.unwrap();

    let reader = server.post(PATH, json!({ "role": "readOnly" })).send().await.is(200);
    let mut session =
        PgConnection::connect(reader["connectionString"].as_str().unwrap()).await.unwrap();
    session.execute("select * from pupils").await.unwrap();
    assert!(session.execute("insert into pupils values (2, 'Eve')").await.is_err());
    let both = server.get(PATH).await.is(200);
    assert_eq!(both["items"][1]["role"], "readOnly");
    assert!(both["items"].as_array().unwrap().iter().all(|role| role["passwordSetAt"].is_string()));
    assert!(both["items"][0].get("password").is_none(), "{both:#}");
    server.finish().await;
}

#[tokio::test]
async fn a_secret_is_in_no_log_and_every_issue_is_in_the_audit_log() {
    let server = TestServer::start().await;
    server.create("oakwood").await;
    let issued = server.post(PATH, json!({})).send().await.is(200);
    server.post(PATH, json!({})).send().await.refused(409, Code::CredentialsExist);
    let rows: Vec<(String, String)> = sqlx::query_as(
        "select outcome, audit::text from audit where action = 'issue_credentials' order by id",
    )
    .fetch_all(&mut server.control().await)
    .await
    .unwrap();
    let outcomes: Vec<&str> = rows.iter().map(|row| row.0.as_str()).collect();
    assert_eq!(outcomes, ["accepted", "succeeded", "accepted", "failed"]);
    let password = issued["password"].as_str().unwrap();
    assert!(!rows.iter().any(|row| row.1.contains(password)));
    let shown = server.call_as(Role::Admin, Method::GET, "/audit").send().await.is(200);
    assert!(!shown.to_string().contains(password));
    server.finish().await;
}

#[tokio::test]
async fn who_has_no_roles_gets_no_credentials() {
    let server = TestServer::start().await;
    server.create("oakwood").await;
    server
        .post("/schemas/nobody/credentials", json!({}))
        .send()
        .await
        .refused(404, Code::SchemaNotFound);
    for body in [
        json!({ "role": "owner" }),
        json!({ "password": "x" }),
        json!({ "rotate": 1 }),
        json!(null),
    ] {
        server.post(PATH, body).send().await.refused(400, Code::InvalidRequest);
    }
    let viewer = server.call_as(Role::Viewer, Method::POST, PATH).json(json!({}));
    viewer.send().await.refused(403, Code::Forbidden);
    // suspended: prepared for the day on which it is let in again
    succeeded(server.act("oakwood", "suspend").await);
    let issued = server.post(PATH, json!({})).send().await.is(200);
    let url = issued["connectionString"].as_str().unwrap();
    assert!(PgConnection::connect(url).await.is_err());
    succeeded(server.act("oakwood", "resume").await);
    PgConnection::connect(url).await.unwrap();
    succeeded(server.act("oakwood", "drop").await);
    server.post(PATH, json!({ "rotate": true })).send().await.refused(409, Code::InvalidState);
    server.get(PATH).await.refused(409, Code::InvalidState);
    server.finish().await;
}

#[tokio::test]
async fn the_connection_limit_is_an_attribute() {
    let server = TestServer::start().await;
    server.create("oakwood").await;
    let limit = async || server.get(PATH).await.is(200)["items"][0]["connectionLimit"].clone();
    server.patch("/schemas/oakwood", json!({ "connectionLimit": 1 })).send().await.is(200);
    assert_eq!(limit().await, 1);
    let issued = server.post(PATH, json!({})).send().await.is(200);
    let url = issued["connectionString"].as_str().unwrap();
    let first = PgConnection::connect(url).await.unwrap();
    assert!(PgConnection::connect(url).await.is_err());
    let both = json!({ "connectionLimit": null, "displayName": "Oakwood" });
    let named = server.patch("/schemas/oakwood", both).send().await.is(200);
    assert_eq!(named["displayName"], "Oakwood");
    assert_eq!(limit().await, 20);
    PgConnection::connect(url).await.unwrap();
    first.close().await.unwrap();
    for wrong in [json!(0), json!(-1), json!(10_001), json!("5")] {
        let body = json!({ "connectionLimit": wrong });
        server.patch("/schemas/oakwood", body).send().await.refused(400, Code::InvalidRequest);
    }
    server.finish().await;
}
