//! Measures the product against the goals of the design, side by side with the tools in use elsewhere.
//!
//! One file is one benchmark. Each starts a PostgreSQL of its own, with fsync on, does several rounds
//! in which ours and the peer take turns, and answers with figures. Nothing here asserts a time.

mod backup;
mod create;
mod django;
mod export;
mod figure;
mod fleet_backup;
mod history;
mod http;
mod large_backup;
mod lifecycle;
mod list;
mod operations;
mod peer;
mod pool;
mod postgres;
mod product;
mod programs;
mod s3_backup;
mod s3_server;
mod samples;
mod school;
mod server;
mod table;
mod takeover;
mod taker;
mod usage;

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
pub(crate) use backup::BackupArguments;
use figure::Figure;
use product::Binary;
pub(crate) use takeover::WorkerArguments;

/// What to measure and how to show it.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Only this benchmark; may be given several times
    #[arg(long, value_name = "NAME")]
    only: Vec<String>,
    /// Fewer rounds and less history: a look, not a measurement
    #[arg(long)]
    quick: bool,
    /// One JSON document on stdout instead of the table
    #[arg(long)]
    json: bool,
    /// Print the statements that took the server's time (needs pg_stat_statements)
    #[arg(long)]
    statements: bool,
    /// The product's release binary; the one beside this program when left out
    #[arg(long, value_name = "FILE")]
    binary: Option<PathBuf>,
}

/// What every benchmark is told.
struct Plan<'a> {
    root: &'a Path,
    binary: Binary,
    quick: bool,
    statements: bool,
}

const NAMES: [&str; 13] = [
    "create",
    "pool",
    "lifecycle",
    "operations",
    "list",
    "takeover",
    "usage",
    "export",
    "backup",
    "fleet_backup",
    "large_backup",
    "s3_backup",
    "server",
];

/// Runs the benchmarks and prints their figures.
pub(crate) fn run(arguments: Arguments, root: &Path) -> Result<()> {
    if let Some(stranger) = arguments.only.iter().find(|name| !NAMES.contains(&name.as_str())) {
        bail!("there is no benchmark {stranger}; there are {}", NAMES.join(", "));
    }
    let plan = Plan {
        root,
        binary: Binary::find(arguments.binary)?,
        quick: arguments.quick,
        statements: arguments.statements,
    };
    // The only failure is that a provider is installed already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let machine = table::Machine::look();
    let mut figures = Vec::new();
    for name in NAMES {
        if arguments.only.is_empty() || arguments.only.iter().any(|only| only == name) {
            eprintln!("measuring {name} …");
            figures.extend(measure(name, &plan).with_context(|| format!("in {name}"))?);
        }
    }
    if arguments.json {
        println!("{:#}", table::json(&machine, &figures));
    } else {
        println!("{machine}\n{}", table::text(&figures));
    }
    Ok(())
}

/// A worker for [`takeover`] to kill.
pub(crate) fn work(arguments: &WorkerArguments) -> Result<()> {
    runtime()?.block_on(takeover::work(arguments))
}

/// Takes one backup, for [`backup`] to look at its memory.
pub(crate) fn back_up(arguments: &BackupArguments) -> Result<()> {
    runtime()?.block_on(backup::take_one(arguments))
}

/// Each benchmark has a runtime of its own, so that none inherits tasks of the one before.
fn measure(name: &str, plan: &Plan<'_>) -> Result<Vec<Figure>> {
    runtime()?.block_on(async {
        match name {
            "create" => create::run(plan.root, &plan.binary, plan.quick).await,
            "pool" => pool::run(plan.root, &plan.binary, plan.quick).await,
            "lifecycle" => lifecycle::run(plan.root, &plan.binary, plan.quick).await,
            "operations" => operations::run(plan.quick, plan.statements).await,
            "list" => list::run(&plan.binary, plan.quick).await,
            "takeover" => takeover::run(plan.quick).await,
            "export" => export::run(plan.root, plan.quick).await,
            "usage" => usage::run(plan.root, plan.quick).await,
            "backup" => backup::run(plan.root, &plan.binary, plan.quick).await,
            "fleet_backup" => fleet_backup::run(plan.root, &plan.binary, plan.quick).await,
            "large_backup" => large_backup::run(plan.root, &plan.binary, plan.quick).await,
            "s3_backup" => s3_backup::run(plan.root, &plan.binary, plan.quick).await,
            _ => server::run(&plan.binary, plan.quick).await,
        }
    })
}

fn runtime() -> Result<tokio::runtime::Runtime> {
    Ok(tokio::runtime::Builder::new_multi_thread().enable_all().build()?)
}
