//! `GET /api/admin/schemas/rows`, and what lists are sorted and filtered by besides names.

use serde_json::{Value, json};
use sqlx::Executor as _;
use tenantry_domain::problem::Code;
use tenantry_pg::ddl;
use tenantry_pg::sql::Ident;

use crate::server::{TestServer, succeeded};

/// 200 schemas as a fleet has them, in the control database alone: used, with backups, and at the levels of their
/// quotas at which a judge would leave them.
async fn fill(server: &TestServer) {
    let mut control = server.control().await;
    for statement in [
        "insert into tenant_schema
           (id, name, display_name, state, template, template_version, usage_bytes, quota_bytes,
            quota_level, created_at)
         select gen_random_uuid(), 'school_' || lpad(n::text, 4, '0'), 'School No. ' || n,
                (array['active', 'suspended', 'archived', 'failed'])[n % 4 + 1], 'default',
                n % 3 + 1, (array[500, 850, 1050])[n % 3 + 1] * 1000000 + n, 1000000000,
                (array['ok', 'warning', 'soft'])[n % 3 + 1],
                clock_timestamp() - random() * interval '300 days'
         from generate_series(1, 200) n",
        "insert into schema_usage (schema_id, row_estimate, writes_total, connections, last_activity)
         select id, 0, 0, 0, clock_timestamp() - random() * interval '3 days' from tenant_schema",
        "update tenant_schema s set active_at = u.last_activity from schema_usage u
         where u.schema_id = s.id and right(s.name, 1) <> '7'",
        "insert into backup
           (id, schema_id, schema_name, operation_id, reason, state, engine, manifest, manifest_sha256,
            taken_at, took_ms, archive_bytes, plain_bytes, row_count, table_count, form, key_epoch,
            server_version, verified_at)
         select gen_random_uuid(), id, name, gen_random_uuid(), 'manual', 'stored', 'tenantry', '{}', '',
                clock_timestamp() - random() * interval '50 hours', 1, 1, 1, 1, 1, '', 1, '15',
                case when right(name, 1) < '5' then clock_timestamp() end
         from tenant_schema where right(name, 1) <> '3'",
    ] {
        control.execute(statement).await.unwrap();
    }
}

fn items(page: &Value) -> &Vec<Value> {
    page["items"].as_array().unwrap()
}

#[tokio::test]
async fn a_row_shows_what_is_there_and_under_way() {
    let server = TestServer::start().await;
    server.create("oakwood").await;
    server.create("birch").await;
    let body = json!({ "quotaBytes": 1_048_576 });
    server.patch("/schemas/oakwood", body).send().await.is(200);
    let call = server.post("/backups", json!({ "schema": "oakwood" })).waiting();
    succeeded(call.send().await);
    server.rest().await;
    let queued =
        server.patch("/schemas/birch", json!({ "action": "suspend" })).send().await.is(202);
    let page = server.get("/schemas/rows?sort=-name").await.is(200);
    assert_eq!((&page["total"], &page["nextCursor"]), (&json!(2), &json!(null)));
    let (oakwood, birch) = (&items(&page)[0], &items(&page)[1]);
    let whole = server.schema("oakwood").await;
    for field in ["id", "name", "displayName", "state", "template", "templateVersion"] {
        assert_eq!(oakwood[field], whole[field], "{field}");
    }
    assert_eq!(oakwood["quotaBytes"], 1_048_576);
    assert_eq!(oakwood["quotaLevel"], whole["quota"]["level"]);
    assert_eq!(oakwood["backup"]["verification"], "none");
    let taken = whole["backup"]["takenAt"].as_str().unwrap();
    assert_eq!(oakwood["backup"]["goodAt"].as_str().unwrap()[..19], taken[..19]);
    assert!(oakwood.get("operation").is_none() && birch.get("backup").is_none());
    assert_eq!(
        birch["operation"],
        json!({
            "id": queued["id"], "kind": "suspend_schema", "state": "queued",
            "progress": { "done": 0, "total": 2, "current": null, "unwinding": false },
        })
    );
    server.put_to_work(crate::server::quick_worker()).await;
    server.ended(&queued["id"]).await;
    server.finish().await;
}

#[tokio::test]
async fn a_page_of_two_hundred_is_small() {
    let server = TestServer::idle().await;
    fill(&server).await;
    let answer = server.get("/schemas/rows?limit=200").await;
    assert_eq!(items(&answer.body).len(), 200);
    // compressed it is a fourth; `docs/benchmarks.md` has the figure
    assert!(answer.text.len() < 80_000, "{} bytes", answer.text.len());
    server.finish().await;
}

#[tokio::test]
async fn every_order_is_the_same_by_offset_and_by_cursor() {
    let server = TestServer::idle().await;
    fill(&server).await;
    for sort in ["name", "state", "createdAt", "updatedAt", "usage", "backup", "activity"] {
        for sort in [sort.to_owned(), format!("-{sort}")] {
            let all = server.get(&format!("/schemas/rows?sort={sort}&limit=500")).await.is(200);
            assert_eq!(items(&all).len(), 200);
            let mut seen = Vec::new();
            let mut cursor = String::new();
            loop {
                let path = format!("/schemas/rows?sort={sort}&limit=60{cursor}");
                let page = server.get(&path).await.is(200);
                seen.extend(items(&page).clone());
                match page["nextCursor"].as_str() {
                    Some(next) => cursor = format!("&cursor={next}"),
                    None => break,
                }
            }
            assert!(json!(seen) == all["items"], "{sort}");
            let middle = server.get(&format!("/schemas/rows?sort={sort}&limit=10&offset=95")).await;
            assert!(items(&middle.is(200))[..] == items(&all)[95..105], "{sort}");
            let whole = server.get(&format!("/schemas?sort={sort}&limit=500")).await.is(200);
            let ids =
                |page: &Value| items(page).iter().map(|it| it["id"].clone()).collect::<Vec<_>>();
            assert!(ids(&whole) == ids(&all), "{sort}: both lists have one order");
        }
    }
    let oldest = server.get("/schemas/rows?sort=backup&limit=1").await.is(200);
    assert!(items(&oldest)[0].get("backup").is_none(), "those without a backup come first");
    server.finish().await;
}

