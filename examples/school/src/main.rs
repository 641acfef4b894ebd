//! `school-seed`: fills one institution with a school of a given size.

use std::process::ExitCode;
use std::time::Instant;

use clap::Parser;
use school::load::{LoadError, load};
use school::size::Size;
use sqlx::Connection as _;
use sqlx::postgres::PgConnection;

/// Fill one institution's schema with a realistic, repeatable school.
///
/// The schema must have been made from the school's migrations and be empty. The same size and
/// seed always give the same rows.
#[derive(Debug, Parser)]
#[command(name = "school-seed", version)]
struct Arguments {
    /// The database, as postgresql://user:password@host:port/name.
    #[arg(long, env = "DATABASE_URL", hide_env_values = true)]
    database_url: String,
    /// The institution's schema, such as inst_oakwood.
    #[arg(long)]
    schema: String,
    /// How much to add, tables and indexes together: 1MB to 2GB.
    #[arg(long, default_value = "1MB")]
    size: Size,
    /// The seed of every choice.
    #[arg(long, default_value_t = 42)]
    seed: u64,
}

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match run(&arguments).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: &Arguments) -> Result<(), LoadError> {
    let start = Instant::now();
    let mut connection = PgConnection::connect(&arguments.database_url).await?;
    let mut progress = |line: &str| eprintln!("{line}");
    let loaded =
        load(&mut connection, &arguments.schema, arguments.size, arguments.seed, &mut progress)
            .await?;
    connection.close().await?;
    let megabytes = |bytes: i64| bytes as f64 / 1_048_576.0;
    eprintln!(
        "done: {} rows, {:.1} MB added, {:.1} MB in all, {:.1} s",
        loaded.rows,
        megabytes(loaded.added),
        megabytes(loaded.bytes),
        start.elapsed().as_secs_f64()
    );
    Ok(())
}
