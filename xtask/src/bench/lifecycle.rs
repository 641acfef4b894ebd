//! What else is done to a schema, over HTTP from the request to `succeeded`: for information, but for
//! the purge, which has a raw `drop schema … cascade` to be held against.

use std::path::Path;

use anyhow::Result;
use reqwest::Method;
use serde_json::{Value, json};

use super::figure::{Figure, Goal};
use super::http::Client;
use super::peer::{Peer, making};
use super::product::{Binary, Home, Product};
use super::samples::Samples;
use super::school;

/// The verbs in the order in which a round does them; the second `drop` only leads to the purge.
const VERBS: [&str; 6] = ["suspend", "resume", "drop", "undrop", "drop", "purge"];

/// Measures.
pub(crate) async fn run(root: &Path, binary: &Binary, quick: bool) -> Result<Vec<Figure>> {
    let rounds = if quick { 3 } else { 15 };
    let home = Home::make()?;
    let product = Product::start(binary, &home)?;
    let client = product.client()?;
    school::publish(&client, root).await?;
    let text = school::script(root)?;
    let mut peer = Peer::find(&product.profile.managed_database_url).await?;
    let mut verbs: [Samples; 5] = Default::default();
    let mut raw = Samples::default();
    for number in 0..rounds {
        let name = format!("school{number}");
        client.change(Method::POST, "/schemas", &json!({ "name": name })).await?;
        peer.run(&making(&format!("raw{number}"), &text)).await?;
        let drop_raw = format!("drop schema raw{number} cascade");
        if number % 2 == 0 {
            raw.add(peer.run(&drop_raw).await?);
        }
        for verb in VERBS {
            verbs[place(verb)].add(act(&client, &name, verb).await?);
        }
        if number % 2 == 1 {
            raw.add(peer.run(&drop_raw).await?);
        }
    }
    let peer = (peer.name(), raw.median());
    Ok(["suspend", "resume", "drop", "undrop", "purge"]
        .into_iter()
        .map(|verb| Figure {
            name: format!("{verb}, HTTP to succeeded"),
            ours: verbs[place(verb)].median(),
            unit: "ms",
            peer: (verb == "purge").then_some(peer),
            goal: Goal::None,
            note: if verb == "purge" {
                "the peer runs `drop schema … cascade` on a schema of the same script".into()
            } else {
                String::new()
            },
        })
        .collect())
}

fn place(verb: &str) -> usize {
    ["suspend", "resume", "drop", "undrop"].iter().position(|v| *v == verb).unwrap_or(4)
}

async fn act(client: &Client, name: &str, verb: &str) -> Result<f64> {
    let path = format!("/schemas/{name}");
    let body: Value = match verb {
        "drop" => return client.change(Method::DELETE, &path, &json!({ "confirm": name })).await,
        "purge" => json!({ "action": "purge", "confirm": name }),
        _ => json!({ "action": verb }),
    };
    client.change(Method::PATCH, &path, &body).await
}
