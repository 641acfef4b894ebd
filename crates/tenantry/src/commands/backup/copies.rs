//! Schemas beside the ones that institutions live in.

use clap::Args;
use reqwest::Method;
use tenantry_api::types::{CopyList, KeepRequest};
use tenantry_backup::compare::Comparison;

use crate::client::{Client, segment};
use crate::failure::{Exit, Failure, Outcome};
use crate::output::{json, or_dash, out, table, time};
use crate::progress::{Wait, submit};

#[derive(Args)]
pub(crate) struct Name {
    /// The institution's name
    name: String,
}

#[derive(Args)]
pub(crate) struct Compare {
    /// The institution's name
    name: String,
    /// The copy's name
    copy: String,
    /// For each table, show keys of so many rows that are on one side only
    #[arg(long, value_name = "N", default_value_t = 5)]
    sample: usize,
}

#[derive(Args)]
pub(crate) struct Swap {
    /// The institution's name
    name: String,
    /// The name of the copy that is to be its schema
    copy: String,
    /// The institution's name once more
    #[arg(long, value_name = "NAME")]
    confirm: String,
    /// For how many hours what lived until then is kept [default: 168]
    #[arg(long, value_name = "N")]
    keep_hours: Option<u32>,
    #[command(flatten)]
    wait: Wait,
}

#[derive(Args)]
pub(crate) struct Snapshot {
    /// The institution's name
    name: String,
    /// For how many hours it is kept [default: 168]
    #[arg(long, value_name = "N")]
    keep_hours: Option<u32>,
    #[command(flatten)]
    wait: Wait,
}

#[derive(Args)]
pub(crate) struct Drop {
    /// The institution's name
    name: String,
    /// The copy's name
    copy: String,
    #[command(flatten)]
    wait: Wait,
}

fn path(name: &str, copy: &str, rest: &str) -> String {
    format!("/api/admin/schemas/{}/copies/{}{rest}", segment(name), segment(copy))
}

pub(super) async fn list(client: &Client, Name { name }: Name) -> Outcome {
    let path = format!("/api/admin/schemas/{}/copies", segment(&name));
    let copies: CopyList = client.get(&path, &[]).await?;
    if client.json {
        json(&copies);
        return Ok(());
    }
    if copies.items.is_empty() {
        out!("{name} has no copies.");
        return Ok(());
    }
    let rows = copies
        .items
        .iter()
        .map(|copy| {
            [
                copy.name.clone(),
                copy.kind.clone(),
                time(Some(copy.made_at)),
                time(copy.expires_at),
                or_dash(copy.backup),
            ]
        })
        .collect();
    table(["COPY", "KIND", "MADE", "GOES", "BACKUP"], rows);
    Ok(())
}

pub(super) async fn snapshot(client: &Client, arguments: Snapshot) -> Outcome {
    let path = format!("/api/admin/schemas/{}/copies", segment(&arguments.name));
    let body = KeepRequest { keep_hours: arguments.keep_hours };
    submit(client, Method::POST, &path, &body, &arguments.wait).await
}

pub(super) async fn swap(client: &Client, arguments: Swap) -> Outcome {
    if arguments.confirm != arguments.name {
        return Err(Failure::new(
            Exit::Refused,
            "--confirm does not repeat the institution's name",
        ));
    }
    let path = path(&arguments.name, &arguments.copy, "/swap");
    let body = KeepRequest { keep_hours: arguments.keep_hours };
    submit(client, Method::POST, &path, &body, &arguments.wait).await
}

pub(super) async fn drop(client: &Client, arguments: Drop) -> Outcome {
    let path = path(&arguments.name, &arguments.copy, "");
    submit(client, Method::DELETE, &path, &serde_json::json!({}), &arguments.wait).await
}

pub(super) async fn compare(client: &Client, arguments: Compare) -> Outcome {
    let path = path(&arguments.name, &arguments.copy, "/compare");
    let query = [("sample", arguments.sample.to_string())];
    let comparison: Comparison = client.get(&path, &query).await?;
    if client.json {
        json(&comparison);
        return Ok(());
    }
    show(&arguments, &comparison);
    Ok(())
}

/// What differs; what is the same is only counted.
fn show(arguments: &Compare, comparison: &Comparison) {
    if comparison.equal {
        let rows: u64 = comparison.tables.iter().filter_map(|table| table.rows_here).sum();
        out!(
            "{} and {} are the same: {} tables, {rows} rows.",
            arguments.name,
            arguments.copy,
            comparison.tables.len()
        );
        return;
    }
    let form = &comparison.form;
    for (what, things) in [
        ("only in the living one", &form.only_here),
        ("only in the copy", &form.only_there),
        ("made by other statements", &form.changed),
    ] {
        if !things.is_empty() {
            out!("{what}: {}", things.join(", "));
        }
    }
    let differing: Vec<_> = comparison.tables.iter().filter(|table| !table.equal).collect();
    let same = comparison.tables.len() - differing.len();
    let rows = differing
        .into_iter()
        .map(|table| {
            let keys = |side: &str, keys: &[String]| {
                (!keys.is_empty()).then(|| format!("{side}: {}", keys.join(" ")))
            };
            let keys = [keys("here", &table.keys_only_here), keys("there", &table.keys_only_there)];
            [
                table.name.clone(),
                or_dash(table.rows_here),
                or_dash(table.rows_there),
                or_dash(table.only_here),
                or_dash(table.only_there),
                keys.into_iter().flatten().collect::<Vec<_>>().join("; "),
            ]
        })
        .collect();
    table(["TABLE", "HERE", "THERE", "ONLY HERE", "ONLY THERE", "KEYS"], rows);
    match same {
        0 => {}
        1 => out!("1 table is the same."),
        same => out!("{same} tables are the same."),
    }
}
