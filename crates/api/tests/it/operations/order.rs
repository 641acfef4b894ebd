//! In which order the operations of one schema are done.

use serde_json::json;
use sqlx::Row as _;
use tenantry_ops::runner::WorkerConfig;

use crate::server::{TestServer, quick_worker, until};

#[tokio::test]
async fn case_12_a_hundred_operations_of_one_schema_are_done_one_by_one() {
    let server = TestServer::start().await;
    server.create("oakwood").await;
    server.rest().await;
    let mut asked = Vec::new();
    for number in 0..100 {
        let action = ["suspend", "resume"][number % 2];
        let call = server.patch("/schemas/oakwood", json!({ "action": action }));
        asked.push(call.send().await.is(202)["id"].as_str().unwrap().to_owned());
    }
    let mut control = server.control().await;
    // nothing over HTTP sets a priority
    sqlx::query(
        "update operation set priority = ascii(right(id::text, 1)) % 3 where state = 'queued'",
    )
    .execute(&mut control)
    .await
    .unwrap();
    server.put_to_work(WorkerConfig { places: 16, ..quick_worker() }).await;
    until(async || {
        let page = server.get("/operations?state=queued,running,waiting").await.is(200);
        (page["total"] == 0).then_some(())
    })
    .await;
    let rows = sqlx::query(
        "select id::text, state, started_at, finished_at,
                row_number() over (order by started_at) as was,
                row_number() over (order by priority desc, created_at, id) as should,
                started_at < lag(finished_at) over (order by started_at) as overlaps
         from operation where kind <> 'create_schema' order by created_at, id",
    )
    .fetch_all(&mut control)
    .await
    .unwrap();
    let ids: Vec<String> = rows.iter().map(|row| row.get("id")).collect();
    assert_eq!(ids, asked);
    for row in &rows {
        assert_eq!(row.get::<String, _>("state"), "succeeded");
        assert_eq!(row.get::<i64, _>("was"), row.get::<i64, _>("should"));
        assert_ne!(row.get::<Option<bool>, _>("overlaps"), Some(true));
    }
    server.finish().await;
}
