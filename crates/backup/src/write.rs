//! Writes one schema into an archive, and says what is in it.

use std::io::{self, Write};

use serde::{Deserialize, Serialize};
use tenantry_pg::PgError;
use tenantry_pg::export::Export;

use crate::archive::ArchiveWriter;
use crate::fingerprint::fingerprint;
use crate::tally::{Counter, Tally};

/// What was written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contents {
    /// What the form of the schema comes to ([`fingerprint`]).
    pub form: String,
    /// How many entries the table of contents has.
    pub entries: usize,
    /// The tables and what their rows came to, in the order of the archive.
    pub tables: Vec<TableContents>,
}

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
    let form = fingerprint(export.entries(), export.quoted_schema());
    Ok(Contents { form, entries: export.entries().len(), tables })
}

/// The entries that have rows, and the names of their tables.
fn with_rows(export: &Export) -> Vec<(usize, String)> {
    let entries = export.entries().iter().enumerate();
    entries
        .filter(|(_, entry)| entry.copy_from.is_some())
        .map(|(place, entry)| (place, entry.tag.clone()))
        .collect()
}

/// Writes everything that an open export describes.
///
/// # Errors
/// When the database or the output fails; what was written until then is not an archive.
pub async fn write_archive<W: Write>(
    export: &mut Export,
    out: W,
) -> Result<(W, Contents), WriteError> {
    let schema = (export.schema().raw(), export.quoted_schema());
    let mut archive = ArchiveWriter::begin(
        out,
        export.database(),
        export.server_version(),
        schema,
        export.entries(),
    )?;
    let mut tables = Vec::new();
    for (place, name) in with_rows(export) {
        let mut counter = Counter::default();
        archive.begin_rows(place)?;
        export
            .rows(place, |piece| {
                counter.take(piece);
                archive.rows(piece).map_err(WriteError::from)
            })
            .await?;
        archive.end_rows()?;
        tables.push(TableContents { name, tally: counter.finish() });
    }
    let form = fingerprint(export.entries(), export.quoted_schema());
    let entries = export.entries().len();
    Ok((archive.finish()?, Contents { form, entries, tables }))
}
