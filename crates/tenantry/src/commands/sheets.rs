//! `tenantry schema import` and `tenantry schema export`: institutions from and to a file of CSV.

use std::io::{Read as _, Write};
use std::path::{Path, PathBuf};

use clap::Args;
use tenantry_api::types::{ImportOutcome, ImportReport, ProblemBody};
use tenantry_domain::sheet::Fate;

use crate::client::Client;
use crate::failure::{Exit, Failure, Outcome};
use crate::output::{json, out, table};
use crate::progress::{FIRST_WAIT, conclude, follow};

#[derive(Args)]
#[command(after_help = "\
Columns: name, displayName, externalId, contactName, contactEmail, contactPhone, labels (a=1;b=2),
quotaBytes (5GB), plan, template, templateVersion, parameter.NAME; those of an export that only tell are
passed over. Exit status 2: a row is invalid, and nothing was done.
Examples:
  tenantry schema import schools.csv --dry-run
  tenantry schema import schools.csv --update --wait
  cat schools.csv | tenantry schema import - --skip-invalid --json")]
pub(crate) struct Import {
    /// The file; - is stdin
    file: PathBuf,
    /// Only show what would become of each row
    #[arg(long)]
    dry_run: bool,
    /// Change institutions that are there and differ
    #[arg(long)]
    update: bool,
    /// Leave invalid rows out, instead of refusing all
    #[arg(long)]
    skip_invalid: bool,
    /// The template of rows that name none
    #[arg(long, value_name = "NAME")]
    template: Option<String>,
    /// Wait until every institution is there
    #[arg(long)]
    wait: bool,
}

pub(crate) async fn import(client: &Client, arguments: Import) -> Outcome {
    let sheet = read(&arguments.file)?;
    let mut query = Vec::new();
    for (name, set) in [
        ("dryRun", arguments.dry_run),
        ("update", arguments.update),
        ("skipInvalid", arguments.skip_invalid),
    ] {
        if set {
            query.push((name, "true".to_owned()));
        }
    }
    query.extend(arguments.template.map(|template| ("template", template)));
    let wait = arguments.wait.then_some(FIRST_WAIT);
    let sent = client.send_sheet("/api/admin/schemas/import", &query, sheet, wait).await;
    match sent {
        Ok(ImportOutcome::Operation(operation)) => {
            let operation = match arguments.wait {
                true => follow(client, *operation).await?,
                false => *operation,
            };
            conclude(client, &operation)
        }
        Ok(ImportOutcome::Report(report)) => {
            show(client, &report);
            match report.invalid {
                0 => Ok(()),
                _ if arguments.skip_invalid => Ok(()),
                invalid => Err(Failure::new(
                    Exit::Refused,
                    format!("{invalid} rows are invalid; this import would be refused"),
                )
                .hint("Mend them, or leave them out with --skip-invalid.")),
            }
        }
        Err(failure) => {
            let problem: Option<ProblemBody> =
                failure.document().and_then(|body| serde_json::from_value(body.clone()).ok());
            if let Some(report) = problem.and_then(|problem| problem.report)
                && !client.json
            {
                print(&report, true);
            }
            Err(failure)
        }
    }
}

fn read(file: &PathBuf) -> Result<Vec<u8>, Failure> {
    let mut sheet = Vec::new();
    let done = if file.as_os_str() == "-" {
        std::io::stdin().lock().read_to_end(&mut sheet).map(|_| ())
    } else {
        std::fs::read(file).map(|bytes| sheet = bytes)
    };
    done.map_err(|error| {
        Failure::new(Exit::Refused, format!("cannot read {}: {error}", file.display()))
    })?;
    Ok(sheet)
}

fn show(client: &Client, report: &ImportReport) {
    if client.json {
        json(report);
    } else {
        print(report, false);
    }
}

/// A line for each row, and what they come to.
fn print(report: &ImportReport, only_invalid: bool) {
    let rows = report
        .rows
        .iter()
        .filter(|row| !only_invalid || row.fate == Fate::Invalid)
        .map(|row| {
            let why =
                if row.reasons.is_empty() { row.changes.join(", ") } else { row.reasons.join(" ") };
            [row.line.to_string(), row.name.clone(), row.fate.as_str().to_owned(), why]
        })
        .collect();
    table(["LINE", "NAME", "FATE", "WHY"], rows);
    out!(
        "{} to create, {} to update, {} unchanged, {} differ, {} invalid",
        report.create,
        report.update,
        report.unchanged,
        report.differs,
        report.invalid
    );
}

#[derive(Args)]
#[command(after_help = "\
An import takes the file back. Cells that a spreadsheet would run as a formula have an apostrophe in
front, which the import takes away.
Examples:
  tenantry schema export -o schools.csv
  tenantry schema export --label region=north | cut -d, -f1")]
pub(crate) struct Export {
    /// The file; stdout when left out
    #[arg(long, short = 'o', value_name = "FILE")]
    output: Option<PathBuf>,
    /// Only names that contain this
    #[arg(long, short = 'q', value_name = "TEXT")]
    search: Option<String>,
    /// Only these states, separated by commas; those that live when left out
    #[arg(long)]
    state: Option<String>,
    /// Only the one that your own system calls so
    #[arg(long, value_name = "ID")]
    external_id: Option<String>,
    /// Only those with these labels, separated by commas
    #[arg(long, value_name = "KEY=VALUE")]
    label: Option<String>,
}

pub(crate) async fn export(client: &Client, arguments: Export) -> Outcome {
    if client.json {
        return Err(Failure::new(Exit::Refused, "an export is CSV, not JSON")
            .hint("For JSON: tenantry schema list --json"));
    }
    let query: Vec<(&str, String)> = [
        ("q", arguments.search),
        ("state", arguments.state),
        ("externalId", arguments.external_id),
        ("label", arguments.label),
    ]
    .into_iter()
    .filter_map(|(key, value)| Some((key, value?)))
    .collect();
    match arguments.output {
        None => take(client, &query, &mut std::io::stdout().lock()).await,
        Some(file) => {
            // under another name until it is whole: half a list would be taken for all
            let mut part = file.clone().into_os_string();
            part.push(".part");
            let part = PathBuf::from(part);
            let written = write_file(client, &query, &part).await;
            let done =
                written.and_then(|()| std::fs::rename(&part, &file).map_err(unwritable(&file)));
            if done.is_err() {
                let _ = std::fs::remove_file(&part);
            }
            done
        }
    }
}

async fn write_file(client: &Client, query: &[(&str, String)], file: &Path) -> Outcome {
    let mut out = std::fs::File::create(file).map_err(unwritable(file))?;
    take(client, query, &mut out).await?;
    out.sync_all().map_err(unwritable(file))
}

async fn take(client: &Client, query: &[(&str, String)], out: &mut impl Write) -> Outcome {
    client.download("/api/admin/schemas/export", query).await?.pour(out).await
}

fn unwritable(file: &Path) -> impl FnOnce(std::io::Error) -> Failure {
    let file = file.display().to_string();
    move |error| Failure::new(Exit::Refused, format!("cannot write {file}: {error}"))
}
