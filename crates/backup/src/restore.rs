//! Brings an archive back as a schema of whatever name, beside what is there.

use std::io::Read;

use tenantry_pg::PgError;
use tenantry_pg::import::Import;
use tenantry_pg::sql::Ident;
use url::Url;

use crate::archive::{ArchiveReader, Item, ReadError};
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

/// Makes everything that an archive lists in a new schema, in one transaction, and says what its rows came to.
/// Rights are not given: they name roles that may be others here.
///
/// # Errors
/// See [`RestoreError`].
pub async fn restore_archive<R: Read>(
    mut archive: ArchiveReader<R>,
    database: &Url,
    schema: &Ident,
    owner: Option<&Ident>,
) -> Result<Vec<TableContents>, RestoreError> {
    check(archive.items())?;
    let items = archive.items().to_vec();
    let mut import = Import::begin(database, schema, owner).await?;
    let mut tables = Vec::new();
    for item in &items {
        if item.copy.is_some() {
            tables.push(restore_rows(&mut import, &mut archive, &items).await?);
        } else if is_made(item) {
            import.run(&item.create).await.map_err(|error| of(item, error))?;
        }
    }
    // and nothing behind the last
    if archive.next_rows()?.is_some() {
        return Err(ReadError::Format("it has rows of a table that it does not list".into()).into());
    }
    import.commit().await?;
    Ok(tables)
}

async fn restore_rows<R: Read>(
    import: &mut Import,
    archive: &mut ArchiveReader<R>,
    items: &[Item],
) -> Result<TableContents, RestoreError> {
    let place = archive
        .next_rows()?
        .ok_or_else(|| ReadError::Format("the rows of a table are missing".into()))?;
    let item = &items[place];
    let mut counter = Counter::default();
    let copy = item.copy.clone().unwrap_or_default();
    let copied = import.rows(&copy, || {
        let piece = archive.piece()?;
        if let Some(piece) = &piece {
            counter.take(piece);
        }
        Ok(piece)
    });
    copied.await.map_err(|error| match error {
        RestoreError::Database(error) => of(item, error),
        other => other,
    })?;
    Ok(TableContents { name: item.tag.clone(), tally: counter.finish() })
}

fn of(item: &Item, error: PgError) -> RestoreError {
    RestoreError::Entry { kind: item.kind.clone(), tag: item.tag.clone(), error: Box::new(error) }
}

/// What is known is restored, and an archive with anything else is refused before anything is touched.
fn check(items: &[Item]) -> Result<(), RestoreError> {
    match items.iter().find(|item| !KINDS.contains(&item.kind.as_str())) {
        Some(item) => {
            Err(RestoreError::NotAllowed { kind: item.kind.clone(), tag: item.tag.clone() })
        }
        None => Ok(()),
    }
}

/// The schema is made under its new name, and rights are not restored.
fn is_made(item: &Item) -> bool {
    item.schema.is_some() && !matches!(item.kind.as_str(), "ACL" | "DEFAULT ACL")
}

/// Every kind of entry that the exporter writes.
const KINDS: [&str; 41] = [
    "SCHEMA",
    "TYPE",
    "DOMAIN",
    "FUNCTION",
    "PROCEDURE",
    "TABLE",
    "VIEW",
    "MATERIALIZED VIEW",
    "SEQUENCE",
    "SEQUENCE OWNED BY",
    "TABLE ATTACH",
    "DEFAULT",
    "TABLE DATA",
    "SEQUENCE SET",
    "CHECK CONSTRAINT",
    "CONSTRAINT",
    "INDEX",
    "INDEX ATTACH",
    "STATISTICS",
    "RULE",
    "TRIGGER",
    "FK CONSTRAINT",
    "ROW SECURITY",
    "POLICY",
    "MATERIALIZED VIEW DATA",
    "DEFAULT ACL",
    "COMMENT",
    "ACL",
    "AGGREGATE",
    "SHELL TYPE",
    "COLLATION",
    "CONVERSION",
    "OPERATOR",
    "OPERATOR FAMILY",
    "OPERATOR CLASS",
    "TEXT SEARCH PARSER",
    "TEXT SEARCH TEMPLATE",
    "TEXT SEARCH DICTIONARY",
    "TEXT SEARCH CONFIGURATION",
    "FOREIGN TABLE",
    "SECURITY LABEL",
];
