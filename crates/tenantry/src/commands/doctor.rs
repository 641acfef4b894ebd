//! `tenantry doctor`

use clap::Args;
use serde::Serialize;
use tenantry_domain::finding::Severity;
use tenantry_pg::ManagedDatabase;
use tenantry_pg::database::DatabaseConfig;
use tenantry_pg::doctor::Finding;
use url::Url;
use uuid::Uuid;

use crate::client::Connection;
use crate::config::refuse_careless;
use crate::failure::{Exit, Failure, Outcome};
use crate::output::{json, out};
use crate::profile::{Profile, default_directory};

/// Examines the managed database itself, without the server: grants, owners, memberships, keys, views
/// and functions across schemas, settings, files. Changes nothing. The server does the same every
/// hour; `GET /api/admin/findings` has what it found.
#[derive(Args)]
#[command(after_help = "\
Exit status: 0 nothing critical · 1 a critical finding · 6 cannot reach the database

Examples:
  tenantry doctor
  tenantry doctor --managed-database-url postgres://tenantry_control@db.example/tenantry_managed
  tenantry doctor --json | jq '.items[] | select(.severity == \"critical\") | .remedy'")]
pub(crate) struct Arguments {
    /// The managed database; the profile's when left out
    #[arg(long, env = "TENANTRY_MANAGED_DATABASE_URL", value_name = "U", hide_env_values = true)]
    managed_database_url: Option<Url>,
}

/// The document of `--json`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Report {
    /// The gravest first.
    items: Vec<Item>,
    /// How many.
    total: usize,
    /// Every check that was made.
    checks: Vec<&'static str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Item {
    kind: String,
    severity: &'static str,
    object: String,
    schema_id: Option<Uuid>,
    detail: String,
    remedy: String,
}

impl From<Finding> for Item {
    fn from(finding: Finding) -> Self {
        Self {
            kind: finding.check.into(),
            severity: finding.severity.as_str(),
            object: finding.object,
            schema_id: finding.schema_id,
            detail: finding.detail,
            remedy: finding.remedy,
        }
    }
}

pub(crate) async fn run(arguments: Arguments, connection: Connection) -> Outcome {
    let url = match arguments.managed_database_url {
        Some(url) => url,
        None => from_profile(&connection)?,
    };
    refuse_careless(&url)?;
    let unreachable = |error| {
        Failure::new(Exit::Unreachable, format!("cannot examine the managed database: {error}"))
            .hint("Is the server up, and was `tenantry install` run there?")
    };
    let database =
        ManagedDatabase::new(&DatabaseConfig { url, max_connections: 1 }).map_err(unreachable)?;
    let findings = database.examine().await.map_err(unreachable)?;
    let critical = findings.iter().filter(|f| f.severity == Severity::Critical).count();
    let items: Vec<Item> = findings.into_iter().map(Item::from).collect();
    let report = Report { total: items.len(), items, checks: ManagedDatabase::checks().collect() };
    if connection.json {
        json(&report);
    } else {
        print(&report);
    }
    match critical {
        0 => Ok(()),
        1 => Err(Failure::new(Exit::Failed, "one finding is critical")),
        many => Err(Failure::new(Exit::Failed, format!("{many} findings are critical"))),
    }
}

fn from_profile(connection: &Connection) -> Result<Url, Failure> {
    let directory = connection.profile.clone().unwrap_or_else(default_directory);
    let profile = Profile::read(&directory)?.ok_or_else(|| {
        Failure::new(Exit::Refused, "which database? No demo has run here")
            .hint("Give --managed-database-url, or --profile with the directory of a demo.")
    })?;
    profile
        .managed_database_url
        .parse()
        .map_err(|error| Failure::new(Exit::Refused, format!("{}: {error}", directory.display())))
}

fn print(report: &Report) {
    for item in &report.items {
        out!("{}  {}  {}", item.severity.to_uppercase(), item.kind, item.object);
        out!("    {}", item.detail);
        out!("    → {}", item.remedy);
        out!();
    }
    out!("{} checks, {} findings", report.checks.len(), report.total);
}
