//! `tenantry plan …`

use clap::Subcommand;
use tenantry_api::types::PlanList;

use crate::client::Connection;
use crate::failure::Outcome;
use crate::output::{bytes, json, or_dash, out, table};

#[derive(Subcommand)]
pub(crate) enum Command {
    /// List the plans of the server's settings, and how many institutions have each
    #[command(after_help = "\
A plan is a table of the server's settings file:

  [plans.basic]
  quota = \"5 GB\"
  connection_limit = 10
  statement_timeout = \"1min\"
  idle_in_transaction_timeout = \"10min\"")]
    List,
}

pub(crate) async fn run(command: Command, connection: Connection) -> Outcome {
    let Command::List = command;
    let client = connection.client()?;
    let list: PlanList = client.get("/api/admin/plans", &[]).await?;
    if client.json {
        json(&list);
        return Ok(());
    }
    if list.items.is_empty() {
        out!("There are no plans. `tenantry plan list --help` shows how the settings make one.");
        return Ok(());
    }
    let seconds = |seconds: Option<f64>| or_dash(seconds.map(|seconds| format!("{seconds} s")));
    let rows = list
        .items
        .into_iter()
        .map(|plan| {
            let remark = match (plan.configured, plan.is_default) {
                (false, _) => "gone from the settings",
                (true, true) => "default",
                (true, false) => "",
            };
            [
                plan.name,
                or_dash(plan.quota_bytes.map(bytes)),
                or_dash(plan.connection_limit),
                seconds(plan.statement_timeout_seconds),
                seconds(plan.idle_in_transaction_timeout_seconds),
                plan.schemas.to_string(),
                remark.to_owned(),
            ]
        })
        .collect();
    table(["PLAN", "QUOTA", "SESSIONS", "STATEMENT", "IDLE", "INSTITUTIONS", ""], rows);
    Ok(())
}
