//! `cargo xtask`: the project's own chores. Nothing of the product may depend on them.

#[cfg(feature = "bench")]
mod bench;
mod generate;
mod repository;
mod walls;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result};
use clap::{Parser, Subcommand};

use repository::Repository;

/// The project's own chores.
#[derive(Parser)]
#[command(name = "xtask")]
struct Arguments {
    /// The root of the repository; found from the current directory if left out.
    #[arg(long, global = true)]
    root: Option<PathBuf>,
    #[command(subcommand)]
    chore: Chore,
}

#[derive(Subcommand)]
enum Chore {
    /// Check the walls: crate edges, module cycles, file lengths, paths in docs, headers, names.
    Walls,
    /// Write what is made from the code and committed: crates/api/openapi.json.
    Generate,
    /// Measure against the goals of the design, side by side with the tools in use elsewhere.
    #[cfg(feature = "bench")]
    Bench(bench::Arguments),
    /// A worker that a measurement starts and kills.
    #[cfg(feature = "bench")]
    #[command(hide = true)]
    BenchWorker(bench::WorkerArguments),
    /// Takes one backup, for a measurement of memory.
    #[cfg(feature = "bench")]
    #[command(hide = true)]
    BenchBackup(bench::BackupArguments),
}

fn main() -> ExitCode {
    match run(Arguments::parse()) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("xtask: {error:#}");
            ExitCode::from(2)
        }
    }
}

fn run(arguments: Arguments) -> Result<ExitCode> {
    let root = match arguments.root {
        Some(root) => root,
        None => repository::find_root(&std::env::current_dir().context("no current directory")?)?,
    };
    match arguments.chore {
        Chore::Generate => {
            generate::generate(&root)?;
            Ok(ExitCode::SUCCESS)
        }
        Chore::Walls => {
            let standing = walls::check_all(&Repository::read(&root)?)?;
            Ok(if standing { ExitCode::SUCCESS } else { ExitCode::FAILURE })
        }
        #[cfg(feature = "bench")]
        Chore::Bench(arguments) => bench::run(arguments, &root).map(|()| ExitCode::SUCCESS),
        #[cfg(feature = "bench")]
        Chore::BenchWorker(arguments) => bench::work(&arguments).map(|()| ExitCode::SUCCESS),
        #[cfg(feature = "bench")]
        Chore::BenchBackup(arguments) => bench::back_up(&arguments).map(|()| ExitCode::SUCCESS),
    }
}
