//! One school's schema as an archive, in a database with more and more schools, held against `pg_dump -n`: what it
//! costs, and whether that grows with what is beside it.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use anyhow::{Context as _, Result, ensure};
use tenantry_backup::write::write_archive;
use tenantry_domain::template::Spares;
use tenantry_pg::export::{Export, Sessions};
use tenantry_pg::sql::Ident;
use url::Url;
use uuid::Uuid;

use super::figure::{Figure, Goal};
use super::postgres::Postgres;
use super::samples::{Samples, ms_since};
use super::school;

/// Measures.
pub(crate) async fn run(root: &Path, quick: bool) -> Result<Vec<Figure>> {
    let fleets = if quick { [20, 60, 100] } else { [100, 500, 2_000] };
    let rounds = if quick { 2 } else { 5 };
    // nothing is lost with it, and making so many schools is not what is measured
    let postgres = Postgres::start(&[("fsync", "off"), ("synchronous_commit", "off")]).await?;
    let fleet = postgres.fleet()?;
    let script = school::script(root)?;
    let proof = (Spares::Plain, None);
    fleet.database.publish_template("default", &script, "bench", proof, Uuid::new_v4()).await?;
    let mut figures = Vec::new();
    let mut there = 0;
    let mut first = None;
    for schools in fleets {
        school::make_many(&postgres, there..schools).await?;
        there = schools;
        postgres.analyze_catalogs().await?;
        let (mut ours, mut theirs) = (Samples::default(), Samples::default());
        let mut cold = Samples::default();
        let url = postgres.managed_admin_url();
        let sessions = Sessions::new(&url)?;
        for round in 0..=rounds {
            let schema = format!("inst_school_{}", round * schools / (rounds + 1));
            let times = (
                archive(&sessions, &schema).await?,
                archive(&Sessions::new(&url)?, &schema).await?,
                pg_dump(&url, &schema)?,
            );
            // the first one fills caches and is not counted
            if round > 0 {
                ours.add(times.0);
                cold.add(times.1);
                theirs.add(times.2);
            }
        }
        figures.push(Figure {
            name: format!("one school's archive, among {schools}"),
            ours: ours.median(),
            unit: "ms",
            peer: Some(("pg_dump -n", theirs.median())),
            goal: if schools == 500 { Goal::RatioAtMost(1.0 / 50.0) } else { Goal::None },
            note: format!(
                "without rows; {} rounds, {:.0} to {:.0} ms; {:.0} ms on a session that is new",
                rounds,
                ours.min(),
                ours.max(),
                cold.median()
            ),
        });
        let first = first.get_or_insert(ours.median());
        figures.push(Figure {
            name: format!("… against among {}", fleets[0]),
            ours: ours.median() / *first,
            unit: "×",
            peer: None,
            goal: if schools == 2_000 { Goal::AtMost(1.2) } else { Goal::None },
            note: String::new(),
        });
    }
    Ok(figures)
}

async fn archive(sessions: &Sessions, schema: &str) -> Result<f64> {
    let began = Instant::now();
    let mut export = Export::begin(sessions, &Ident::new(schema)?).await?;
    let (bytes, _) = write_archive(&mut export, Vec::new(), &mut |_| {}).await?;
    export.finish().await?;
    let took = ms_since(began);
    ensure!(bytes.len() > 100_000, "an archive of {} bytes is no school", bytes.len());
    Ok(took)
}

fn pg_dump(url: &Url, schema: &str) -> Result<f64> {
    let began = Instant::now();
    let output = Command::new(program()?)
        .args(["-Fc", "-Z0", "-n", schema, "-d", url.as_str()])
        .output()
        .context("cannot start pg_dump")?;
    let took = ms_since(began);
    ensure!(output.status.success(), "pg_dump: {}", String::from_utf8_lossy(&output.stderr));
    Ok(took)
}

/// `pg_dump` beside the server's programs, else the one on the path.
fn program() -> Result<PathBuf> {
    let beside = tenantry_pg::embedded::binaries::choose(None, None)?.dir.join("pg_dump");
    Ok(if beside.exists() { beside } else { "pg_dump".into() })
}
