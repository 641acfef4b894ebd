//! Looking at backups and drills, and keeping one whatever retention says.

use clap::Args;
use reqwest::Method;
use tenantry_api::types::{
    BackupBody, BackupFreshness, BackupList, BackupPatch, DrillList, Verification,
};

use super::which::{Which, find};
use crate::client::Client;
use crate::failure::Outcome;
use crate::output::{bytes, fields, json, milliseconds, or_dash, out, table, time};

#[derive(Args)]
pub(crate) struct List {
    /// Only this institution's
    #[arg(long)]
    schema: Option<String>,
    /// Only verified ones (true), or only those that are not (false)
    #[arg(long, value_name = "BOOL")]
    verified: Option<bool>,
    /// Also those that were removed from the store
    #[arg(long)]
    removed: bool,
    /// Rows on a page, at most 500
    #[arg(long, default_value_t = 50)]
    limit: u32,
    /// `nextCursor` of the page before
    #[arg(long)]
    cursor: Option<String>,
}

#[derive(Args)]
pub(crate) struct Hold {
    #[command(flatten)]
    which: Which,
    /// Why it is kept
    #[arg(long, required_unless_present = "release", conflicts_with = "release")]
    why: Option<String>,
    /// Let retention decide again
    #[arg(long)]
    release: bool,
}

#[derive(Args)]
pub(crate) struct Drills {
    /// Only this institution's
    #[arg(long)]
    schema: Option<String>,
    /// The whole ledger as CSV on stdout
    #[arg(long)]
    csv: bool,
    /// Rows on a page, at most 500
    #[arg(long, default_value_t = 50)]
    limit: u32,
    /// `nextCursor` of the page before
    #[arg(long)]
    cursor: Option<String>,
}

pub(super) async fn list(client: &Client, arguments: List) -> Outcome {
    let mut query = vec![("limit", arguments.limit.to_string())];
    let optional = [
        ("schema", arguments.schema),
        ("verified", arguments.verified.map(|verified| verified.to_string())),
        ("removed", arguments.removed.then(|| "true".to_owned())),
        ("cursor", arguments.cursor),
    ];
    query.extend(optional.into_iter().filter_map(|(key, value)| Some((key, value?))));
    let page: BackupList = client.get("/api/admin/backups", &query).await?;
    if client.json {
        json(&page);
        return Ok(());
    }
    if page.items.is_empty() {
        out!("There is no such backup. `tenantry backup create --help` shows how to take one.");
        return Ok(());
    }
    let rows = page.items.iter().map(row).collect();
    table(["ID", "INSTITUTION", "TAKEN", "STATE", "VERIFIED", "RECOVERY", "ROWS", "STORED"], rows);
    if let Some(cursor) = page.next_cursor {
        eprintln!("{} of {}; the next page: --cursor {cursor}", page.items.len(), page.total);
    }
    Ok(())
}

fn row(backup: &BackupBody) -> [String; 8] {
    let state = match &backup.hold {
        Some(_) => format!("{}, held", backup.state),
        None => backup.state.clone(),
    };
    [
        backup.id.to_string(),
        backup.schema.clone(),
        time(Some(backup.taken_at)),
        state,
        verified(&backup.verification),
        or_dash(backup.verification.restore_ms.map(milliseconds)),
        backup.rows.to_string(),
        bytes(backup.archive_bytes),
    ]
}

fn verified(verification: &Verification) -> String {
    match verification.state.as_str() {
        "failed" => "FAILED".to_owned(),
        "verified" => time(verification.verified_at),
        _ => "-".to_owned(),
    }
}

pub(super) async fn show(client: &Client, which: Which) -> Outcome {
    let id = find(client, &which).await?;
    let backup: BackupBody = client.get(&format!("/api/admin/backups/{id}"), &[]).await?;
    if client.json {
        json(&backup);
        return Ok(());
    }
    fields(&[
        ("id", backup.id.to_string()),
        ("institution", backup.schema.clone()),
        ("state", backup.state.clone()),
        ("taken", time(Some(backup.taken_at))),
        ("took", milliseconds(backup.took_ms)),
        ("why", backup.reason.clone()),
        ("engine", backup.engine.clone()),
        ("server", format!("PostgreSQL {}", backup.server_version)),
        ("tables and rows", format!("{} and {}", backup.tables, backup.rows)),
        (
            "opened and stored",
            format!("{} and {}", bytes(backup.plain_bytes), bytes(backup.archive_bytes)),
        ),
        ("verified", verified(&backup.verification)),
        ("recovery took", or_dash(backup.verification.restore_ms.map(milliseconds))),
        ("failure", or_dash(backup.verification.failure.clone())),
        ("held", or_dash(backup.hold.clone())),
        ("condemned", or_dash(backup.condemned_why.clone())),
        ("key", format!("epoch {}", backup.key_epoch)),
        ("manifest", format!("sha256 {}", backup.manifest_sha256)),
    ]);
    let tables = backup.manifest.as_ref().and_then(|manifest| manifest["tables"].as_array());
    let rows = tables
        .into_iter()
        .flatten()
        .map(|table| {
            [
                table["name"].as_str().unwrap_or_default().to_owned(),
                table["rows"].to_string(),
                bytes(table["bytes"].as_i64().unwrap_or_default()),
                table["hash"].as_str().unwrap_or_default().to_owned(),
            ]
        })
        .collect();
    out!();
    table(["TABLE", "ROWS", "BYTES", "HASH"], rows);
    Ok(())
}

