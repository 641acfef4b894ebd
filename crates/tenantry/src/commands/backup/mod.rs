//! `tenantry backup …`

mod copies;
mod keys;
mod list;
mod prune;
mod which;

use clap::{Args, Subcommand};
use reqwest::Method;
use tenantry_api::types::{
    ImportBackupsRequest, NewBackupRequest, RestoreRequestBody, VerifyRequest,
};

use crate::client::{Client, Connection};
use crate::failure::Outcome;
use crate::progress::{Wait, submit};

use which::{Which, find};

/// `tenantry backup …`
#[derive(Subcommand)]
pub(crate) enum Command {
    /// Take a backup of an institution, or of all
    #[command(after_help = "\
Examples:
  tenantry backup create oakwood --wait
  tenantry backup create --all --skip-unchanged --wait")]
    Create(Create),
    /// List backups, the newest first
    #[command(after_help = "Example:\n  tenantry backup list --schema oakwood --json")]
    List(list::List),
    /// Show a backup and what is in it
    Show(Which),
    /// Restore a backup into a schema of its own, compare it with what was taken, and drop it again
    #[command(after_help = "\
Examples:
  tenantry backup verify oakwood --wait
  tenantry backup verify --all --older-than-hours 168 --wait")]
    Verify(Verify),
    /// Bring a backup back: beside the living schema, or in place of one that was dropped or lost
    #[command(after_help = "\
Examples:
  tenantry backup restore oakwood --as oakwood_restored --wait
  tenantry backup restore oakwood --before 2026-11-20T00:00:00Z --as oakwood_then --table grade --wait
  tenantry backup restore oakwood --in-place --wait")]
    Restore(Restore),
    /// Compare an institution's schema with a copy of it, table by table
    #[command(after_help = "Example:\n  tenantry backup compare oakwood oakwood_restored")]
    Compare(copies::Compare),
    /// Put a copy in the place of an institution's schema; what lived until then is kept as a copy
    #[command(
        after_help = "Example:\n  tenantry backup swap oakwood oakwood_restored --confirm oakwood --wait"
    )]
    Swap(copies::Swap),
    /// Copy an institution's schema beside itself, inside the database, for a quick way back
    Snapshot(copies::Snapshot),
    /// List the copies of an institution's schema
    Copies(copies::Name),
    /// Drop a copy of an institution's schema
    DropCopy(copies::Drop),
    /// Enter the backups that lie in the store and are not known here: another server's, or this one's after the loss
    /// of its control database. Institutions that are not known can then be restored with --in-place
    #[command(after_help = "\
Examples:
  tenantry backup import --wait
  tenantry backup restore oakwood --in-place --wait")]
    Import(Import),
    /// Show what retention keeps and lets go, and why; --apply does it
    #[command(after_help = "\
Examples:
  tenantry backup prune
  tenantry backup prune --apply --wait")]
    Prune(prune::Prune),
    /// Keep a backup whatever retention says, or not any more
    #[command(after_help = "\
Examples:
  tenantry backup hold 01a2… --why 'audit of 2026'
  tenantry backup hold 01a2… --release")]
    Hold(list::Hold),
    /// How old and how sure the fleet's backups are
    Status,
    /// The drill ledger: which backups were restored when, and how long it took
    #[command(after_help = "\
Examples:
  tenantry backup drills --schema oakwood
  tenantry backup drills --csv > drills.csv")]
    Drills(list::Drills),
    /// Keys: make a pair for the organisation, list, rotate, destroy an institution's
    #[command(subcommand)]
    Keys(keys::Command),
}

#[derive(Args)]
pub(crate) struct Create {
    /// The institution's name
    #[arg(required_unless_present = "all", conflicts_with = "all")]
    name: Option<String>,
    /// Every institution that lives
    #[arg(long)]
    all: bool,
    /// Take none where nothing changed since the newest backup
    #[arg(long)]
    skip_unchanged: bool,
    #[command(flatten)]
    wait: Wait,
}

