//! A page of 200 among 10,000 institutions over HTTP, 200 times a second, in every order, anywhere in
//! the list, filtered and not. Open loop: a request is sent when it is due, however the ones before it
//! fare, and its time counts from then.

use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use sqlx::{Connection as _, PgConnection};
use tokio::task::JoinSet;

use super::figure::{Figure, Goal};
use super::history;
use super::http::Client;
use super::product::{Binary, Home, Product};
use super::samples::{Samples, ms_since};

const A_SECOND: u32 = 200;

const SORTS: [&str; 8] =
    ["name", "-name", "createdAt", "-createdAt", "updatedAt", "-updatedAt", "usage", "-usage"];

/// The ways to ask; every request is one of them, in turn.
const WAYS: [&str; 5] = ["first page", "offset", "cursor", "search", "state"];

/// Measures.
pub(crate) async fn run(binary: &Binary, quick: bool) -> Result<Vec<Figure>> {
    let (rounds, seconds) = if quick { (1, 3) } else { (3, 10) };
    let home = Home::make()?;
    let product = Product::start(binary, &home)?;
    let client = product.client()?;
    let mut control = PgConnection::connect(product.profile.control_database_url.as_str()).await?;
    history::schemas(&mut control).await?;
    let cursors = cursors(&client).await?;
    // Opens connections and sessions, and plans.
    load(&client, &cursors, 1).await?;
    let mut all: [Samples; WAYS.len()] = Default::default();
    for _ in 0..rounds {
        for (way, samples) in all.iter_mut().zip(load(&client, &cursors, seconds).await?) {
            way.extend(&samples);
        }
    }
    let mut whole = Samples::default();
    all.iter().for_each(|way| whole.extend(way));
    let by_way: Vec<String> = WAYS
        .iter()
        .zip(&all)
        .map(|(way, s)| format!("{way} {:.1}/{:.1}", s.median(), s.percentile(99.0)))
        .collect();
    let figure = |name: &str, percent, goal, note| Figure {
        name: name.into(),
        ours: whole.percentile(percent),
        unit: "ms",
        peer: None,
        goal,
        note,
    };
    Ok(vec![
        figure("list page of 200, p50", 50.0, Goal::None, String::new()),
        figure(
            "list page of 200, p99",
            99.0,
            Goal::AtMost(20.0),
            format!("{} requests; p50/p99 in ms: {}", whole.len(), by_way.join(", ")),
        ),
    ])
}

/// A cursor into the middle of each order.
async fn cursors(client: &Client) -> Result<Vec<String>> {
    let mut cursors = Vec::new();
    for sort in SORTS {
        let page = client.list(&format!("/schemas?sort={sort}&limit=200&offset=4000")).await?;
        match page["nextCursor"].as_str() {
            Some(cursor) => cursors.push(cursor.to_owned()),
            None => bail!("a list of 10,000 has no next page"),
        }
    }
    Ok(cursors)
}

/// So many seconds of requests; milliseconds of each, by way.
async fn load(client: &Client, cursors: &[String], seconds: u32) -> Result<[Samples; WAYS.len()]> {
    let start = Instant::now();
    let mut tasks = JoinSet::new();
    for number in 0..A_SECOND * seconds {
        let due = start + Duration::from_secs(1) * number / A_SECOND;
        tokio::time::sleep_until(due.into()).await;
        let path = path(number as usize, cursors);
        let client = client.clone();
        tasks.spawn(async move {
            client.read(&path).await?;
            Ok::<_, anyhow::Error>((number as usize % WAYS.len(), ms_since(due)))
        });
    }
    let mut samples: [Samples; WAYS.len()] = Default::default();
    while let Some(done) = tasks.join_next().await {
        let (way, took) = done??;
        samples[way].add(took);
    }
    Ok(samples)
}

fn path(number: usize, cursors: &[String]) -> String {
    // 5 ways and 8 sorts have no common divisor, so that every pair comes up.
    let (way, sort) = (number % WAYS.len(), number % SORTS.len());
    let page = format!("/schemas?limit=200&sort={}", SORTS[sort]);
    match way {
        0 => page,
        1 => format!("{page}&offset={}", number * 200 % 9_600),
        2 => format!("{page}&cursor={}", cursors[sort]),
        3 => format!("{page}&q={}", ["oak", "side", "No.%2077", "mary"][number % 4]),
        _ => format!("{page}&state={}", ["active", "suspended", "archived,active"][number % 3]),
    }
}
