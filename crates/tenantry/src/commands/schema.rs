//! `tenantry schema …`

use crate::output::out;
use std::collections::BTreeMap;

use clap::{Args, Subcommand};
use reqwest::Method;
use tenantry_api::types::{
    BackupOfSchema, CredentialsBody, CredentialsRequest, CredentialsRole, DropRequest, FindingList,
    NewSchemaRequest, PatchAction, SchemaBody, SchemaList, SchemaPatch,
};
use tenantry_domain::operation::OperationState;

use super::{adopt, attributes, sheets, usage};
use crate::client::{Client, Connection, segment};
use crate::failure::{Failure, Outcome};
use crate::output::{fields, json, milliseconds, or_dash, table, time};
use crate::progress::{FIRST_WAIT, Wait, conclude, follow, submit};

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Create an institution's schema from a template
    #[command(after_help = "\
Examples:
  tenantry schema create oakwood --wait
  tenantry schema create st_marys --display-name \"St Mary's\" --template default --json")]
    Create(Create),
    /// List institutions
    #[command(after_help = "\
Examples:
  tenantry schema list --state suspended,archived
  tenantry schema list --search oak --sort -usage --json")]
    List(List),
    /// Show an institution, with its size measured now
    Show(Name),
    /// Show what an institution uses, and how that grew
    #[command(after_help = "\
Examples:
  tenantry schema usage oakwood
  tenantry schema usage oakwood --by day --from 2026-10-01T00:00:00Z --json")]
    Usage(usage::Arguments),
    /// Change what is known of an institution
    Update(attributes::Update),
    /// Create many institutions from a file of CSV
    Import(sheets::Import),
    /// Write institutions to a file of CSV, which an import takes back
    Export(sheets::Export),
    /// Shut an institution out: its sessions end, its data stays
    Suspend(Change),
    /// Let a suspended institution in again
    Resume(Change),
    /// Issue what the institution's application logs in with; shown once
    #[command(after_help = "\
Examples:
  tenantry schema credentials oakwood
  tenantry schema credentials oakwood --rotate --json
  tenantry schema credentials oakwood --read-only")]
    Credentials(CredentialsArguments),
    /// Drop an institution's schema: archived, and recoverable for a time
    #[command(after_help = "Example:\n  tenantry schema drop oakwood --confirm oakwood --wait")]
    Drop(Confirmed),
    /// Bring a dropped institution back
    Undrop(Change),
    /// Remove a dropped institution for good, after a last backup that was verified
    #[command(after_help = "\
Examples:
  tenantry schema purge oakwood --confirm oakwood --wait
  tenantry schema purge oakwood --confirm oakwood --without-backup --wait")]
    Purge(Purge),
    /// Find schemas that were there before Tenantry, and take them under observation
    #[command(after_help = "\
Examples:
  tenantry schema adopt --tool auto
  tenantry schema adopt --tool django-tenants --apply --wait
  tenantry schema adopt --pattern 'school_*' --slug-from wildcard --exclude school_demo
  tenantry schema adopt --query 'select schema_name, code as slug from public.clients' --map names.txt")]
    Adopt(adopt::Arguments),
    /// Let Tenantry change an adopted schema that it only read so far
    Manage(Change),
    /// Forget an adopted schema and leave it as it is
    Release(Change),
    /// List where the lists and the managed database disagree
    Findings,
}

#[derive(Args)]
pub(crate) struct Create {
    /// The institution's name: 2 to 39 lower-case letters, digits and _, a letter first
    name: String,
    /// Its name for people
    #[arg(long)]
    display_name: Option<String>,
    /// The template
    #[arg(long, default_value = "default")]
    template: String,
    /// The template's version; the newest when left out
    #[arg(long, value_name = "N")]
    template_version: Option<i32>,
    /// Free labels
    #[arg(long = "label", value_name = "KEY=VALUE", value_parser = attributes::key_value)]
    labels: Vec<(String, String)>,
    /// Its plan; the server's default one when left out
    #[arg(long)]
    plan: Option<String>,
    /// What it may use, as 5GB; what its plan allows when left out
    #[arg(long, value_name = "SIZE", value_parser = attributes::size)]
    quota: Option<i64>,
    #[command(flatten)]
    contact: attributes::NewContact,
    /// What your own system calls it
    #[arg(long, value_name = "ID")]
    external_id: Option<String>,
    /// A value for the template's seed
    #[arg(long = "parameter", value_name = "NAME=VALUE", value_parser = attributes::key_value)]
    parameters: Vec<(String, String)>,
    /// Issue what its application logs in with, and print it; with --json beside the operation
    #[arg(long, requires = "wait")]
    credentials: bool,
    #[command(flatten)]
    wait: Wait,
}

