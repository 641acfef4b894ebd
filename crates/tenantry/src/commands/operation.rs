//! `tenantry operation …`

use crate::output::out;
use clap::{Args, Subcommand};
use reqwest::Method;
use tenantry_api::types::{OperationBody, OperationList};
use uuid::Uuid;

use crate::client::{Client, Connection};
use crate::failure::Outcome;
use crate::output::{fields, json, or_dash, table, time};
use crate::progress::{conclude, error_text, follow, get};

#[derive(Subcommand)]
pub(crate) enum Command {
    /// List operations, the newest first
    #[command(
        after_help = "Example:\n  tenantry operation list --state running,failed --schema oakwood"
    )]
    List(List),
    /// Show an operation with its steps
    Show(Id),
    /// Follow an operation to its end
    Watch(Id),
    /// Stop an operation; what it did is undone
    Cancel(Id),
    /// Queue a failed or stuck operation again
    Retry(Id),
}

#[derive(Args)]
pub(crate) struct List {
    /// Only these states, separated by commas
    #[arg(long)]
    state: Option<String>,
    /// Only this kind, as create_schema
    #[arg(long)]
    kind: Option<String>,
    /// Only this institution
    #[arg(long)]
    schema: Option<String>,
    /// Only those that belong to this operation, as the creations of an import
    #[arg(long, value_name = "ID", conflicts_with = "schema")]
    parent: Option<Uuid>,
    /// Only those that belong to no other one: an import, and not its creations
    #[arg(long, conflicts_with = "parent")]
    top_level: bool,
    /// Rows on a page, at most 500
    #[arg(long, default_value_t = 50)]
    limit: u32,
    /// `nextCursor` of the page before
    #[arg(long)]
    cursor: Option<String>,
}

#[derive(Args)]
pub(crate) struct Id {
    /// The operation's id
    id: Uuid,
}

pub(crate) async fn run(command: Command, connection: Connection) -> Outcome {
    let client = connection.client()?;
    match command {
        Command::List(arguments) => list(&client, arguments).await,
        Command::Show(Id { id }) => show(&client, id).await,
        Command::Watch(Id { id }) => {
            let operation = follow(&client, get(&client, id).await?).await?;
            conclude(&client, &operation)
        }
        Command::Cancel(Id { id }) => request(&client, id, "cancel").await,
        Command::Retry(Id { id }) => request(&client, id, "retry").await,
    }
}

async fn request(client: &Client, id: Uuid, what: &str) -> Outcome {
    let path = format!("/api/admin/operations/{id}/{what}");
    let operation: OperationBody = client.call(Method::POST, &path).await?;
    if client.json {
        json(&operation);
    } else {
        out!("{} is {}", operation.kind, operation.state);
    }
    Ok(())
}

async fn list(client: &Client, arguments: List) -> Outcome {
    let mut query = vec![("limit", arguments.limit.to_string())];
    let optional = [
        ("state", arguments.state),
        ("kind", arguments.kind),
        ("schema", arguments.schema),
        ("cursor", arguments.cursor),
        ("parent", arguments.parent.map(|id| id.to_string())),
        ("topLevel", arguments.top_level.then(|| "true".to_owned())),
    ];
    query.extend(optional.into_iter().filter_map(|(key, value)| Some((key, value?))));
    let page: OperationList = client.get("/api/admin/operations", &query).await?;
    if client.json {
        json(&page);
        return Ok(());
    }
    let rows = page
        .items
        .iter()
        .map(|operation| {
            [
                operation.id.to_string(),
                operation.kind.clone(),
                or_dash(operation.schema.clone()),
                operation.state.to_string(),
                format!("{}/{}", operation.progress.done, operation.progress.total),
                operation.duration_ms.map_or_else(|| "-".into(), |ms| format!("{ms:.0} ms")),
                operation.actor.clone(),
                time(Some(operation.created_at)),
            ]
        })
        .collect();
    table(["ID", "KIND", "INSTITUTION", "STATE", "STEPS", "TOOK", "BY", "ASKED FOR"], rows);
    if let Some(cursor) = page.next_cursor {
        eprintln!("{} of {}; the next page: --cursor {cursor}", page.items.len(), page.total);
    }
    Ok(())
}

async fn show(client: &Client, id: Uuid) -> Outcome {
    let operation = get(client, id).await?;
    if client.json {
        json(&operation);
        return Ok(());
    }
    let mut rows = vec![
        ("id", operation.id.to_string()),
        ("kind", operation.kind.clone()),
        ("institution", or_dash(operation.schema.clone())),
        ("state", operation.state.to_string()),
        ("asked for by", format!("{} ({})", operation.actor, operation.source)),
        ("asked for", time(Some(operation.created_at))),
        ("started", time(operation.started_at)),
        ("ended", time(operation.finished_at)),
    ];
    if operation.error.is_some() {
        rows.push(("error", error_text(&operation)));
    }
    fields(&rows);
    for (step, plan) in operation.steps.iter().zip(&operation.plan) {
        out!("  {:8} {}: {plan}", step.state, step.name);
    }
    Ok(())
}
