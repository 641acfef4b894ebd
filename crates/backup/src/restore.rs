//! Brings an archive back in an empty schema of whatever name, as a login that may do nothing else. What is
//! read may have been made by anybody.

use std::io::Read;

use tenantry_pg::PgError;
use tenantry_pg::import::Import;
use tenantry_pg::sql::Ident;
use url::Url;

use crate::allowed;
use crate::archive::{ArchiveReader, Item, ReadError};
use crate::chosen::{self, Chosen};
use crate::tally::Counter;
use crate::write::TableContents;

/// Why an archive was not restored. Nothing is left of the attempt.
#[derive(Debug, thiserror::Error)]
pub enum RestoreError {
    /// The archive.
    #[error(transparent)]
    Archive(#[from] ReadError),
    /// It has something that we never put into one.
    #[error("the archive contains {kind} {tag}, which is not restored")]
    NotAllowed {
        /// What it is.
        kind: String,
        /// Its name.
        tag: String,
    },
    /// It has more of something than is restored; what, and how much may be.
    #[error("the archive has {0}")]
    TooMuch(String),
    /// Tables were asked for that it does not have.
    #[error("the archive has no table {}", .0.join(", "))]
    NoSuchTable(Vec<String>),
    /// An entry could not be made.
    #[error("{kind} {tag} cannot be restored: {error}")]
    Entry {
        /// What it is.
        kind: String,
        /// Its name.
        tag: String,
        /// What the server said.
        error: Box<PgError>,
    },
    /// The database, before or after the entries.
    #[error("{0}")]
    Database(PgError),
}

impl From<PgError> for RestoreError {
    fn from(error: PgError) -> Self {
        Self::Database(error)
    }
}

/// How much is restored at most.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Entries that the archive lists.
    pub entries: usize,
    /// Bytes of an entry's statements.
    pub statement_bytes: usize,
    /// Bytes of all rows as text.
    pub row_bytes: u64,
}

impl Default for Limits {
    /// What no institution should come to: 200,000 entries, statements of 16 MiB, rows of 1 TiB.
    fn default() -> Self {
        Self { entries: 200_000, statement_bytes: 16 << 20, row_bytes: 1 << 40 }
    }
}

/// How far a restore is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Tables whose rows are there.
    pub tables_done: usize,
    /// Tables that have rows to restore.
    pub tables: usize,
    /// Bytes of rows that were restored.
    pub bytes: u64,
}

/// What was restored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Restored {
    /// The tables, and what their rows came to.
    pub tables: Vec<TableContents>,
    /// What is about the wanted tables and was not restored, as it needs others; empty when all was wanted.
    pub left_out: Vec<String>,
}

/// Makes what an archive lists in a schema that is there and empty, in one transaction, and says what its rows
/// came to. `url` is the login's that owns the schema. With `only`, just the tables of these names, what they
/// need, and what is on them alone. Rights are not given: they name roles that may be others here.
///
/// # Errors
/// See [`RestoreError`].
pub async fn restore_archive<R: Read>(
    archive: ArchiveReader<R>,
    url: &Url,
    schema: &Ident,
    only: Option<&[String]>,
    limits: Limits,
    progress: impl FnMut(Progress),
) -> Result<Restored, RestoreError> {
    check(archive.items(), limits)?;
    let items = archive.items().to_vec();
    let chosen = match only {
        Some(names) => chosen::only(&items, names).map_err(RestoreError::NoSuchTable)?,
        None => chosen::all(&items),
    };
    let rows = |place: usize| items[place].copy.is_some() && chosen.made[place];
    let tables = (0..items.len()).filter(|place| rows(*place)).count();
    let import = Import::begin(url, schema).await?;
    let at = Progress { tables_done: 0, tables, bytes: 0 };
    let mut restore = Restore { archive, items, import, limits, at, progress };
    let tables = restore.run(&chosen).await?;
    restore.import.commit().await?;
    Ok(Restored { tables, left_out: chosen.left_out })
}

/// A restore that is going on.
struct Restore<R, P> {
    archive: ArchiveReader<R>,
    items: Vec<Item>,
    import: Import,
    limits: Limits,
    at: Progress,
    progress: P,
}

