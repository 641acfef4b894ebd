//! The backup of one school, in a database with more and more schools, held against `pg_dump -n`: time, memory, and
//! whether they grow with what is beside it.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result};
use sqlx::PgConnection;
use tenantry_domain::template::Spares;
use tenantry_pg::ManagedDatabase;
use tenantry_pg::database::DatabaseConfig;
use url::Url;
use uuid::Uuid;

use super::figure::{Figure, Goal};
use super::postgres::Postgres;
use super::product::Binary;
use super::programs::{Programs, Took, fill, run as run_program};
use super::samples::Samples;
use super::school;
use super::taker::Taker;

/// What a process that takes one backup is told.
#[derive(clap::Args)]
pub(crate) struct BackupArguments {
    managed: Url,
    institution: Uuid,
    folder: PathBuf,
}

/// What the rounds among so many schools came to.
#[derive(Default)]
struct Among {
    schools: usize,
    ours: Samples,
    ours_megabytes: Samples,
    theirs: Samples,
    theirs_megabytes: Samples,
}

/// Measures.
pub(crate) async fn run(root: &Path, binary: &Binary, quick: bool) -> Result<Vec<Figure>> {
    let fleets = if quick { [20, 60, 100] } else { [100, 500, 2_000] };
    let rounds = if quick { 2 } else { 5 };
    // nothing is lost with it, and making so many schools is not what is measured
    let postgres = Postgres::start(&[("fsync", "off"), ("synchronous_commit", "off")]).await?;
    let database = postgres.fleet()?.database;
    let script = school::script(root)?;
    let proof = (Spares::Plain, None);
    database.publish_template("default", &script, "bench", proof, Uuid::new_v4()).await?;
    let folder = tempfile::tempdir()?;
    let taker = Taker::in_folder(database, folder.path()).await?;
    let programs = Programs::of_the_server()?;
    let mut admin = postgres.managed_admin().await?;
    let mut filled = HashSet::new();
    let (mut there, mut all) = (0, Vec::new());
    for schools in fleets {
        school::make_many(&postgres, there..schools).await?;
        there = schools;
        let measured: Vec<usize> =
            (0..=rounds).map(|round| round * schools / (rounds + 1)).collect();
        for place in measured.iter().filter(|place| filled.insert(**place)) {
            fill(binary, &postgres.managed_admin_url(), &schema(*place), "1MB")?;
        }
        postgres.analyze_catalogs().await?;
        let mut among = Among { schools, ..Among::default() };
        for (round, place) in measured.into_iter().enumerate() {
            let id = id(&mut admin, place).await?;
            let ours = taker.take(id).await?.ms;
            let theirs = pg_dump(&programs, &postgres.managed_admin_url(), place, folder.path())?;
            let alone = alone(&postgres.managed_url(), id, folder.path())?;
            // the first one fills caches and is not counted
            if round > 0 {
                among.ours.add(ours);
                among.ours_megabytes.add(alone.megabytes);
                among.theirs.add(theirs.ms);
                among.theirs_megabytes.add(theirs.megabytes);
            }
        }
        all.push(among);
    }
    Ok(figures(&all, &programs.version()?))
}

/// Takes the one backup that a process was started for.
pub(crate) async fn take_one(arguments: &BackupArguments) -> Result<()> {
    let config = DatabaseConfig { url: arguments.managed.clone(), max_connections: 2 };
    let taker = Taker::in_folder(ManagedDatabase::new(&config)?, &arguments.folder).await?;
    taker.take(arguments.institution).await.map(drop)
}

fn schema(place: usize) -> String {
    format!("inst_school_{place}")
}

async fn id(admin: &mut PgConnection, place: usize) -> Result<Uuid> {
    let id = sqlx::query_scalar("select id from tenantry.schema_marker where institution = $1")
        .bind(format!("school_{place}"))
        .fetch_optional(admin)
        .await?;
    id.context("the school has no marker")
}

fn pg_dump(programs: &Programs, url: &Url, place: usize, folder: &Path) -> Result<Took> {
    let file = folder.join("peer.dump");
    let mut command = programs.command("pg_dump");
    command.args(["-Fc", "-n", &schema(place), "-d", url.as_str(), "-f"]).arg(file);
    run_program(&mut command)
}

/// A backup by a process that does nothing else, for its memory.
fn alone(managed: &Url, institution: Uuid, folder: &Path) -> Result<Took> {
    let mut command = Command::new(std::env::current_exe()?);
    command.args(["bench-backup", managed.as_str(), &institution.to_string()]).arg(folder);
    run_program(&mut command)
}

fn figures(all: &[Among], version: &str) -> Vec<Figure> {
    let mut figures = Vec::new();
    let Some(first) = all.first() else { return figures };
    for among in all {
        let schools = among.schools;
        figures.push(Figure {
            name: format!("backup of one school, among {schools}"),
            ours: among.ours.median(),
            unit: "ms",
            peer: Some(("pg_dump -Fc -n", among.theirs.median())),
            goal: if schools == 500 { Goal::RatioAtMost(1.0 / 50.0) } else { Goal::None },
            note: format!(
                "sealed, stored and listed, of about 1 MB of rows; {} rounds, {:.0} to {:.0} ms; pg_dump {version}",
                among.ours.len(),
                among.ours.min(),
                among.ours.max()
            ),
        });
        figures.push(Figure {
            name: format!("… peak memory, among {schools}"),
            ours: among.ours_megabytes.median(),
            unit: "MB",
            peer: Some(("pg_dump -Fc -n", among.theirs_megabytes.median())),
            goal: Goal::None,
            note: String::new(),
        });
        if schools == first.schools {
            continue;
        }
        let growth = |of: &Samples, from: &Samples| of.median() / from.median();
        let name = |what: &str| format!("… {what} among {schools} against among {}", first.schools);
        figures.push(Figure {
            name: name("time"),
            ours: growth(&among.ours, &first.ours),
            unit: "×",
            peer: Some(("pg_dump -Fc -n", growth(&among.theirs, &first.theirs))),
            goal: if schools == 2_000 { Goal::AtMost(1.2) } else { Goal::None },
            note: String::new(),
        });
        figures.push(Figure {
            name: name("memory"),
            ours: growth(&among.ours_megabytes, &first.ours_megabytes),
            unit: "×",
            peer: Some((
                "pg_dump -Fc -n",
                growth(&among.theirs_megabytes, &first.theirs_megabytes),
            )),
            goal: Goal::None,
            note: String::new(),
        });
    }
    figures
}
