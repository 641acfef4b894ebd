//! `tenantry template …`

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand, ValueEnum};
use reqwest::Method;
use tenantry_api::types::{
    NewTemplateRequest, OperationBody, TemplateFile, TemplateLayout, TemplateList,
};

use crate::client::{Client, Connection, segment};
use crate::failure::{Exit, Failure, Outcome};
use crate::output::{json, table, time};
use crate::progress::{FIRST_WAIT, conclude, follow};

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Make a template's next version from a migration folder
    #[command(after_help = "\
Examples:
  tenantry template create default --from prisma/migrations
  tenantry template create clinic --from sql/ --layout plain --json")]
    Create(Create),
    /// List every version of every template
    List,
    /// List the versions of a template with their migrations
    Show(Name),
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

pub(crate) async fn run(command: Command, connection: Connection) -> Outcome {
    let client = connection.client()?;
    match command {
        Command::Create(arguments) => create(&client, arguments).await,
        Command::List => list(&client, "/api/admin/templates").await,
        Command::Show(Name { name }) => {
            list(&client, &format!("/api/admin/templates/{}", segment(&name))).await
        }
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
    };
    let wait = (!arguments.no_wait).then_some(FIRST_WAIT);
    let mut operation: OperationBody =
        client.send_body(Method::POST, "/api/admin/templates", &body, wait).await?;
    if !arguments.no_wait {
        operation = follow(client, operation).await?;
    }
    conclude(client, &operation)
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
                template.checksum[..12.min(template.checksum.len())].to_owned(),
                time(Some(template.created_at)),
            ]
        })
        .collect();
    table(
        ["NAME", "VERSION", "LAYOUT", "MIGRATIONS", "RELATIONS", "PROOF", "CHECKSUM", "CREATED"],
        rows,
    );
    Ok(())
}
