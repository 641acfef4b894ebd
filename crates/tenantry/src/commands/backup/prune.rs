//! What retention keeps and lets go.

use clap::Args;
use reqwest::Method;
use tenantry_api::types::PrunePlan;

use crate::client::Client;
use crate::failure::Outcome;
use crate::output::{json, out, table, time};
use crate::progress::{Wait, submit};

#[derive(Args)]
pub(crate) struct Prune {
    /// Only this institution's
    #[arg(long, conflicts_with = "apply")]
    schema: Option<String>,
    /// Do it: condemn what nothing keeps, and remove what was condemned for the grace time
    #[arg(long)]
    apply: bool,
    /// Leave out the backups that are kept
    #[arg(long, conflicts_with = "apply")]
    going: bool,
    #[command(flatten)]
    wait: Wait,
}

pub(super) async fn run(client: &Client, arguments: Prune) -> Outcome {
    let path = "/api/admin/backups/prune";
    if arguments.apply {
        return submit(client, Method::POST, path, &serde_json::json!({}), &arguments.wait).await;
    }
    let query: Vec<_> = arguments.schema.map(|name| ("schema", name)).into_iter().collect();
    let mut plan: PrunePlan = client.get(path, &query).await?;
    if arguments.going {
        plan.items.retain(|item| item.decision != "keep");
    }
    if client.json {
        json(&plan);
        return Ok(());
    }
    if plan.items.is_empty() {
        out!("There is no backup {}.", if arguments.going { "that goes" } else { "to decide on" });
        return Ok(());
    }
    let rows = plan
        .items
        .iter()
        .map(|item| {
            let when =
                item.removed_from.map_or(String::new(), |at| format!(" from {}", time(Some(at))));
            [
                item.schema.clone(),
                time(Some(item.taken_at)),
                if item.verified { "yes" } else { "no" }.to_owned(),
                format!("{}{when}", item.decision),
                item.backup.to_string(),
                item.reasons.join("; "),
            ]
        })
        .collect();
    table(["INSTITUTION", "TAKEN", "VERIFIED", "DECISION", "BACKUP", "WHY"], rows);
    Ok(())
}
