//! Backups of a whole fleet by the product, against `pg_dump` of a hundred schemas a run and of the whole database;
//! and how many drills a minute has.

use std::path::Path;

use anyhow::Result;
use reqwest::Method;
use serde_json::json;
use url::Url;

use super::figure::{Figure, Goal};
use super::product::{Binary, Home, Product};
use super::programs::{Programs, fill, run as run_program};
use super::samples::Samples;
use super::school;

/// How many schemas one run of the peer takes: with PostgreSQL's usual number of locks there is no room for many more.
const BATCH: usize = 100;

/// Measures.
pub(crate) async fn run(root: &Path, binary: &Binary, quick: bool) -> Result<Vec<Figure>> {
    let (schools, rounds) = if quick { (60, 1) } else { (300, 3) };
    let home = Home::make()?;
    let product = Product::start(binary, &home)?;
    let client = product.client()?;
    school::publish(&client, root).await?;
    let database = &product.profile.managed_database_url;
    let mut schemas = Vec::new();
    for place in 0..schools {
        let name = format!("school_{place}");
        client.change(Method::POST, "/schemas", &json!({ "name": name })).await?;
        let schema = format!("inst_{name}");
        fill(binary, &as_owner(database), &schema, "1MB")?;
        schemas.push(schema);
    }
    let programs = Programs::of_the_server()?;
    let folder = tempfile::tempdir()?;
    // the first one makes keys and is not counted
    client.change(Method::POST, "/backups", &json!({ "all": true })).await?;
    let (mut ours, mut drills) = (Samples::default(), Samples::default());
    let (mut batched, mut whole) = (Samples::default(), Samples::default());
    let mut megabytes = Samples::default();
    for _ in 0..rounds {
        ours.add(client.change(Method::POST, "/backups", &json!({ "all": true })).await? / 1000.0);
        let took = in_batches(&programs, database, &schemas, folder.path())?;
        batched.add(took.0 / 1000.0);
        megabytes.add(took.1);
        whole.add(all_at_once(&programs, database, folder.path())? / 1000.0);
        let took = client.change(Method::POST, "/backups/verify", &json!({})).await?;
        drills.add(schools as f64 * 60_000.0 / took);
    }
    let pass = |name: &str, peer, goal, note: String| Figure {
        name: format!("{name}, {schools} schools"),
        ours: ours.median(),
        unit: "s",
        peer: Some(peer),
        goal,
        note,
    };
    let note = format!(
        "{rounds} rounds, {:.1} to {:.1} s; 1 MB each, over HTTP from the request to `succeeded`; pg_dump {}, {:.0} MB at its peak",
        ours.min(),
        ours.max(),
        programs.version()?,
        megabytes.max()
    );
    let by_hundreds = ("pg_dump -n × 100", batched.median());
    let at_once = ("pg_dump -Fd -j2", whole.median());
    Ok(vec![
        pass("fleet backed up", by_hundreds, Goal::RatioAtMost(1.0 / 8.0), note),
        pass(
            "fleet backed up (2)",
            at_once,
            Goal::None,
            "the peer takes the whole database in one run".into(),
        ),
        Figure {
            name: format!("drills, {schools} schools"),
            ours: drills.median(),
            unit: "/min",
            peer: None,
            goal: Goal::None,
            note: "each fetched, restored, compared and dropped; over HTTP".into(),
        },
    ])
}

/// As the role that owns institutions' tables.
fn as_owner(database: &Url) -> Url {
    let mut url = database.clone();
    url.query_pairs_mut().append_pair("options", "-c role=tenantry_schema_owner");
    url
}

/// Milliseconds, and the most memory in MB.
fn in_batches(
    programs: &Programs,
    database: &Url,
    schemas: &[String],
    folder: &Path,
) -> Result<(f64, f64)> {
    let (mut ms, mut most) = (0.0, 0.0_f64);
    for batch in schemas.chunks(BATCH) {
        let mut command = programs.command("pg_dump");
        command.arg("-Fc").args(batch.iter().flat_map(|schema| ["-n", schema]));
        command.args(["-d", database.as_str(), "-f"]).arg(folder.join("batch.dump"));
        let took = run_program(&mut command)?;
        ms += took.ms;
        most = most.max(took.megabytes);
    }
    Ok((ms, most))
}

fn all_at_once(programs: &Programs, database: &Url, folder: &Path) -> Result<f64> {
    let directory = folder.join("whole");
    let mut command = programs.command("pg_dump");
    // our own bookkeeping is not the fleet
    command.args(["-Fd", "-j2", "-N", "tenantry", "-d", database.as_str(), "-f"]).arg(&directory);
    let took = run_program(&mut command)?.ms;
    std::fs::remove_dir_all(directory)?;
    Ok(took)
}