#[tokio::test]
async fn filters_and_facets_agree() {
    let server = TestServer::idle().await;
    fill(&server).await;
    let facets = server.get("/schemas/facets").await.is(200);
    let total = async |query: &str| {
        let rows = server.get(&format!("/schemas/rows?limit=1&{query}")).await.is(200);
        let list = server.get(&format!("/schemas?limit=1&{query}")).await.is(200);
        assert_eq!(rows["total"], list["total"], "{query}");
        rows["total"].as_i64().unwrap()
    };
    for level in facets["quotaLevels"].as_array().unwrap() {
        let word = level["level"].as_str().unwrap();
        assert_eq!(total(&format!("quota={word}")).await, level["count"], "{word}");
    }
    assert_eq!(total("quota=soft,blocked").await, 67);
    for version in facets["templates"].as_array().unwrap() {
        let query = format!("template=default&templateVersion={}", version["version"]);
        assert_eq!(total(&query).await, version["count"]);
    }
    let living = "state=active,suspended&backup=";
    assert_eq!(total(&format!("{living}none")).await, facets["withoutBackup"]);
    assert_eq!(total(&format!("{living}stale")).await, facets["staleBackup"]);
    let fresh = total(&format!("{living}fresh")).await;
    let fleet = server.get("/backups/freshness").await.is(200);
    assert_eq!(fleet["stale"], facets["staleBackup"]);
    assert_eq!(fleet["withoutBackup"], facets["withoutBackup"]);
    assert_eq!(
        fresh,
        fleet["institutions"].as_i64().unwrap()
            - fleet["stale"].as_i64().unwrap()
            - fleet["withoutBackup"].as_i64().unwrap()
    );
    assert_eq!(facets["plans"], json!([{ "plan": null, "count": 200 }]));
    for query in
        ["quota=full", "backup=old", "templateVersion=x", "failing=perhaps", "template=%00"]
    {
        let answer = server.get(&format!("/schemas/rows?{query}")).await;
        answer.refused(400, Code::InvalidRequest);
    }
    server.finish().await;
}

#[tokio::test]
async fn failing_are_those_that_nothing_went_well_with_since() {
    let server = TestServer::start().await;
    for name in ["oakwood", "birch", "willow"] {
        server.create(name).await;
    }
    // one whose schema was renamed by hand is not touched
    for name in ["oakwood", "birch"] {
        let mut managed = server.managed().await;
        let ours = Ident::new(&format!("inst_{name}")).unwrap();
        let hidden = Ident::new(&format!("hidden_{name}")).unwrap();
        let hide = ddl!("alter schema {} rename to {}", ours, hidden);
        managed.execute(hide.into_sql()).await.unwrap();
        let failed = server.act(name, "suspend").await;
        assert_eq!(failed.body["state"], "failed", "{}", failed.text);
        let show = ddl!("alter schema {} rename to {}", hidden, ours);
        managed.execute(show.into_sql()).await.unwrap();
    }
    let failing = server.get("/schemas/rows?failing=true").await.is(200);
    let names: Vec<_> = items(&failing).iter().map(|it| it["name"].as_str().unwrap()).collect();
    assert_eq!((names, &failing["total"]), (vec!["birch", "oakwood"], &json!(2)));
    assert_eq!(server.get("/schemas/facets").await.is(200)["failing"], 2);
    succeeded(server.act("birch", "suspend").await);
    assert_eq!(server.get("/schemas/rows?failing=true").await.is(200)["total"], 1);
    assert_eq!(server.get("/schemas/rows?failing=false").await.is(200)["total"], 3);
    server.finish().await;
}

#[tokio::test]
async fn what_becomes_of_backups_is_seen_in_the_order() {
    let server = TestServer::idle().await;
    fill(&server).await;
    let mut control = server.control().await;
    let newest = server.get("/schemas/rows?sort=-backup&limit=1").await.is(200);
    let first = items(&newest)[0].clone();
    let before: i64 = sqlx::query_scalar("select sum(revision)::int8 from tenant_schema")
        .fetch_one(&mut control)
        .await
        .unwrap();
    sqlx::query(
        "update backup set state = 'removed', removed_at = now() where schema_id = $1::uuid",
    )
    .bind(first["id"].as_str().unwrap())
    .execute(&mut control)
    .await
    .unwrap();
    let without = server.get("/schemas/rows?backup=none&limit=500").await.is(200);
    assert!(items(&without).iter().any(|row| row["id"] == first["id"]));
    // found unchanged: the old one is as good as one that was taken now
    let oldest = "update backup set current_at = clock_timestamp() where id = (
                    select id from backup where state <> 'removed' order by taken_at limit 1)
                  returning schema_id::text";
    let oldest: String = sqlx::query_scalar(oldest).fetch_one(&mut control).await.unwrap();
    let newest = server.get("/schemas/rows?sort=-backup&limit=1").await.is(200);
    assert_eq!(items(&newest)[0]["id"], json!(oldest));
    let after: i64 = sqlx::query_scalar("select sum(revision)::int8 from tenant_schema")
        .fetch_one(&mut control)
        .await
        .unwrap();
    assert_eq!(before, after, "a backup is no change of a schema");
    server.finish().await;
}
