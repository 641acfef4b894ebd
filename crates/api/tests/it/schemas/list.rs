//! `GET /api/admin/schemas`

use std::collections::BTreeSet;

use serde_json::{Value, json};
use sqlx::Executor as _;
use tenantry_domain::problem::Code;

use crate::server::TestServer;

/// So many rows in the control database alone: a list does not look anywhere else.
async fn fill(server: &TestServer, count: i32) {
    sqlx::query(
        "insert into tenant_schema
           (id, name, display_name, state, template, template_version, usage_bytes, created_at,
            updated_at)
         select gen_random_uuid(), 's_' || lpad(n::text, 4, '0'), 'School No. ' || n,
                (array['active', 'suspended', 'archived', 'failed', 'purged'])[n % 5 + 1],
                'default', 1,
                -- ties, and some that were never measured
                case when n % 7 > 0 then n % 10 * 1000 end,
                timestamptz '2026-01-01' + n % 25 * interval '1 hour',
                timestamptz '2026-02-01' - n * interval '1 minute'
         from generate_series(1, $1) n",
    )
    .bind(count)
    .execute(&mut server.control().await)
    .await
    .unwrap();
}

fn names(page: &Value) -> Vec<String> {
    let items = page["items"].as_array().unwrap();
    items.iter().map(|item| item["name"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn filters_narrow_the_list_and_its_total() {
    let server = TestServer::start().await;
    fill(&server, 50).await;
    for (query, total) in [
        ("", 40), // purged ones are left out
        ("?state=active", 10),
        ("?state=active,purged", 20),
        ("?state=active,,suspended", 20),
        ("?state=provisioning", 0),
        ("?q=s_000", 7),
        ("?q=S_000", 7),
        ("?q=no.%205&state=active,suspended,archived,failed,purged", 2),
        ("?q=s_0001&state=suspended", 1),
        ("?q=", 40),
        ("?q=%25", 0), // nothing in a search text is special
        ("?q=s-000", 0),
        ("?q=%5C", 0),
        ("?q=%27%20or%201%3D1--", 0),
    ] {
        let page = server.get(&format!("/schemas{query}")).await.is(200);
        assert_eq!(page["total"], total, "{query}");
        assert_eq!(page["items"].as_array().unwrap().len(), total as usize, "{query}");
    }
    let page = server.get("/schemas?state=suspended&q=school%20no.%201").await.is(200);
    assert_eq!(names(&page), ["s_0001", "s_0011", "s_0016"]);
    server.finish().await;
}

#[tokio::test]
async fn every_sort_is_an_order_with_the_id_behind_it() {
    let server = TestServer::start().await;
    fill(&server, 60).await;
    let key = |sort: &str, item: &Value| -> (String, i64) {
        match sort {
            "usage" => (String::new(), item["usage"]["bytes"].as_i64().unwrap_or(0)),
            field => (item[field].as_str().unwrap().to_owned(), 0),
        }
    };
    for sort in ["name", "createdAt", "updatedAt", "usage"] {
        let up = server.get(&format!("/schemas?sort={sort}&limit=500")).await.is(200);
        let down = server.get(&format!("/schemas?sort=-{sort}&limit=500")).await.is(200);
        let items = up["items"].as_array().unwrap();
        assert_eq!(items.len(), 48);
        let place = |item: &Value| (key(sort, item), item["id"].as_str().unwrap().to_owned());
        assert!(items.is_sorted_by_key(place), "{sort}");
        let turned: Vec<_> = items.iter().rev().cloned().collect();
        assert_eq!(down["items"], json!(turned), "-{sort}");
    }
    let by_default = server.get("/schemas?limit=500").await.is(200);
    assert_eq!(by_default, server.get("/schemas?sort=name&limit=500").await.is(200));
    server.finish().await;
}

#[tokio::test]
async fn a_cursor_leaves_no_gap_and_gives_nothing_twice_while_rows_come_in() {
    let server = TestServer::start().await;
    fill(&server, 250).await;
    let states = "state=active,suspended,archived,failed,purged";
    let mut control = server.control().await;
    for (round, sort) in
        ["name", "-name", "createdAt", "-createdAt", "updatedAt", "-updatedAt", "usage", "-usage"]
            .into_iter()
            .enumerate()
    {
        let mut seen = Vec::new();
        let mut cursor: Option<String> = None;
        let mut pages = 0;
        loop {
            let after = cursor.map(|cursor| format!("&cursor={cursor}")).unwrap_or_default();
            let path = format!("/schemas?{states}&sort={sort}&limit=23{after}");
            let page = server.get(&path).await.is(200);
            seen.extend(names(&page));
            pages += 1;
            // before, between and behind what was read
            sqlx::query(
                "insert into tenant_schema (id, name, display_name, state, template, usage_bytes,
                                            created_at, updated_at)
                 select gen_random_uuid(), 's_' || lpad((25 * n)::text, 4, '0') || 'x' || $1, 'new',
                        'active', 'default', n * 900, timestamptz '2026-01-01' + n * interval '2 h',
                        timestamptz '2026-02-01' - n * interval '25 min'
                 from generate_series(0, 10) n",
            )
            .bind(round as i32 * 100 + pages)
            .execute(&mut control)
            .await
            .unwrap();
            cursor = page["nextCursor"].as_str().map(str::to_owned);
            if cursor.is_none() {
                break;
            }
        }
        let all: BTreeSet<_> = seen.iter().cloned().collect();
        assert_eq!(all.len(), seen.len(), "{sort}: something came twice");
        let missed: Vec<_> =
            (1..=250).map(|n| format!("s_{n:04}")).filter(|name| !all.contains(name)).collect();
        assert!(missed.is_empty(), "{sort}: {missed:?}");
        control.execute("delete from tenant_schema where display_name = 'new'").await.unwrap();
    }
    server.finish().await;
}

#[tokio::test]
async fn pages_by_offset_and_their_bounds() {
    let server = TestServer::start().await;
    fill(&server, 50).await;
    let page = server.get("/schemas?limit=10&offset=35").await.is(200);
    assert_eq!((names(&page).len(), page["total"].as_i64()), (5, Some(40)));
    assert_eq!(page["nextCursor"], json!(null));
    assert_eq!(server.get("/schemas?offset=4000").await.is(200)["items"], json!([]));
    let first = server.get("/schemas?limit=1").await.is(200);
    let cursor = first["nextCursor"].as_str().unwrap().to_owned();
    for query in [
        "limit=0".to_owned(),
        "limit=501".into(),
        "limit=-1".into(),
        "limit=ten".into(),
        "limit=99999999999999999999".into(),
        "offset=-1".into(),
        "sort=size".into(),
        "sort=".into(),
        "sort=--name".into(),
        "state=living".into(),
        "state=active;suspended".into(),
        "q=a%00b".into(),
        "colour=red".into(),
        "limit=1&limit=2".into(),
        "cursor=nonsense".into(),
        "cursor=".into(),
        format!("cursor={cursor}&offset=1"),
        format!("cursor={cursor}&sort=-name"),
        format!("cursor={cursor}&sort=usage"),
        forged("Name", "a\0b"),
        forged("CreatedAt", "-009999-01-02T00:00:00Z"),
        forged("UpdatedAt", "yesterday"),
        forged("Usage", "1e9"),
    ] {
        let answer = server.get(&format!("/schemas?{query}")).await;
        answer.refused(400, Code::InvalidRequest);
    }
    server.finish().await;
}

/// A cursor as ours are, with a value that none of ours has.
fn forged(key: &str, value: &str) -> String {
    use base64::Engine as _;
    let sort = json!({ "key": key, "descending": false });
    let cursor = json!({ "sort": sort, "value": value, "id": uuid::Uuid::nil() });
    let name = key[..1].to_lowercase() + &key[1..];
    let text = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(cursor.to_string());
    format!("sort={name}&cursor={text}")
}
