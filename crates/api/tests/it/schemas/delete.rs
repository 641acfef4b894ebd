//! `DELETE /api/admin/schemas/{name}`

use serde_json::json;
use sqlx::Executor as _;
use tenantry_domain::problem::Code;

use crate::server::{TestServer, succeeded};

#[tokio::test]
async fn a_drop_needs_the_name_once_more() {
    let server = TestServer::start().await;
    server.create("oakwood").await;
    let delete = |body| server.delete("/schemas/oakwood", body).waiting().send();
    delete(json!({ "confirm": "oakwoo" })).await.refused(422, Code::ConfirmationMismatch);
    delete(json!({ "confirm": "" })).await.refused(422, Code::ConfirmationMismatch);
    delete(json!({})).await.refused(400, Code::InvalidRequest);
    delete(json!({ "confirm": null })).await.refused(400, Code::InvalidRequest);
    assert_eq!(server.schema("oakwood").await["state"], "active");
    let nobody = server.delete("/schemas/nobody", json!({ "confirm": "nobody" })).send().await;
    nobody.refused(404, Code::SchemaNotFound);
    succeeded(delete(json!({ "confirm": "oakwood" })).await);
    server.finish().await;
}

#[tokio::test]
async fn what_was_dropped_comes_back_with_its_data() {
    let server = TestServer::start().await;
    let before = server.create("oakwood").await;
    let mut managed = server.managed().await;
    managed.execute("insert into inst_oakwood.pupils values (7, 'Ada')").await.unwrap();
    succeeded(server.act("oakwood", "drop").await);
    let dropped = server.schema("oakwood").await;
    assert_eq!(dropped["state"], "archived");
    assert_ne!(dropped["schemaName"], before["schemaName"]);
    assert!(dropped["recoverableUntil"].as_str() > dropped["archivedAt"].as_str());
    let there: bool = sqlx::query_scalar("select to_regclass('inst_oakwood.pupils') is not null")
        .fetch_one(&mut managed)
        .await
        .unwrap();
    assert!(!there);
    succeeded(server.act("oakwood", "undrop").await);
    assert_eq!(server.schema("oakwood").await["schemaName"], before["schemaName"]);
    let name: String = sqlx::query_scalar("select name from inst_oakwood.pupils where id = 7")
        .fetch_one(&mut managed)
        .await
        .unwrap();
    assert_eq!(name, "Ada");
    server.finish().await;
}