impl<R: Read, P: FnMut(Progress)> Restore<R, P> {
    async fn run(&mut self, chosen: &Chosen) -> Result<Vec<TableContents>, RestoreError> {
        let mut tables = Vec::new();
        let mut pinned = false;
        for place in 0..self.items.len() {
            let item = self.items[place].clone();
            // functions run from here on, in checks and indexes
            if !pinned && !is_before_rows(&item.kind) {
                self.repin().await?;
                pinned = true;
            }
            if item.copy.is_some() {
                tables.extend(self.rows(place, chosen.made[place]).await?);
            } else if chosen.made[place] && is_made(&item) {
                for statement in allowed::statements(&item).unwrap_or_default() {
                    self.import.run(statement).await.map_err(|error| of(&item, error))?;
                }
            }
        }
        // and nothing behind the last
        if self.archive.next_rows()?.is_some() {
            let more = "it has rows of a table that it does not list";
            return Err(ReadError::Format(more.into()).into());
        }
        self.repin().await?;
        Ok(tables)
    }

    /// Functions that name the schema in their own path mean the one that they are in.
    async fn repin(&mut self) -> Result<(), RestoreError> {
        let old = self.items.iter().find_map(|item| item.schema.clone());
        if let Some(old) = old {
            self.import.repin(&old).await?;
        }
        Ok(())
    }

    /// The rows that come next, which must be those of this place; `wanted` or passed over.
    async fn rows(
        &mut self,
        place: usize,
        wanted: bool,
    ) -> Result<Option<TableContents>, RestoreError> {
        if self.archive.next_rows()? != Some(place) {
            return Err(ReadError::Format("the rows of a table are missing".into()).into());
        }
        let Self { archive, items, import, limits, at, progress } = self;
        let item = &items[place];
        if !wanted {
            while archive.piece()?.is_some() {}
            return Ok(None);
        }
        let copy = item.copy.as_deref().and_then(allowed::copied);
        let (table, columns) = copy.ok_or_else(|| not_allowed(item))?;
        let mut counter = Counter::default();
        let copied = import.rows(&table, &columns, || {
            let piece = archive.piece()?;
            if let Some(piece) = &piece {
                counter.take(piece);
                at.bytes += piece.len() as u64;
                if at.bytes > limits.row_bytes {
                    let most = limits.row_bytes;
                    return Err(RestoreError::TooMuch(format!("more than {most} bytes of rows")));
                }
                progress(*at);
            }
            Ok(piece)
        });
        copied.await.map_err(|error| match error {
            RestoreError::Database(error) => of(item, error),
            other => other,
        })?;
        at.tables_done += 1;
        progress(*at);
        Ok(Some(TableContents { name: item.tag.clone(), tally: counter.finish() }))
    }
}

fn of(item: &Item, error: PgError) -> RestoreError {
    RestoreError::Entry { kind: item.kind.clone(), tag: item.tag.clone(), error: Box::new(error) }
}

fn not_allowed(item: &Item) -> RestoreError {
    RestoreError::NotAllowed { kind: item.kind.clone(), tag: item.tag.clone() }
}

/// What is known is restored, and an archive with anything else is refused before anything is touched.
fn check(items: &[Item], limits: Limits) -> Result<(), RestoreError> {
    if items.len() > limits.entries {
        let (found, most) = (items.len(), limits.entries);
        return Err(RestoreError::TooMuch(format!("{found} entries; {most} are restored at most")));
    }
    for item in items {
        if item.create.len() > limits.statement_bytes {
            let (kind, tag, most) = (&item.kind, &item.tag, limits.statement_bytes);
            let why = format!("{kind} {tag} with more than {most} bytes of statements");
            return Err(RestoreError::TooMuch(why));
        }
        let fits = allowed::is_known(&item.kind)
            && (item.kind == "TABLE DATA") == item.copy.is_some()
            && item.copy.as_deref().is_none_or(|copy| allowed::copied(copy).is_some())
            && (!is_made(item) || allowed::statements(item).is_some());
        if !fits {
            return Err(not_allowed(item));
        }
    }
    Ok(())
}

/// The schema is there already, and rights are not restored.
fn is_made(item: &Item) -> bool {
    item.schema.is_some() && !matches!(item.kind.as_str(), "SCHEMA" | "ACL" | "DEFAULT ACL")
}

/// Whether entries of this kind come before the rows, as a rule.
fn is_before_rows(kind: &str) -> bool {
    !matches!(
        kind,
        "TABLE DATA"
            | "SEQUENCE SET"
            | "CHECK CONSTRAINT"
            | "CONSTRAINT"
            | "INDEX"
            | "FK CONSTRAINT"
            | "MATERIALIZED VIEW DATA"
    )
}
