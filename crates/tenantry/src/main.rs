//! The one binary: server, demo, installer and command line.
//!
//! `serve`, `demo`, `install` and `doctor` work on databases; every other command is a client of the HTTP
//! API, so that access rules and the audit log hold for everyone. [`server`] composes the floors.

mod backup_settings;
mod client;
mod commands;
mod config;
mod console;
mod failure;
mod output;
mod profile;
mod progress;
mod schedules;
mod server;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::client::Connection;
use crate::commands::{
    backup, demo, doctor, install, operation, plan, schedule, schema, serve, template, token,
};

/// A control plane for PostgreSQL fleets that keep one schema per institution.
#[derive(Parser)]
#[command(
    version,
    propagate_version = true,
    max_term_width = 100,
    after_help = "\
Exit status: 0 done · 1 the operation failed · 2 usage or refused input · 3 not found ·
4 not allowed · 5 conflict · 6 cannot reach the server"
)]
struct Arguments {
    #[command(flatten)]
    connection: Connection,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Start a PostgreSQL of its own with a fleet of example schools, and serve it
    Demo(demo::Arguments),
    /// Run the server
    Serve(Box<serve::Arguments>),
    /// Prepare a PostgreSQL server: roles, databases, tables and SQL functions
    Install(install::Arguments),
    /// Examine the managed database for what weakens the walls between institutions
    Doctor(doctor::Arguments),
    /// Institutions' schemas: create, list, show, suspend, resume, drop, undrop, purge
    #[command(subcommand)]
    Schema(schema::Command),
    /// Backups: create, list, verify, restore, import, compare, swap, prune, keys
    #[command(subcommand)]
    Backup(backup::Command),
    /// Schedules: when backups are taken, verified and pruned by themselves
    #[command(subcommand)]
    Schedule(schedule::Command),
    /// Operations: list, show, watch, cancel, retry
    #[command(subcommand)]
    Operation(operation::Command),
    /// Templates that new schemas are made from
    #[command(subcommand)]
    Template(template::Command),
    /// Plans: what institutions may use
    #[command(subcommand)]
    Plan(plan::Command),
    /// API tokens
    #[command(subcommand)]
    Token(token::Command),
}

#[tokio::main]
async fn main() -> ExitCode {
    // The only failure is that a provider is installed already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let Arguments { connection, command } = Arguments::parse();
    let json = connection.json;
    let done = match command {
        Command::Demo(arguments) => demo::run(arguments).await,
        Command::Serve(arguments) => serve::run(*arguments).await,
        Command::Install(arguments) => install::run(arguments).await,
        Command::Doctor(arguments) => doctor::run(arguments, connection).await,
        Command::Schema(command) => schema::run(command, connection).await,
        Command::Backup(command) => backup::run(command, connection).await,
        Command::Schedule(command) => schedule::run(command, connection).await,
        Command::Operation(command) => operation::run(command, connection).await,
        Command::Template(command) => template::run(command, connection).await,
        Command::Plan(command) => plan::run(command, connection).await,
        Command::Token(command) => token::run(command, connection).await,
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            failure.report(json);
            failure.exit_code()
        }
    }
}