#[derive(Args)]
pub(crate) struct Verify {
    /// The backup's id, or an institution's name for its newest backup
    #[arg(value_name = "ID|NAME", required_unless_present = "all", conflicts_with = "all")]
    which: Option<String>,
    /// The newest backup of every institution
    #[arg(long)]
    all: bool,
    /// With --all: only those that were not verified within so many hours
    #[arg(long, value_name = "N", requires = "all")]
    older_than_hours: Option<u32>,
    #[command(flatten)]
    wait: Wait,
}

#[derive(Args)]
pub(crate) struct Import {
    /// The store is this server's from now on: retention may let go of what is imported, which is held otherwise
    #[arg(long)]
    take_over: bool,
    #[command(flatten)]
    wait: Wait,
}

#[derive(Args)]
pub(crate) struct Restore {
    #[command(flatten)]
    which: Which,
    /// The name of the schema that it becomes, beside the living one [default: one that is made up]
    #[arg(long = "as", value_name = "SCHEMA")]
    as_name: Option<String>,
    /// Only this table; may be given several times
    #[arg(long = "table", value_name = "TABLE", conflicts_with = "in_place")]
    tables: Vec<String>,
    /// Functions whose text names the living schema may go on meaning it until the copy is swapped in
    #[arg(long, conflicts_with = "in_place")]
    accept_names: bool,
    /// It becomes the institution's schema, which was dropped, purged or lost
    #[arg(long, conflicts_with = "as_name")]
    in_place: bool,
    /// For how many hours the copy is kept [default: 168]
    #[arg(long, value_name = "N")]
    keep_hours: Option<u32>,
    #[command(flatten)]
    wait: Wait,
}

/// Runs a command.
pub(crate) async fn run(command: Command, connection: Connection) -> Outcome {
    if let Command::Keys(keys::Command::Generate(arguments)) = &command {
        return keys::generate(arguments);
    }
    let client = connection.client()?;
    match command {
        Command::Create(arguments) => {
            let body = NewBackupRequest {
                schema: arguments.name,
                all: arguments.all,
                skip_unchanged: arguments.skip_unchanged,
            };
            submit(&client, Method::POST, "/api/admin/backups", &body, &arguments.wait).await
        }
        Command::List(arguments) => list::list(&client, arguments).await,
        Command::Show(which) => list::show(&client, which).await,
        Command::Verify(arguments) => verify(&client, arguments).await,
        Command::Restore(arguments) => restore(&client, arguments).await,
        Command::Compare(arguments) => copies::compare(&client, arguments).await,
        Command::Swap(arguments) => copies::swap(&client, arguments).await,
        Command::Snapshot(arguments) => copies::snapshot(&client, arguments).await,
        Command::Copies(name) => copies::list(&client, name).await,
        Command::DropCopy(arguments) => copies::drop(&client, arguments).await,
        Command::Import(Import { take_over, wait }) => {
            let body = ImportBackupsRequest { take_over };
            submit(&client, Method::POST, "/api/admin/backups/import", &body, &wait).await
        }
        Command::Prune(arguments) => prune::run(&client, arguments).await,
        Command::Hold(arguments) => list::hold(&client, arguments).await,
        Command::Status => list::status(&client).await,
        Command::Drills(arguments) => list::drills(&client, arguments).await,
        Command::Keys(command) => keys::run(&client, command).await,
    }
}

async fn verify(client: &Client, arguments: Verify) -> Outcome {
    let Some(which) = arguments.which else {
        let body = VerifyRequest { older_than_hours: arguments.older_than_hours };
        let path = "/api/admin/backups/verify";
        return submit(client, Method::POST, path, &body, &arguments.wait).await;
    };
    let id = find(client, &Which::newest_of(which)).await?;
    let path = format!("/api/admin/backups/{id}/verify");
    submit(client, Method::POST, &path, &serde_json::json!({}), &arguments.wait).await
}

async fn restore(client: &Client, arguments: Restore) -> Outcome {
    let id = find(client, &arguments.which).await?;
    let body = RestoreRequestBody {
        as_name: arguments.as_name,
        tables: arguments.tables,
        accept_names: arguments.accept_names,
        in_place: arguments.in_place,
        keep_hours: arguments.keep_hours,
    };
    let path = format!("/api/admin/backups/{id}/restore");
    submit(client, Method::POST, &path, &body, &arguments.wait).await
}
