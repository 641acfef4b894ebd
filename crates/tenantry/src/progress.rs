//! Following an operation to its end: a bar on a terminal, a line for each change elsewhere.

use crate::output::out;
use std::io::IsTerminal;
use std::time::Duration;

use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use reqwest::Method;
use serde::Serialize;
use tenantry_api::types::OperationBody;
use tenantry_domain::operation::OperationState;
use uuid::Uuid;

use crate::client::Client;
use crate::failure::{Exit, Failure, Outcome};
use crate::output;

/// How long the first answer may take: most operations end within it.
pub(crate) const FIRST_WAIT: Duration = Duration::from_secs(2);

/// Whether a command waits.
#[derive(Args)]
pub(crate) struct Wait {
    /// Wait until the operation ends and show its steps
    #[arg(long)]
    pub(crate) wait: bool,
}

/// Sends a request for an operation and, if so asked, follows it to its end.
pub(crate) async fn submit<B: Serialize>(
    client: &Client,
    method: Method,
    path: &str,
    body: &B,
    wait: &Wait,
) -> Outcome {
    let first = wait.wait.then_some(FIRST_WAIT);
    let mut operation: OperationBody = client.send_body(method, path, body, first).await?;
    if wait.wait {
        operation = follow(client, operation).await?;
    }
    conclude(client, &operation)
}

/// Asks again until the operation ends, showing what it does.
pub(crate) async fn follow(
    client: &Client,
    mut operation: OperationBody,
) -> Result<OperationBody, Failure> {
    let display = Display::new(client.json);
    let mut pause = Duration::from_millis(100);
    while !operation.state.is_final() {
        display.show(&operation);
        tokio::time::sleep(pause).await;
        pause = (pause * 3 / 2).min(Duration::from_secs(1));
        operation = get(client, operation.id).await?;
    }
    display.done(&operation);
    Ok(operation)
}

/// An operation as it is now.
pub(crate) async fn get(client: &Client, id: Uuid) -> Result<OperationBody, Failure> {
    client.get(&format!("/api/admin/operations/{id}"), &[]).await
}

/// Prints an operation that was asked for, and fails when it failed.
pub(crate) fn conclude(client: &Client, operation: &OperationBody) -> Result<(), Failure> {
    let subject = operation.schema.as_deref().unwrap_or("the fleet");
    match operation.state {
        OperationState::Failed | OperationState::Cancelled | OperationState::Stuck => {
            let reason = error_text(operation);
            let message = format!("{} of {subject} {}: {reason}", operation.kind, operation.state);
            let mut failure = Failure::new(Exit::Failed, message);
            if let Ok(body) = serde_json::to_value(operation) {
                failure = failure.body(body);
            }
            Err(match operation.error.as_ref().and_then(|e| e["hint"].as_str()) {
                Some(hint) => failure.hint(hint),
                None => failure.hint(format!("tenantry operation show {}", operation.id)),
            })
        }
        _ if client.json => {
            output::json(operation);
            Ok(())
        }
        OperationState::Succeeded => {
            let took = operation.duration_ms.unwrap_or_default();
            out!("{} of {subject} succeeded in {took:.0} ms{}", operation.kind, result(operation));
            Ok(())
        }
        state => {
            out!("{} of {subject} is {state}: operation {}", operation.kind, operation.id);
            out!("  tenantry operation watch {}", operation.id);
            Ok(())
        }
    }
}

/// Why an operation did not succeed.
pub(crate) fn error_text(operation: &OperationBody) -> String {
    operation
        .error
        .as_ref()
        .and_then(|error| error["message"].as_str())
        .unwrap_or("no reason was given")
        .to_owned()
}

fn result(operation: &OperationBody) -> String {
    let Some(result) = &operation.result else {
        return String::new();
    };
    if let Some(schema) = result["schemaName"].as_str() {
        let aside = result["putAside"].as_str();
        let aside =
            aside.map_or(String::new(), |copy| format!("; what lived until then is {copy}"));
        let state = result["state"].as_str().unwrap_or("there");
        return format!(": schema {schema} is {state}{aside}");
    }
    if let (Some(created), Some(updated)) = (result["created"].as_i64(), result["updated"].as_i64())
    {
        return format!(
            ": {created} created, {updated} updated, {} unchanged, {} differ, {} left out",
            result["unchanged"], result["differs"], result["skipped"]
        );
    }
    if let Some(told) = of_backups(result) {
        return told;
    }
    if let (Some(made), Some(retired)) = (result["made"].as_i64(), result["retired"].as_i64()) {
        return format!(": {made} spares made, {retired} dropped");
    }
    if let Some(version) = result["version"].as_i64() {
        return format!(
            ": version {version} of template {}, {} relations{}",
            result["name"].as_str().unwrap_or_default(),
            result["relations"],
            spares(result),
        );
    }
    String::new()
}

