//! `tenantry doctor`

use clap::Args;
use serde::Serialize;
use tenantry_domain::finding::Severity;
use tenantry_pg::ManagedDatabase;
use tenantry_pg::database::DatabaseConfig;
use tenantry_pg::doctor::Finding;
use tenantry_pg::pooler::{Verdict, probe};
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
  tenantry doctor --pooler postgres://app:secret@pooler.example:6432/tenantry_managed
  tenantry doctor --json | jq '.items[] | select(.severity == \"critical\") | .remedy'")]
pub(crate) struct Arguments {
    /// The managed database; the profile's when left out
    #[arg(long, env = "TENANTRY_MANAGED_DATABASE_URL", value_name = "U", hide_env_values = true)]
    managed_database_url: Option<Url>,
    /// Also see whether the pooler at this address mixes its clients: it is logged in to twice, as an
    /// application does, and two schemas with a row each are made for that and removed
    #[arg(long, value_name = "U", hide_env_values = true)]
    pooler: Option<Url>,
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
    /// What two clients of the pooler found: `apart`, `shared_and_reset`,
    /// `leaking_in_one_schema` or `leaking`.
    pooler: Option<&'static str>,
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
    let mut critical = findings.iter().filter(|f| f.severity == Severity::Critical).count();
    let mut items: Vec<Item> = findings.into_iter().map(Item::from).collect();
    let pooler = match &arguments.pooler {
        Some(url) => Some(try_pooler(url, &database).await?),
        None => None,
    };
    if pooler == Some(Verdict::Leaking) {
        critical += 1;
        items.insert(0, leak());
    }
    let report = Report {
        total: items.len(),
        items,
        checks: ManagedDatabase::checks().collect(),
        pooler: pooler.map(word),
    };
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

async fn try_pooler(url: &Url, database: &ManagedDatabase) -> Result<Verdict, Failure> {
    refuse_careless(url)?;
    probe(url, database)
        .await
        .map_err(|error| Failure::new(Exit::Unreachable, format!("cannot try the pooler: {error}")))
}

fn word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Apart => "apart",
        Verdict::SharedAndReset => "shared_and_reset",
        Verdict::LeakingInOneSchema => "leaking_in_one_schema",
        Verdict::Leaking => "leaking",
    }
}

fn leak() -> Item {
    Item {
        kind: "pooler".into(),
        severity: Severity::Critical.as_str(),
        object: "search_path".into(),
        schema_id: None,
        detail: "Two clients of the pooler shared a server session, and one of them read the \
                 row of the institution that the other had chosen: where applications choose the institution by `set \
                 search_path`, one institution reads another's rows, and no error says so."
            .into(),
        remedy: "Give every institution its own login, or begin each transaction with `select \
                 tenantry.enter('NAME')` or `set local search_path`; or pool whole sessions \
                 (pool_mode = session). See docs/connecting.md."
            .into(),
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
    match report.pooler {
        Some("apart") => out!("Pooler: each client has a server session of its own."),
        Some("shared_and_reset") => {
            out!(
                "Pooler: clients share server sessions, and none reads where another has chosen to."
            );
        }
        Some("leaking_in_one_schema") => out!(
            "Pooler: a client reads where another has chosen to, but this login may use one schema only."
        ),
        _ => {}
    }
    out!("{} checks, {} findings", report.checks.len(), report.total);
}