#[derive(Args)]
pub(crate) struct CredentialsArguments {
    /// The institution
    name: String,
    /// Replace the password that is there; it is worth nothing then
    #[arg(long)]
    rotate: bool,
    /// For the role that may only read; it is made when it is not there
    #[arg(long)]
    read_only: bool,
}

#[derive(Args)]
pub(crate) struct List {
    /// Only names that contain this
    #[arg(long, short = 'q', value_name = "TEXT")]
    search: Option<String>,
    /// Only these states, separated by commas; all but purged when left out
    #[arg(long)]
    state: Option<String>,
    /// Only these plans, separated by commas
    #[arg(long)]
    plan: Option<String>,
    /// name, createdAt, updatedAt or usage; with - in front the largest first
    #[arg(long, default_value = "name", allow_hyphen_values = true)]
    sort: String,
    /// Rows on a page, at most 500
    #[arg(long, default_value_t = 100)]
    limit: u32,
    /// `nextCursor` of the page before
    #[arg(long)]
    cursor: Option<String>,
    /// Only the one that your own system calls so
    #[arg(long, value_name = "ID")]
    external_id: Option<String>,
    /// Only those with these labels, separated by commas
    #[arg(long, value_name = "KEY=VALUE")]
    label: Option<String>,
}

#[derive(Args)]
pub(crate) struct Name {
    /// The institution
    name: String,
}

#[derive(Args)]
pub(crate) struct Change {
    /// The institution
    name: String,
    #[command(flatten)]
    wait: Wait,
}

#[derive(Args)]
pub(crate) struct Confirmed {
    /// The institution
    name: String,
    /// The institution's name once more
    #[arg(long, value_name = "NAME")]
    confirm: String,
    #[command(flatten)]
    wait: Wait,
}

#[derive(Args)]
pub(crate) struct Purge {
    #[command(flatten)]
    confirmed: Confirmed,
    /// Take no last backup
    #[arg(long)]
    without_backup: bool,
}

pub(crate) async fn run(command: Command, connection: Connection) -> Outcome {
    let client = connection.client()?;
    match command {
        Command::Create(arguments) => create(&client, arguments).await,
        Command::List(arguments) => list(&client, arguments).await,
        Command::Show(Name { name }) => show(&client, &name).await,
        Command::Usage(arguments) => usage::show(&client, &path(arguments.name()), arguments).await,
        Command::Update(arguments) => attributes::update(&client, arguments).await,
        Command::Import(arguments) => sheets::import(&client, arguments).await,
        Command::Export(arguments) => sheets::export(&client, arguments).await,
        Command::Suspend(change) => act(&client, change, PatchAction::Suspend).await,
        Command::Resume(change) => act(&client, change, PatchAction::Resume).await,
        Command::Credentials(arguments) => credentials(&client, arguments).await,
        Command::Undrop(change) => act(&client, change, PatchAction::Undrop).await,
        Command::Drop(Confirmed { name, confirm, wait }) => {
            let body = DropRequest { confirm };
            submit(&client, Method::DELETE, &path(&name), &body, &wait).await
        }
        Command::Purge(Purge { confirmed, without_backup }) => {
            let Confirmed { name, confirm, wait } = confirmed;
            let body = SchemaPatch {
                action: Some(PatchAction::Purge),
                confirm: Some(confirm),
                without_backup,
                ..SchemaPatch::default()
            };
            submit(&client, Method::PATCH, &path(&name), &body, &wait).await
        }
        Command::Adopt(arguments) => adopt::run(&client, arguments).await,
        Command::Manage(change) => act(&client, change, PatchAction::Manage).await,
        Command::Release(change) => act(&client, change, PatchAction::Release).await,
        Command::Findings => findings(&client).await,
    }
}

