//! `tenantry schema adopt`: schemas that were there before Tenantry.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use reqwest::Method;
use tenantry_api::types::{
    AdoptionBody, AdoptionFate, AdoptionRequest, AdoptionTool, FoundSchemaBody,
};
use tenantry_domain::operation::OperationState;

use crate::client::Client;
use crate::failure::{Exit, Failure, Outcome};
use crate::output::{bytes, json, or_dash, out, table};
use crate::progress;

/// Without --apply nothing is changed: it is told what would be adopted. Adopted schemas keep their
/// names, owners and rights, and are only read until `tenantry schema manage NAME`.
#[derive(Args)]
pub(crate) struct Arguments {
    /// The tool that made the schemas; `auto` goes by the signs that the database shows
    #[arg(long, value_enum, required_unless_present_any = ["pattern", "query"],
          conflicts_with_all = ["pattern", "query"])]
    tool: Option<Tool>,
    /// The tool's list of tenants (TABLE or SCHEMA.TABLE); found by its columns when left out
    #[arg(long, value_name = "TABLE", requires = "tool")]
    tenants_table: Option<String>,
    /// Schemas whose names fit; `*` stands for any characters
    #[arg(long, value_name = "PATTERN", conflicts_with = "query")]
    pattern: Option<String>,
    /// A SELECT with a column schema_name, and slug and display_name where it has them
    #[arg(long, value_name = "SELECT")]
    query: Option<String>,
    /// A schema that is left out; may be given several times
    #[arg(long, value_name = "SCHEMA")]
    exclude: Vec<String>,
    /// What names are made of: schema, wildcard, or a column of the list of tenants or of the query
    #[arg(long, value_name = "WHAT")]
    slug_from: Option<String>,
    /// The column with the names for people
    #[arg(long, value_name = "COLUMN")]
    display_name_from: Option<String>,
    /// A file that decides names: a line SCHEMA=NAME for each
    #[arg(long, value_name = "FILE")]
    map: Option<PathBuf>,
    /// Only tell what would be adopted; this is the default
    #[arg(long, conflicts_with = "apply")]
    dry_run: bool,
    /// Adopt what can be adopted
    #[arg(long, visible_alias = "yes")]
    apply: bool,
    /// Wait until all operations ended
    #[arg(long, requires = "apply")]
    wait: bool,
}

#[derive(Clone, Copy, ValueEnum)]
enum Tool {
    Auto,
    DjangoTenants,
    Apartment,
    Stancl,
}

/// Tells what can be adopted, or adopts it.
pub(super) async fn run(client: &Client, arguments: Arguments) -> Outcome {
    let slugs = arguments.map.as_deref().map(read_map).transpose()?.unwrap_or_default();
    let request = AdoptionRequest {
        dry_run: Some(!arguments.apply),
        tool: arguments.tool.map(|tool| match tool {
            Tool::Auto => AdoptionTool::Auto,
            Tool::DjangoTenants => AdoptionTool::DjangoTenants,
            Tool::Apartment => AdoptionTool::Apartment,
            Tool::Stancl => AdoptionTool::Stancl,
        }),
        tenants_table: arguments.tenants_table,
        pattern: arguments.pattern,
        query: arguments.query,
        exclude: arguments.exclude,
        slug_from: arguments.slug_from,
        display_name_from: arguments.display_name_from,
        slugs,
    };
    let report: AdoptionBody =
        client.send_body(Method::POST, "/api/admin/adoptions", &request, None).await?;
    if client.json {
        json(&report);
    } else {
        print(&report);
    }
    if arguments.wait { wait(client, &report).await } else { Ok(()) }
}

/// Lines `SCHEMA=NAME`; empty ones and those that begin with `#` say nothing.
fn read_map(path: &Path) -> Result<BTreeMap<String, String>, Failure> {
    let refused =
        |reason: String| Failure::new(Exit::Refused, format!("{}: {reason}", path.display()));
    let text = std::fs::read_to_string(path).map_err(|error| refused(error.to_string()))?;
    let mut names = BTreeMap::new();
    for (number, line) in (1..).zip(text.lines().map(str::trim)) {
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let Some((schema, name)) = line.rsplit_once('=') else {
            return Err(refused(format!("line {number} is not SCHEMA=NAME")));
        };
        let schema = schema.trim().to_owned();
        if names.insert(schema.clone(), name.trim().to_owned()).is_some() {
            return Err(refused(format!("line {number} names {schema} a second time")));
        }
    }
    Ok(names)
}

fn print(report: &AdoptionBody) {
    let rows = report.schemas.iter().map(row).collect();
    table(["SCHEMA", "FATE", "NAME", "TABLES", "SIZE", "OWNER", "VERSION", "MIGRATIONS"], rows);
    for found in &report.schemas {
        if let Some(reason) = &found.reason {
            out!("{}: {reason}", found.schema_name);
        }
    }
    for row in &report.rows_without_schema {
        out!("{row}: the list of tenants names it, but there is no such schema");
    }
    if let Some(common) = &report.common_version {
        out!(
            "{} have version {} ({} migrations)",
            common.schemas,
            or_dash(common.version.clone()),
            common.migrations_applied
        );
    }
    for obstacle in &report.obstacles {
        eprintln!("tenantry: {}\n  {}", obstacle.detail, obstacle.remedy);
    }
    if !report.statements_to_manage.is_empty() {
        eprintln!("To let Tenantry also drop them and make roles for them, as an administrator:");
        for statement in &report.statements_to_manage {
            eprintln!("  {statement}");
        }
    }
    if report.dry_run {
        out!("{} of {} would be adopted; do it with --apply", report.adopted, report.schemas.len());
    } else {
        out!("{} of {} are being adopted", report.adopted, report.schemas.len());
    }
}

fn row(found: &FoundSchemaBody) -> [String; 8] {
    let fate = match found.fate {
        AdoptionFate::Adopt => "adopt",
        AdoptionFate::Managed => "managed",
        AdoptionFate::Excluded => "excluded",
        AdoptionFate::NameNeeded => "name needed",
        AdoptionFate::NoRow => "no row",
    };
    let migrations = found.migrations_applied.map(|applied| match found.standing.as_str() {
        "same" => applied.to_string(),
        standing => format!("{applied} {standing}"),
    });
    [
        found.schema_name.clone(),
        fate.to_owned(),
        or_dash(found.name.clone()),
        or_dash(found.tables),
        found.bytes.map_or_else(|| "-".to_owned(), bytes),
        or_dash(found.owner.clone()),
        or_dash(found.tool_version.clone()),
        or_dash(migrations),
    ]
}

async fn wait(client: &Client, report: &AdoptionBody) -> Outcome {
    let mut failed = Vec::new();
    for id in report.schemas.iter().filter_map(|found| found.operation) {
        let operation = progress::follow(client, progress::get(client, id).await?).await?;
        if operation.state != OperationState::Succeeded {
            let name = operation.schema.clone().unwrap_or_default();
            failed.push(format!("{name}: {}", progress::error_text(&operation)));
        }
    }
    match failed.first() {
        None => Ok(()),
        Some(first) => {
            let message = format!("{} were not adopted; the first: {first}", failed.len());
            Err(Failure::new(Exit::Failed, message).hint("tenantry operation list --state failed"))
        }
    }
}
