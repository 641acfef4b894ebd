//! Figures as a table for people and as JSON, with the machine that they were measured on.

use std::fmt;
use std::fs;

use comfy_table::presets::UTF8_FULL_CONDENSED;
use comfy_table::{CellAlignment, Table};
use serde::Serialize;
use serde_json::{Value, json};

use super::figure::{Figure, quantity};

/// What the figures depend on.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Machine {
    cores: usize,
    memory_gib: f64,
    load_before: String,
    postgres: String,
}

impl Machine {
    /// Looks around; best before the first benchmark, for the load.
    pub(crate) fn look() -> Self {
        let memory = fs::read_to_string("/proc/meminfo").unwrap_or_default();
        let kib = memory.split_whitespace().nth(1).and_then(|kib| kib.parse::<f64>().ok());
        let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
        Self {
            cores: std::thread::available_parallelism().map_or(0, usize::from),
            memory_gib: (kib.unwrap_or(0.0) / 1024.0 / 1024.0).round(),
            load_before: load.split(' ').next().unwrap_or_default().to_owned(),
            postgres: postgres_version(),
        }
    }
}

/// Of the programs that an embedded server takes.
fn postgres_version() -> String {
    let programs = tenantry_pg::embedded::binaries::choose(None, None);
    let said = programs
        .ok()
        .and_then(|found| {
            std::process::Command::new(found.dir.join("postgres")).arg("--version").output().ok()
        })
        .map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned());
    said.unwrap_or_else(|| "unknown".into())
}

impl fmt::Display for Machine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} cores, {} GiB, load {} before the first benchmark; {}, fsync on",
            self.cores, self.memory_gib, self.load_before, self.postgres
        )
    }
}

/// The table and, below it, the notes.
pub(crate) fn text(figures: &[Figure]) -> String {
    let mut table = Table::new();
    table.load_preset(UTF8_FULL_CONDENSED);
    table.set_header(["figure", "ours", "peer", "ratio", "goal", "verdict"]);
    for figure in figures {
        let peer =
            figure.peer.map(|(who, value)| format!("{} {who}", quantity(value, figure.unit)));
        let ratio = figure.ratio().map(|ratio| format!("{ratio:.2}×"));
        table.add_row([
            figure.name.clone(),
            quantity(figure.ours, figure.unit),
            peer.unwrap_or_else(|| "–".into()),
            ratio.unwrap_or_else(|| "–".into()),
            figure.goal(),
            figure.verdict(),
        ]);
    }
    for column in [1, 3, 4] {
        if let Some(column) = table.column_mut(column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    let notes: String = figures
        .iter()
        .filter(|figure| !figure.note.is_empty())
        .map(|figure| format!("\n  {}: {}", figure.name, figure.note))
        .collect();
    format!("{table}{notes}")
}

/// Everything as one document.
pub(crate) fn json(machine: &Machine, figures: &[Figure]) -> Value {
    let figures: Vec<Value> = figures
        .iter()
        .map(|figure| {
            let mut value = json!(figure);
            value["peer"] = match figure.peer {
                Some((who, peer)) => json!({ "name": who, "value": peer }),
                None => Value::Null,
            };
            value["ratio"] = json!(figure.ratio());
            value["verdict"] = json!(figure.verdict());
            value
        })
        .collect();
    json!({ "machine": machine, "figures": figures })
}