fn path(name: &str) -> String {
    format!("/api/admin/schemas/{}", segment(name))
}

async fn create(client: &Client, arguments: Create) -> Outcome {
    let labels: BTreeMap<String, String> = arguments.labels.into_iter().collect();
    let parameters: BTreeMap<String, String> = arguments.parameters.into_iter().collect();
    let body = NewSchemaRequest {
        name: arguments.name,
        display_name: arguments.display_name,
        template: Some(arguments.template),
        template_version: arguments.template_version,
        labels: (!labels.is_empty()).then_some(labels),
        quota_bytes: arguments.quota,
        contact: arguments.contact.into_contact(),
        external_id: arguments.external_id,
        parameters: (!parameters.is_empty()).then_some(parameters),
        plan: arguments.plan,
    };
    let path = "/api/admin/schemas";
    if !arguments.credentials {
        return submit(client, Method::POST, path, &body, &arguments.wait).await;
    }
    let operation = client.send_body(Method::POST, path, &body, Some(FIRST_WAIT)).await?;
    let operation = follow(client, operation).await?;
    if operation.state != OperationState::Succeeded {
        return conclude(client, &operation);
    }
    let issued = issue(client, &body.name, &CredentialsRequest::default()).await?;
    if client.json {
        json(&serde_json::json!({ "operation": operation, "credentials": issued }));
        return Ok(());
    }
    conclude(client, &operation)?;
    print_credentials(&issued);
    Ok(())
}

async fn credentials(client: &Client, arguments: CredentialsArguments) -> Outcome {
    let role =
        if arguments.read_only { CredentialsRole::ReadOnly } else { CredentialsRole::Application };
    let request = CredentialsRequest { rotate: arguments.rotate, role };
    let issued = issue(client, &arguments.name, &request).await?;
    if client.json {
        json(&issued);
    } else {
        print_credentials(&issued);
    }
    Ok(())
}

async fn issue(
    client: &Client,
    name: &str,
    request: &CredentialsRequest,
) -> Result<CredentialsBody, Failure> {
    client.send_body(Method::POST, &format!("{}/credentials", path(name)), request, None).await
}

/// The secret goes to stdout, the remark does not: `$(tenantry schema credentials oakwood)` is a URL.
fn print_credentials(issued: &CredentialsBody) {
    out!("{}", issued.connection_string);
    eprintln!("This is shown once; a new one: tenantry schema credentials NAME --rotate");
}

async fn act(client: &Client, change: Change, action: PatchAction) -> Outcome {
    let body = SchemaPatch { action: Some(action), ..SchemaPatch::default() };
    submit(client, Method::PATCH, &path(&change.name), &body, &change.wait).await
}

async fn list(client: &Client, arguments: List) -> Outcome {
    let mut query = vec![("sort", arguments.sort), ("limit", arguments.limit.to_string())];
    let optional = [
        ("q", arguments.search),
        ("state", arguments.state),
        ("plan", arguments.plan),
        ("cursor", arguments.cursor),
        ("externalId", arguments.external_id),
        ("label", arguments.label),
    ];
    query.extend(optional.into_iter().filter_map(|(key, value)| Some((key, value?))));
    let page: SchemaList = client.get("/api/admin/schemas", &query).await?;
    if client.json {
        json(&page);
        return Ok(());
    }
    let rows = page
        .items
        .iter()
        .map(|schema| {
            [
                schema.name.clone(),
                schema.state.to_string(),
                or_dash(schema.schema_name.clone()),
                made_from(schema),
                or_dash(schema.plan.clone()),
                usage::size(&schema.usage),
                or_dash(schema.quota.bytes.map(|_| schema.quota.level)),
                time(Some(schema.updated_at)),
            ]
        })
        .collect();
    table(["NAME", "STATE", "SCHEMA", "TEMPLATE", "PLAN", "SIZE", "QUOTA", "UPDATED"], rows);
    if let Some(cursor) = page.next_cursor {
        eprintln!("{} of {}; the next page: --cursor {cursor}", page.items.len(), page.total);
    }
    Ok(())
}

