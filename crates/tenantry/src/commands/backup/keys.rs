//! Keys: those of the organisation are made here and never leave this machine; those of institutions are the
//! server's business.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use reqwest::Method;
use tenantry_api::types::{BackupKeyList, DropRequest};
use tenantry_backup::keys::generate_identity;

use crate::backup_settings::write_secret;
use crate::client::{Client, segment};
use crate::failure::Outcome;
use crate::output::{json, or_dash, out, table, time};
use crate::progress::{Wait, submit};

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Make a key pair of the organisation: the secret into a file, the recipient on stdout
    #[command(after_help = "Example:\n  tenantry backup keys generate --out organisation-1.key")]
    Generate(Generate),
    /// List the keys that an institution's backups are sealed to
    List(Name),
    /// Seal the keys of all institutions to the recipients of the settings as they are now
    Rotate(Wait),
    /// Destroy the keys of an institution's backups: nobody can open any of them afterwards
    #[command(
        after_help = "Example:\n  tenantry backup keys destroy oakwood --confirm oakwood --wait"
    )]
    Destroy(Destroy),
}

#[derive(Args)]
pub(crate) struct Generate {
    /// The file that the secret is written to; it must not be there
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

#[derive(Args)]
pub(crate) struct Name {
    /// The institution's name
    name: String,
}

#[derive(Args)]
pub(crate) struct Destroy {
    /// The institution's name
    name: String,
    /// The name once more
    #[arg(long, value_name = "NAME")]
    confirm: String,
    #[command(flatten)]
    wait: Wait,
}

/// Needs no server.
pub(super) fn generate(arguments: &Generate) -> Outcome {
    let (secret, recipient) = generate_identity();
    write_secret(&arguments.out, &secret)?;
    out!("{recipient}");
    eprintln!("The secret is in {}: keep it where the server is not.", arguments.out.display());
    Ok(())
}

pub(super) async fn run(client: &Client, command: Command) -> Outcome {
    match command {
        Command::Generate(arguments) => generate(&arguments),
        Command::List(Name { name }) => list(client, &name).await,
        Command::Rotate(wait) => {
            let path = "/api/admin/backup-keys/rotate";
            submit(client, Method::POST, path, &serde_json::json!({}), &wait).await
        }
        Command::Destroy(Destroy { name, confirm, wait }) => {
            let path = format!("/api/admin/schemas/{}/backup-keys", segment(&name));
            submit(client, Method::DELETE, &path, &DropRequest { confirm }, &wait).await
        }
    }
}

async fn list(client: &Client, name: &str) -> Outcome {
    let path = format!("/api/admin/schemas/{}/backup-keys", segment(name));
    let keys: BackupKeyList = client.get(&path, &[]).await?;
    if client.json {
        json(&keys);
        return Ok(());
    }
    if keys.items.is_empty() {
        out!("{name} has no key yet: its first backup makes one.");
        return Ok(());
    }
    let rows = keys
        .items
        .iter()
        .map(|key| {
            [
                key.epoch.to_string(),
                time(Some(key.created_at)),
                key.destroyed_at
                    .map_or_else(|| "living".into(), |at| format!("destroyed {}", time(Some(at)))),
                or_dash(Some(key.recipient.clone())),
            ]
        })
        .collect();
    table(["EPOCH", "MADE", "STATE", "RECIPIENT"], rows);
    Ok(())
}
