//! `GET /api/admin/plans`, and the plan of an institution.

use std::time::Duration;

use serde_json::json;
use tenantry_domain::plan::{Plan, Plans};
use tenantry_domain::problem::Code;
use tenantry_ops::plans::install;

use crate::server::{PATIENCE, TestServer, succeeded};

async fn with_plans() -> TestServer {
    let server = TestServer::start().await;
    let basic = Plan {
        quota_bytes: Some(1 << 30),
        connection_limit: Some(5),
        statement_timeout: Some(Duration::from_millis(1500)),
        idle_in_transaction_timeout: None,
    };
    let plans = Plans {
        named: [("basic".to_owned(), basic), ("large".to_owned(), Plan::default())].into(),
        default: Some("basic".into()),
    };
    install(&server.fleet, &plans).await.unwrap();
    server
}

/// Waits until that many operations have applied a plan.
async fn applied(server: &TestServer, count: i64) {
    let waiting = async {
        loop {
            let list = server.get("/operations?kind=apply_plan&state=succeeded").await.is(200);
            let pending = server
                .get("/operations?kind=apply_plan&state=queued,running,waiting")
                .await
                .is(200);
            if list["total"].as_i64() >= Some(count) && pending["total"] == 0 {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(PATIENCE, waiting).await.expect("the plans are applied");
}

#[tokio::test]
async fn plans_are_listed_with_their_limits_and_institutions() {
    let server = with_plans().await;
    succeeded(server.post("/schemas", json!({ "name": "oakwood" })).waiting().send().await);
    let list = server.get("/plans").await.is(200);
    assert_eq!(
        list,
        json!({ "items": [
            {
                "name": "basic", "quotaBytes": 1 << 30, "connectionLimit": 5,
                "statementTimeoutSeconds": 1.5, "idleInTransactionTimeoutSeconds": null,
                "isDefault": true, "configured": true, "schemas": 1
            },
            {
                "name": "large", "quotaBytes": null, "connectionLimit": null,
                "statementTimeoutSeconds": null, "idleInTransactionTimeoutSeconds": null,
                "isDefault": false, "configured": true, "schemas": 0
            },
        ] })
    );
    applied(&server, 1).await;
    server.finish().await;
}

#[tokio::test]
async fn an_institution_has_a_plan_and_is_found_by_it() {
    let server = with_plans().await;
    succeeded(server.post("/schemas", json!({ "name": "oakwood" })).waiting().send().await);
    let large = json!({ "name": "birch", "plan": "large" });
    succeeded(server.post("/schemas", large).waiting().send().await);
    let oakwood = server.schema("oakwood").await;
    assert_eq!((&oakwood["plan"], &oakwood["quota"]["source"]), (&json!("basic"), &json!("plan")));
    assert_eq!(oakwood["quota"]["bytes"], 1 << 30);
    for (filter, names) in [
        ("basic", json!(["oakwood"])),
        ("large,basic", json!(["birch", "oakwood"])),
        ("huge", json!([])),
    ] {
        let page = server.get(&format!("/schemas?plan={filter}")).await.is(200);
        let found: Vec<_> =
            page["items"].as_array().unwrap().iter().map(|s| s["name"].clone()).collect();
        assert_eq!(json!(found), names, "{filter}");
        assert_eq!(page["total"], found.len());
    }
    server.get("/schemas?plan=B%00").await.refused(400, Code::InvalidRequest);

    // a plan that was taken away before it was applied needs no operation
    applied(&server, 2).await;
    let path = "/schemas/oakwood";
    let own = server.patch(path, json!({ "quotaBytes": 7_i64 << 30 })).send().await.is(200);
    assert_eq!(
        (&own["quota"]["source"], &own["quota"]["bytes"]),
        (&json!("own"), &json!(7_i64 << 30))
    );
    let moved =
        server.patch(path, json!({ "plan": "large", "quotaBytes": null })).send().await.is(200);
    assert_eq!((&moved["plan"], &moved["quota"]["bytes"]), (&json!("large"), &json!(null)));
    let none = server.patch(path, json!({ "plan": null })).send().await.is(200);
    assert_eq!(none["plan"], json!(null));
    applied(&server, 3).await;
    server.finish().await;
}

#[tokio::test]
async fn an_unknown_plan_is_refused_with_the_names_of_those_that_are() {
    let server = with_plans().await;
    succeeded(server.post("/schemas", json!({ "name": "oakwood" })).waiting().send().await);
    for plan in ["huge", "", "BASIC", "a\u{0}b"] {
        let new = json!({ "name": "birch", "plan": plan });
        let refused = server.post("/schemas", new).send().await.refused(404, Code::PlanNotFound);
        assert!(refused["detail"].as_str().unwrap().contains("basic, large"), "{refused}");
        let change = json!({ "plan": plan, "displayName": "Oak" });
        server.patch("/schemas/oakwood", change).send().await.refused(404, Code::PlanNotFound);
    }
    assert_eq!(
        server.schema("oakwood").await["displayName"],
        "oakwood",
        "nothing is done by halves"
    );
    server.get("/schemas/birch").await.refused(404, Code::SchemaNotFound);
    applied(&server, 1).await;
    server.finish().await;
}
