//! `tenantry template …`

use crate::output::out;
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand, ValueEnum};
use reqwest::Method;
use tenantry_api::types::{
    NewTemplateRequest, OperationBody, PoolBody, PoolPatch, TemplateBody, TemplateFile,
    TemplateLayout, TemplateList,
};
use tenantry_domain::template::Spares;

use crate::client::{Client, Connection, segment};
use crate::failure::{Exit, Failure, Outcome};
use crate::output::{fields, json, or_dash, table, time};
use crate::progress::{FIRST_WAIT, conclude, follow};

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Make a template's next version from a migration folder
    #[command(after_help = "\
Examples:
  tenantry template create default --from prisma/migrations
  tenantry template create default --from prisma/migrations --seed seed.sql
  tenantry template create clinic --from sql/ --layout plain --json")]
    Create(Create),
    /// List every version of every template
    List,
    /// List the versions of a template with their migrations
    Show(Name),
    /// Show how many schemas are made ahead from a template, or change how many
    #[command(after_help = "\
Examples:
  tenantry template pool default
  tenantry template pool default --floor 10 --ceiling 40 --rate 2")]
    Pool(Pool),
}

#[derive(Args)]
pub(crate) struct Create {
    /// The template's name
    name: String,
    /// The migration folder
    #[arg(long, value_name = "DIR")]
    from: PathBuf,
    /// The folder's layout; found out when left out
    #[arg(long)]
    layout: Option<LayoutName>,
    /// SQL that fills each new institution with its first rows, from tenantry.parameter('NAME')
    #[arg(long, value_name = "FILE")]
    seed: Option<PathBuf>,
    /// Only submit it; by default the command waits for the proof
    #[arg(long)]
    no_wait: bool,
}

#[derive(Clone, Copy, ValueEnum)]
enum LayoutName {
    Prisma,
    Plain,
}

#[derive(Args)]
pub(crate) struct Name {
    /// The template's name
    name: String,
}

#[derive(Args)]
pub(crate) struct Pool {
    /// The template's name
    name: String,
    /// With fewer spares than this, more are made; 0: never
    #[arg(long, value_name = "N")]
    floor: Option<i32>,
    /// So many spares are made; those above it are dropped
    #[arg(long, value_name = "N")]
    ceiling: Option<i32>,
    /// At most so many spares are made in a second
    #[arg(long, value_name = "R")]
    rate: Option<f64>,
}

pub(crate) async fn run(command: Command, connection: Connection) -> Outcome {
    let client = connection.client()?;
    match command {
        Command::Create(arguments) => create(&client, arguments).await,
        Command::List => list(&client, "/api/admin/templates").await,
        Command::Show(Name { name }) => {
            list(&client, &format!("/api/admin/templates/{}", segment(&name))).await
        }
        Command::Pool(arguments) => pool(&client, arguments).await,
    }
}

async fn create(client: &Client, arguments: Create) -> Outcome {
    let body = NewTemplateRequest {
        name: arguments.name,
        layout: arguments.layout.map(|layout| match layout {
            LayoutName::Prisma => TemplateLayout::Prisma,
            LayoutName::Plain => TemplateLayout::Plain,
        }),
        files: read_folder(&arguments.from)?,
        seed: arguments.seed.as_deref().map(read_seed).transpose()?,
    };
    let wait = (!arguments.no_wait).then_some(FIRST_WAIT);
    let mut operation: OperationBody =
        client.send_body(Method::POST, "/api/admin/templates", &body, wait).await?;
    if !arguments.no_wait {
        operation = follow(client, operation).await?;
    }
    conclude(client, &operation)
}

fn read_seed(file: &Path) -> Result<String, Failure> {
    std::fs::read_to_string(file).map_err(|error| {
        Failure::new(Exit::Refused, format!("cannot read {}: {error}", file.display()))
    })
}

/// Reads what may belong to a migration folder: SQL and Prisma's lock file, two levels deep.
fn read_folder(folder: &Path) -> Result<Vec<TemplateFile>, Failure> {
    let mut files = Vec::new();
    collect(folder, "", &mut files).map_err(|(path, error)| {
        Failure::new(Exit::Refused, format!("cannot read {}: {error}", path.display()))
    })?;
    if files.is_empty() {
        let message = format!("{} has no .sql file", folder.display());
        return Err(Failure::new(Exit::Refused, message)
            .hint("Name the folder that holds the migrations, as prisma/migrations."));
    }
    Ok(files)
}

