//! Writes one schema into an archive, and says what is in it.

use std::io::{self, Write};

use serde::{Deserialize, Serialize};
use tenantry_pg::PgError;
use tenantry_pg::export::{Entry, Export};

use crate::archive::ArchiveWriter;
use crate::fingerprint::fingerprint;
use crate::tally::{Counter, Tally};

/// What was written.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contents {
    /// What the form of the schema comes to ([`fingerprint`]).
    pub form: String,
    /// How many entries the table of contents has.
    pub entries: usize,
    /// The tables and what their rows came to, in the order of the archive.
    pub tables: Vec<TableContents>,
    /// Everything that there is, in the order of the archive.
    pub objects: Vec<Object>,
}

/// An entry of the table of contents.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Object {
    /// What it is, in the words of `pg_dump`.
    pub kind: String,
    /// Its name, as `pg_dump` lists it.
    pub tag: String,
}

/// How far an archive is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Tables of which all rows are written.
    pub tables_done: usize,
    /// Tables that have rows of their own.
    pub tables_total: usize,
    /// Bytes of rows that are written.
    pub bytes: u64,
}

/// From how many bytes of tables on rows are read before their turn: the sessions for that cost more than
/// they gain for a small schema.
const LARGE: u64 = 64 * 1024 * 1024;

/// A table in an archive.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableContents {
    /// Its name.
    pub name: String,
    /// Its rows.
    #[serde(flatten)]
    pub tally: Tally,
}

/// Why an archive was not written.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// The managed database.
    #[error("{0}")]
    Database(PgError),
    /// The place that it was written to.
    #[error("the archive cannot be written: {0}")]
    Output(#[from] io::Error),
}

impl From<PgError> for WriteError {
    fn from(error: PgError) -> Self {
        Self::Database(error)
    }
}

/// What a schema comes to, without writing it anywhere: for comparing it with what was.
///
/// # Errors
/// When the database fails.
pub async fn contents(export: &mut Export) -> Result<Contents, PgError> {
    if export.size() > LARGE {
        export.read_ahead().await?;
    }
    let mut tables = Vec::new();
    for (place, name) in with_rows(export) {
        let mut counter = Counter::default();
        export
            .rows(place, |piece| {
                counter.take(piece);
                Ok::<_, PgError>(())
            })
            .await?;
        tables.push(TableContents { name, tally: counter.finish() });
    }
    Ok(Contents::of(export, tables))
}

impl Contents {
    fn of(export: &Export, tables: Vec<TableContents>) -> Self {
        let entries = export.entries();
        let object = |entry: &Entry| Object { kind: entry.kind.clone(), tag: entry.tag.clone() };
        Self {
            form: fingerprint(entries, export.quoted_schema()),
            entries: entries.len(),
            tables,
            objects: entries.iter().map(object).collect(),
        }
    }
}

/// The entries that have rows, and the names of their tables.
fn with_rows(export: &Export) -> Vec<(usize, String)> {
    let entries = export.entries().iter().enumerate();
    entries
        .filter(|(_, entry)| entry.copy_from.is_some())
        .map(|(place, entry)| (place, entry.tag.clone()))
        .collect()
}

/// Writes everything that an open export describes, and says at every piece of rows how far it is.
///
/// # Errors
/// When the database or the output fails; what was written until then is not an archive.
pub async fn write_archive<W: Write>(
    export: &mut Export,
    out: W,
    report: &mut (dyn FnMut(Progress) + Send),
) -> Result<(W, Contents), WriteError> {
    let schema = (export.schema().raw(), export.quoted_schema());
    let mut archive = ArchiveWriter::begin(
        out,
        export.database(),
        export.server_version(),
        schema,
        export.entries(),
    )?;
    if export.size() > LARGE {
        export.read_ahead().await?;
    }
    let with_rows = with_rows(export);
    let mut progress = Progress { tables_total: with_rows.len(), ..Progress::default() };
    report(progress);
    let mut tables = Vec::new();
    for (place, name) in with_rows {
        let mut counter = Counter::default();
        archive.begin_rows(place)?;
        export
            .rows(place, |piece| {
                counter.take(piece);
                archive.rows(piece)?;
                progress.bytes += piece.len() as u64;
                report(progress);
                Ok::<_, WriteError>(())
            })
            .await?;
        archive.end_rows()?;
        progress.tables_done += 1;
        report(progress);
        tables.push(TableContents { name, tally: counter.finish() });
    }
    Ok((archive.finish()?, Contents::of(export, tables)))
}