pub(super) async fn hold(client: &Client, arguments: Hold) -> Outcome {
    let id = find(client, &arguments.which).await?;
    let body = BackupPatch { hold: arguments.why };
    let path = format!("/api/admin/backups/{id}");
    let backup: BackupBody = client.send_body(Method::PATCH, &path, &body, None).await?;
    if client.json {
        json(&backup);
        return Ok(());
    }
    match &backup.hold {
        Some(why) => out!("{} is kept: {why}", backup.id),
        None => out!("{} is retention's again", backup.id),
    }
    Ok(())
}

pub(super) async fn status(client: &Client) -> Outcome {
    let status: BackupFreshness = client.get("/api/admin/backups/freshness", &[]).await?;
    if client.json {
        json(&status);
        return Ok(());
    }
    if !status.configured {
        out!("This server keeps no backups: set backup.place and backup.recipients.");
        return Ok(());
    }
    let age = |seconds: Option<f64>| seconds.map_or_else(|| "-".into(), duration);
    fields(&[
        ("place", or_dash(status.place.clone())),
        (
            "can restore",
            if status.can_restore { "yes" } else { "no: it has no identity" }.to_owned(),
        ),
        ("institutions", status.institutions.to_string()),
        ("without a backup", status.without_backup.to_string()),
        ("older than 26 hours", status.stale.to_string()),
        ("not verified", status.unverified.to_string()),
        ("oldest backup", age(status.oldest_backup_seconds)),
        ("oldest unverified", age(status.oldest_unverified_seconds)),
    ]);
    Ok(())
}

fn duration(seconds: f64) -> String {
    let minutes = (seconds / 60.0) as i64;
    match (minutes / (24 * 60), minutes / 60 % 24, minutes % 60) {
        (0, 0, minutes) => format!("{minutes} min"),
        (0, hours, minutes) => format!("{hours} h {minutes} min"),
        (days, hours, _) => format!("{days} d {hours} h"),
    }
}

pub(super) async fn drills(client: &Client, arguments: Drills) -> Outcome {
    let schema = arguments.schema.map(|name| ("schema", name));
    if arguments.csv {
        let query: Vec<_> = schema.into_iter().collect();
        let download = client.download("/api/admin/drills/export", &query).await?;
        return download.pour(&mut std::io::stdout()).await;
    }
    let mut query = vec![("limit", arguments.limit.to_string())];
    query.extend(schema);
    query.extend(arguments.cursor.map(|cursor| ("cursor", cursor)));
    let page: DrillList = client.get("/api/admin/drills", &query).await?;
    if client.json {
        json(&page);
        return Ok(());
    }
    if page.items.is_empty() {
        out!("No drill has ended yet. `tenantry backup verify --help` shows how to ask for one.");
        return Ok(());
    }
    let rows = page
        .items
        .iter()
        .map(|drill| {
            [
                time(Some(drill.drilled_at)),
                drill.schema.clone(),
                drill.outcome.clone(),
                or_dash(drill.restore_ms.map(milliseconds)),
                or_dash(drill.compare_ms.map(milliseconds)),
                or_dash(drill.rows),
                drill.backup.to_string(),
            ]
        })
        .collect();
    table(["ENDED", "INSTITUTION", "OUTCOME", "RESTORE", "COMPARE", "ROWS", "BACKUP"], rows);
    if let Some(cursor) = page.next_cursor {
        eprintln!("the next page: --cursor {cursor}");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_are_for_people() {
        assert_eq!(duration(59.0), "0 min");
        assert_eq!(duration(3_660.0), "1 h 1 min");
        assert_eq!(duration(90_000.0), "1 d 1 h");
    }
}
