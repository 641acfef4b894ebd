//! Making a schema from a spare, over HTTP from the request to `succeeded`, by one client and by
//! eight, against psql running the template's script and against django-tenants; and how fast spares are made.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use reqwest::Method;
use serde_json::json;

use super::django;
use super::figure::{Figure, Goal};
use super::http::Client;
use super::peer::{Peer, making};
use super::product::{Binary, Home, Product};
use super::samples::Samples;
use super::school;

const POOL: &str = "/templates/default/pool";

/// How many clients ask at the same time.
const CLIENTS: usize = 8;

/// Each session of the server's pools fills caches and plans its statements when it is first used. So many
/// creations are a figure of their own.
const WARM_UP: usize = 50;

/// Measures.
pub(crate) async fn run(root: &Path, binary: &Binary, quick: bool) -> Result<Vec<Figure>> {
    let creations = if quick { 40 } else { 200 };
    let home = Home::make()?;
    let product = Product::start(binary, &home)?;
    let client = product.client()?;
    school::publish(&client, root).await?;
    let text = school::script(root)?;
    let mut peer = Peer::find(&product.profile.managed_database_url).await?;

    let refill = fill(&client, creations + WARM_UP).await?;
    let (mut cold, mut one, mut psql) =
        (Samples::default(), Samples::default(), Samples::default());
    for number in 0..WARM_UP {
        cold.add(create(&client, &format!("cold{number}")).await?);
    }
    for number in 1..=creations {
        one.add(create(&client, &format!("one{number}")).await?);
        if number % (creations / 10) == 0 {
            psql.add(peer.run(&making(&format!("peer{number}"), &text)).await?);
        }
    }
    ensure!(ready(&client).await? == 0, "every creation took a spare");

    fill(&client, creations).await?;
    let clients = (0..CLIENTS).map(|number| {
        let client = client.clone();
        tokio::spawn(async move {
            let mut samples = Samples::default();
            for round in 0..creations / CLIENTS {
                samples.add(create(&client, &format!("eight{number}_{round}")).await?);
            }
            anyhow::Ok(samples)
        })
    });
    let mut eight = Samples::default();
    for samples in clients.collect::<Vec<_>>() {
        eight.extend(&samples.await??);
    }
    ensure!(ready(&client).await? == 0, "every creation took a spare");
    drop(product);
    let theirs = django::run(root, &text, if quick { 3 } else { 10 }).await?;
    Ok(figures((&cold, &one), &eight, (peer.name(), &psql), &theirs, refill))
}

async fn create(client: &Client, name: &str) -> Result<f64> {
    client.change(Method::POST, "/schemas", &json!({ "name": name })).await
}

/// Fills the pool and then leaves it alone; spares made in a second.
async fn fill(client: &Client, spares: usize) -> Result<f64> {
    let start = Instant::now();
    // faster than any machine makes them
    client.patch(POOL, &json!({ "ceiling": spares, "floor": spares, "rate": 100 })).await?;
    while ready(client).await? < spares {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let rate = spares as f64 / start.elapsed().as_secs_f64();
    client.patch(POOL, &json!({ "floor": 0 })).await?;
    // the look that is under way may still ask for a refill of a pool that is full
    while !client.list(POOL).await?["refill"].is_null() {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    Ok(rate)
}

async fn ready(client: &Client) -> Result<usize> {
    let pool = client.list(POOL).await?;
    Ok(pool["ready"][0]["ready"].as_u64().unwrap_or(0).try_into()?)
}

fn figures(
    (cold, one): (&Samples, &Samples),
    eight: &Samples,
    (peer, psql): (&'static str, &Samples),
    theirs: &Samples,
    refill: f64,
) -> Vec<Figure> {
    let figure = |name: &str, ours, peer, goal, note: String| Figure {
        name: name.into(),
        ours,
        unit: "ms",
        peer,
        goal,
        note,
    };
    let by_psql = Some((peer, psql.median()));
    let spread = |samples: &Samples| {
        format!("of {}, {:.1} to {:.1} ms", samples.len(), samples.min(), samples.max())
    };
    vec![
        figure("create from the pool, p50", one.median(), None, Goal::AtMost(10.0), spread(one)),
        figure(
            "create from the pool, p99",
            one.percentile(99.0),
            None,
            Goal::AtMost(30.0),
            String::new(),
        ),
        figure(
            "create from the pool (2)",
            one.median(),
            by_psql,
            Goal::RatioAtMost(1.0 / 15.0),
            format!("p50 against {peer} running the script, the median of {}", psql.len()),
        ),
        figure(
            "create from the pool (3)",
            one.median(),
            Some((django::NAME, theirs.median())),
            Goal::None,
            format!("p50; the peer makes the same tables by one migration, {}", spread(theirs)),
        ),
        figure("the first 50 after a start, p50", cold.median(), None, Goal::None, spread(cold)),
        figure("8 clients, p50", eight.median(), None, Goal::None, spread(eight)),
        figure("8 clients, p99", eight.percentile(99.0), None, Goal::None, String::new()),
        Figure {
            name: "refill".into(),
            ours: refill,
            unit: "/s",
            peer: None,
            goal: Goal::None,
            note: "one after the other, without a bound".into(),
        },
    ]
}