/// What operations on backups brought about.
fn of_backups(result: &serde_json::Value) -> Option<String> {
    let number = |key: &str| result[key].as_i64();
    let text = |key: &str| result[key].as_str();
    if let Some(since) = text("unchangedSince") {
        return Some(format!(": nothing changed since backup {since}"));
    }
    if let Some(verified) = result["verified"].as_bool() {
        let word = if verified { "verified" } else { "not verified" };
        let took = number("restoreMs").map_or(String::new(), |ms| format!(", restored in {ms} ms"));
        return Some(format!(": backup {} is {word}{took}", text("backup").unwrap_or_default()));
    }
    if let (Some(backup), Some(stored)) = (text("backup"), number("archiveBytes")) {
        return Some(format!(
            ": backup {backup}, {} tables, {} rows, {} stored",
            result["tables"],
            result["rows"],
            output::bytes(stored)
        ));
    }
    if let (Some(done), Some(failed)) = (number("done"), number("failed")) {
        return Some(format!(": {done} done, {failed} failed"));
    }
    if let Some(copy) = text("copy") {
        return Some(format!(": copy {copy}"));
    }
    if let (Some(condemned), Some(removed)) = (number("condemned"), number("removed")) {
        return Some(format!(
            ": {condemned} condemned, {} reprieved, {removed} removed, {} swept",
            result["reprieved"], result["swept"]
        ));
    }
    None
}

/// A word about a template whose spares are not plain.
fn spares(result: &serde_json::Value) -> String {
    let object = result["sparesReason"].as_str().unwrap_or_default();
    match result["spares"].as_str() {
        Some("none") => {
            format!("; no spares, because the schema's own name stands in the {object}")
        }
        Some("rewritten") => format!("; search paths are written anew in its spares: {object}"),
        _ => String::new(),
    }
}

/// Where progress goes: always stderr, so that stdout stays clean.
enum Display {
    Bar(ProgressBar),
    Lines(std::cell::RefCell<String>),
    Silent,
}

impl Display {
    fn new(json: bool) -> Self {
        if std::io::stderr().is_terminal() {
            let style =
                ProgressStyle::with_template("{spinner} {msg} [{bar:24}] {pos}/{len} {elapsed}")
                    .unwrap_or_else(|_| ProgressStyle::default_bar())
                    .progress_chars("=> ");
            let bar = ProgressBar::new(1).with_style(style);
            bar.enable_steady_tick(Duration::from_millis(100));
            return Self::Bar(bar);
        }
        if json { Self::Silent } else { Self::Lines(std::cell::RefCell::default()) }
    }

    fn show(&self, operation: &OperationBody) {
        let running = operation.steps.iter().find(|step| step.state == "running");
        // a long step says how far it is
        let step = running.map_or(operation.state.as_str(), |step| {
            operation.progress.current.as_deref().unwrap_or(&step.name)
        });
        let direction = if operation.progress.unwinding { "undoing: " } else { "" };
        let subject = operation.schema.as_deref().unwrap_or("fleet");
        let message = format!("{} {subject}: {direction}{step}", operation.kind);
        let total = operation.progress.total.max(1);
        let done = operation.progress.done;
        match self {
            Self::Bar(bar) => {
                bar.set_length(u64::try_from(total).unwrap_or(1));
                bar.set_position(u64::try_from(done).unwrap_or(0));
                bar.set_message(message);
            }
            Self::Lines(last) => {
                let line = format!("{message} ({done}/{total})");
                if *last.borrow() != line {
                    eprintln!("{line}");
                    last.replace(line);
                }
            }
            Self::Silent => {}
        }
    }

    fn done(&self, operation: &OperationBody) {
        match self {
            Self::Bar(bar) => bar.finish_and_clear(),
            Self::Lines(_) => {
                for step in operation.steps.iter().filter(|step| step.state != "pending") {
                    eprintln!("{}: {}", step.name, step.state);
                }
            }
            Self::Silent => {}
        }
    }
}