fn collect(
    folder: &Path,
    prefix: &str,
    files: &mut Vec<TemplateFile>,
) -> Result<(), (PathBuf, std::io::Error)> {
    let at = |path: &Path| {
        let path = path.to_owned();
        move |error| (path, error)
    };
    for entry in std::fs::read_dir(folder).map_err(at(folder))? {
        let entry = entry.map_err(at(folder))?;
        let path = entry.path();
        let name = entry.file_name().to_string_lossy().into_owned();
        if path.is_dir() && prefix.is_empty() {
            collect(&path, &format!("{name}/"), files)?;
        } else if name.ends_with(".sql") || name == "migration_lock.toml" {
            let text = std::fs::read_to_string(&path).map_err(at(&path))?;
            files.push(TemplateFile { path: format!("{prefix}{name}"), text });
        }
    }
    Ok(())
}

async fn list(client: &Client, path: &str) -> Outcome {
    let list: TemplateList = client.get(path, &[]).await?;
    if client.json {
        json(&list);
        return Ok(());
    }
    let rows = list
        .items
        .iter()
        .map(|template| {
            [
                template.name.clone(),
                template.version.to_string(),
                template.layout.clone(),
                template.migrations.len().to_string(),
                template.relations.to_string(),
                format!("{:.0} ms", template.proof_ms),
                template.spares.to_string(),
                template.checksum[..12.min(template.checksum.len())].to_owned(),
                time(Some(template.created_at)),
            ]
        })
        .collect();
    table(
        [
            "NAME",
            "VERSION",
            "LAYOUT",
            "MIGRATIONS",
            "RELATIONS",
            "PROOF",
            "SPARES",
            "CHECKSUM",
            "CREATED",
        ],
        rows,
    );
    for template in &list.items {
        if let Some(object) = &template.spares_reason {
            let TemplateBody { name, version, .. } = template;
            out!("{}", spares_note(name, *version, template.spares, object));
        }
        if template.seed.is_some() {
            let TemplateBody { name, version, seed_requires, .. } = template;
            let requires = match seed_requires.join(", ") {
                none if none.is_empty() => String::new(),
                names => format!(", which requires {names}"),
            };
            out!("{name}@{version} has a seed{requires} (its text: --json)");
        }
    }
    Ok(())
}

/// What the proof found about a version's spares, for whoever made the template.
fn spares_note(name: &str, version: i32, spares: Spares, object: &str) -> String {
    match spares {
        Spares::None => format!(
            "{name}@{version} has no spares, its schemas are made by the script: the schema's own \
             name stands in the {object}"
        ),
        _ => format!(
            "{name}@{version}: the search paths of its functions are written anew when a spare is \
             claimed: {object}"
        ),
    }
}

async fn pool(client: &Client, arguments: Pool) -> Outcome {
    let path = format!("/api/admin/templates/{}/pool", segment(&arguments.name));
    let patch =
        PoolPatch { floor: arguments.floor, ceiling: arguments.ceiling, rate: arguments.rate };
    let asked = patch.floor.is_some() || patch.ceiling.is_some() || patch.rate.is_some();
    let pool: PoolBody = if asked {
        client.send_body(Method::PATCH, &path, &patch, None).await?
    } else {
        client.get(&path, &[]).await?
    };
    if client.json {
        json(&pool);
        return Ok(());
    }
    let ready: Vec<String> = pool
        .ready
        .iter()
        .map(|count| match count.broken {
            0 => format!("{} of version {}", count.ready, count.version),
            broken => format!("{} of version {} ({broken} broken)", count.ready, count.version),
        })
        .collect();
    fields(&[
        ("template", format!("{}@{}", pool.template, pool.version)),
        ("spares", pool.spares.to_string()),
        ("ready", if ready.is_empty() { "none".into() } else { ready.join(", ") }),
        ("floor", pool.floor.to_string()),
        ("ceiling", pool.ceiling.to_string()),
        ("rate", format!("{} a second", pool.rate)),
        ("refill", or_dash(pool.refill)),
    ]);
    Ok(())
}
