//! Making a schema without a spare: over HTTP from the request to `succeeded`, and the bare call in
//! the managed database, against psql running the template's script.

use std::path::Path;
use std::time::Instant;

use anyhow::Result;
use reqwest::Method;
use serde_json::json;
use tenantry_pg::Fence;
use tenantry_pg::ManagedDatabase;
use tenantry_pg::database::DatabaseConfig;
use tenantry_pg::schema::NewSchema;
use uuid::Uuid;

use super::figure::{Figure, Goal};
use super::http::Client;
use super::peer::{Peer, making};
use super::product::{Binary, Home, Product};
use super::samples::{Samples, ms_since};
use super::school;

/// The four ways that take turns.
#[derive(Default)]
struct Ways {
    http: Samples,
    bare: Samples,
    peer: Samples,
    session: Samples,
    /// What psql takes to do nothing.
    idle: Samples,
}

/// Measures.
pub(crate) async fn run(root: &Path, binary: &Binary, quick: bool) -> Result<Vec<Figure>> {
    let rounds = if quick { 3 } else { 21 };
    let home = Home::make()?;
    let product = Product::start(binary, &home)?;
    let client = product.client()?;
    school::publish(&client, root).await?;
    let text = school::script(root)?;
    let url = &product.profile.managed_database_url;
    let config = DatabaseConfig { url: url.clone(), max_connections: 2 };
    let database = ManagedDatabase::new(&config)?;
    let mut peer = Peer::find(url).await?;
    let mut ways = Ways::default();
    // The first round fills caches on all sides and is not counted.
    round(0, &client, &database, &mut peer, &text, &mut Ways::default()).await?;
    for number in 1..=rounds {
        round(number, &client, &database, &mut peer, &text, &mut ways).await?;
    }
    Ok(figures(&ways, peer.name()))
}

/// One of each, in an order that turns with the rounds, so that nobody always comes after the same.
async fn round(
    number: usize,
    client: &Client,
    database: &ManagedDatabase,
    peer: &mut Peer,
    text: &str,
    ways: &mut Ways,
) -> Result<()> {
    for turn in 0..4 {
        match (turn + number) % 4 {
            0 => {
                let body = json!({ "name": format!("http{number}") });
                ways.http.add(client.change(Method::POST, "/schemas", &body).await?);
            }
            1 => ways.peer.add(peer.run(&making(&format!("peer{number}"), text)).await?),
            2 => ways.bare.add(bare(number, database).await?),
            _ => {
                let statements = making(&format!("session{number}"), text);
                ways.session.add(peer.run_in_session(&statements).await?);
            }
        }
    }
    ways.idle.add(peer.run("select 1").await?);
    Ok(())
}

async fn bare(number: usize, database: &ManagedDatabase) -> Result<f64> {
    let institution = format!("bare{number}");
    let new = NewSchema {
        id: Uuid::now_v7(),
        institution: &institution,
        template: "default",
        version: 1,
        parameters: None,
    };
    let start = Instant::now();
    database.make_schema(new, Fence { operation: Uuid::now_v7(), generation: 1 }).await?;
    Ok(ms_since(start))
}

fn figures(ways: &Ways, peer: &'static str) -> Vec<Figure> {
    let figure = |name: &str, ours: &Samples, peer, goal, note| Figure {
        name: name.into(),
        ours: ours.median(),
        unit: "ms",
        peer: Some(peer),
        goal,
        note,
    };
    let goal = Goal::RatioAtMost(1.2);
    let spread = |samples: &Samples| {
        format!("median of {}, {:.0} to {:.0} ms", samples.len(), samples.min(), samples.max())
    };
    let by_psql = (peer, ways.peer.median());
    let psql_note = format!(
        "{}; {peer} {}, of which {:.0} ms to start and connect",
        spread(&ways.http),
        spread(&ways.peer),
        ways.idle.median()
    );
    let session = ("open session", ways.session.median());
    vec![
        figure("create, HTTP to succeeded", &ways.http, by_psql, goal, psql_note),
        figure("create, bare make_schema", &ways.bare, by_psql, goal, spread(&ways.bare)),
        figure(
            "create, bare make_schema (2)",
            &ways.bare,
            session,
            Goal::None,
            "bare make_schema against the script alone, in one message over a session that is \
             open: what role, rights and marker add"
                .into(),
        ),
    ]
}