async fn show(client: &Client, name: &str) -> Outcome {
    let schema: SchemaBody = client.get(&path(name), &[]).await?;
    if client.json {
        json(&schema);
        return Ok(());
    }
    let labels: Vec<String> = schema.labels.iter().map(|(k, v)| format!("{k}={v}")).collect();
    let template = made_from(&schema);
    let mut rows = vec![
        ("name", schema.name),
        ("display name", schema.display_name),
        ("state", schema.state.to_string()),
        ("schema", or_dash(schema.schema_name)),
        ("role", or_dash(schema.role_name)),
        ("template", template),
        ("plan", or_dash(schema.plan)),
        ("size", usage::size_in_detail(&schema.usage)),
        ("measured", usage::measured(&schema.usage)),
        ("rows", format!("about {}", schema.usage.row_estimate)),
        ("writes", schema.usage.writes.to_string()),
        ("connections", schema.usage.connections.to_string()),
        ("last activity", time(schema.usage.last_activity_at)),
        ("quota", usage::quota(&schema.quota)),
        ("last backup", time(schema.backup.as_ref().map(|backup| backup.taken_at))),
        ("verified", schema.backup.as_ref().map_or_else(|| "-".into(), verification)),
        ("next backup", time(schema.next_backup_at)),
        ("labels", if labels.is_empty() { "-".into() } else { labels.join(" ") }),
        ("created", time(Some(schema.created_at))),
        ("updated", time(Some(schema.updated_at))),
        ("id", schema.id.to_string()),
        ("version", schema.version),
    ];
    let adopted = schema.adoption.map(|adoption| {
        let read_only = if adoption.read_only { ", only read" } else { "" };
        format!("from {}{read_only}", adoption.tool)
    });
    let optional = [
        ("adopted", adopted),
        ("external id", schema.external_id),
        ("contact", schema.contact.name),
        ("e-mail", schema.contact.email),
        ("telephone", schema.contact.phone),
        ("failure", schema.failure),
        ("archived", schema.archived_at.map(|at| time(Some(at)))),
        ("recoverable until", schema.recoverable_until.map(|at| time(Some(at)))),
        ("purged", schema.purged_at.map(|at| time(Some(at)))),
        ("operation", schema.active_operation.map(|id| id.to_string())),
    ];
    rows.extend(optional.into_iter().filter_map(|(name, value)| Some((name, value?))));
    fields(&rows);
    Ok(())
}

/// What drills found of the newest backup, and how long it takes to have it back.
fn verification(backup: &BackupOfSchema) -> String {
    match (backup.verification.as_str(), backup.restore_ms) {
        ("verified", Some(took)) => {
            let recovery = milliseconds(took);
            format!("{}; recovery took {recovery}", time(backup.verified_at))
        }
        ("verified", None) => time(backup.verified_at),
        ("failed", _) => "FAILED: it does not restore to what was taken".to_owned(),
        _ => "not yet".to_owned(),
    }
}

/// The template and its version, or the version that an adopted schema's own tool tells.
fn made_from(schema: &SchemaBody) -> String {
    match (&schema.template, &schema.adoption) {
        (Some(template), _) => format!("{template}@{}", or_dash(schema.template_version)),
        (None, Some(adoption)) => {
            format!("{}: {}", adoption.tool, or_dash(schema.tool_version.clone()))
        }
        (None, None) => "-".to_owned(),
    }
}

async fn findings(client: &Client) -> Outcome {
    let list: FindingList = client.get("/api/admin/findings", &[]).await?;
    if client.json {
        json(&list);
        return Ok(());
    }
    if list.items.is_empty() {
        out!("Nothing disagrees.");
    }
    for finding in list.items {
        out!("{} {} {}", finding.severity, finding.kind, finding.object);
        out!("  {}\n  {}", finding.detail, finding.remedy);
    }
    Ok(())
}
