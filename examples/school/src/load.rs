//! Loads a school into an institution's schema, in one transaction: all of it or nothing.

use std::sync::Arc;
use std::time::Instant;

use sqlx::postgres::PgConnection;
use sqlx::{Connection as _, Row as _};
use tokio::sync::mpsc;

use crate::copy::{Piece, Rows, Table};
use crate::school::School;
use crate::size::{Plan, Size};
use crate::tables;

/// Why a school was not loaded.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// No schema of that name.
    #[error("there is no schema \"{0}\" in this database: create the institution first")]
    NoSchema(String),
    /// The schema was made from something else.
    #[error(
        "schema \"{schema}\" has no table \"{table}\": create the institution from the school's \
         migrations, all of them"
    )]
    NoTable {
        /// The schema.
        schema: String,
        /// The first table that is missing.
        table: &'static str,
    },
    /// Rows are there already.
    #[error(
        "schema \"{schema}\" is not empty: \"{table}\" has rows, and seeding only fills an empty \
         institution"
    )]
    NotEmpty {
        /// The schema.
        schema: String,
        /// A table with rows.
        table: String,
    },
    /// The database refused a table's rows.
    #[error("loading \"{table}\" failed: {source}")]
    Table {
        /// The table.
        table: &'static str,
        /// What the database said.
        source: sqlx::Error,
    },
    /// The database refused something else, or was not reached.
    #[error("the database did not go along: {0}")]
    Database(#[from] sqlx::Error),
    /// The rows could not be made.
    #[error("making the rows of \"{0}\" stopped early")]
    Stopped(&'static str),
}

/// What was loaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Loaded {
    /// Rows written.
    pub rows: u64,
    /// Bytes of the schema's relations: tables, TOAST, indexes, materialized views.
    pub bytes: i64,
    /// How much of that the seeding added.
    pub added: i64,
}

/// Rows after which a COPY statement ends at the next cut, so that the foreign-key checks it
/// queues up do not fill the server's memory.
const STATEMENT_ROWS: u64 = 200_000;

/// Fills the schema with the school of this size and seed, telling `progress` of every step.
///
/// # Errors
///
/// If the schema is missing, not made from the school's migrations, or not empty, and if the
/// database refuses; the schema is then as it was.
pub async fn load(
    connection: &mut PgConnection,
    schema: &str,
    size: Size,
    seed: u64,
    progress: &mut (dyn FnMut(&str) + Send),
) -> Result<Loaded, LoadError> {
    let mut transaction = connection.begin().await?;
    enter(&mut transaction, schema).await?;
    let before = bytes(&mut transaction, schema).await?;
    let plan = Plan::new(size, seed);
    let school = Arc::new(School::new(plan));
    progress(&format!(
        "a school of {} pupils in {} forms, {} school year(s), {} days of attendance",
        plan.pupils(),
        plan.forms * crate::size::YEAR_GROUPS,
        plan.years,
        plan.days
    ));
    let mut total = 0;
    for table in tables() {
        let start = Instant::now();
        let rows = fill(&mut transaction, table, Arc::clone(&school))
            .await
            .map_err(|e| e.at(table.name))?;
        total += rows;
        progress(&format!("{}: {rows} rows, {} ms", table.name, start.elapsed().as_millis()));
    }
    sqlx::query("REFRESH MATERIALIZED VIEW term_attendance").execute(&mut *transaction).await?;
    let after = bytes(&mut transaction, schema).await?;
    transaction.commit().await?;
    Ok(Loaded { rows: total, bytes: after, added: after - before })
}

impl LoadError {
    fn at(self, table: &'static str) -> Self {
        match self {
            Self::Database(source) => Self::Table { table, source },
            other => other,
        }
    }
}

/// Makes the schema the one that unqualified names mean, after checking that it can be filled.
async fn enter(connection: &mut PgConnection, schema: &str) -> Result<(), LoadError> {
    let found = sqlx::query("SELECT 1 FROM pg_namespace WHERE nspname = $1")
        .bind(schema)
        .fetch_optional(&mut *connection)
        .await?;
    if found.is_none() {
        return Err(LoadError::NoSchema(schema.to_owned()));
    }
    sqlx::query("SELECT set_config('search_path', quote_ident($1), true)")
        .bind(schema)
        .execute(&mut *connection)
        .await?;
    let names: Vec<&str> = tables().map(|t| t.name).collect();
    let present: Vec<String> = sqlx::query(
        "SELECT relname::text FROM pg_class \
         WHERE relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = $1) \
         AND relkind IN ('r', 'p') AND relname = ANY ($2)",
    )
    .bind(schema)
    .bind(&names)
    .fetch_all(&mut *connection)
    .await?
    .iter()
    .map(|row| row.try_get(0))
    .collect::<Result<_, _>>()?;
    if let Some(table) = names.iter().copied().find(|name| !present.iter().any(|p| p == name)) {
        return Err(LoadError::NoTable { schema: schema.to_owned(), table });
    }
    let used: Option<String> = sqlx::query(USED).fetch_one(&mut *connection).await?.try_get(0)?;
    match used {
        Some(table) => Err(LoadError::NotEmpty { schema: schema.to_owned(), table }),
        None => Ok(()),
    }
}

/// The first table with rows, of those that every other refers to or that stand alone.
const USED: &str = "SELECT CASE \
     WHEN EXISTS (SELECT FROM houses) THEN 'houses' \
     WHEN EXISTS (SELECT FROM departments) THEN 'departments' \
     WHEN EXISTS (SELECT FROM staff) THEN 'staff' \
     WHEN EXISTS (SELECT FROM addresses) THEN 'addresses' \
     WHEN EXISTS (SELECT FROM guardians) THEN 'guardians' \
     WHEN EXISTS (SELECT FROM students) THEN 'students' \
     WHEN EXISTS (SELECT FROM academic_years) THEN 'academic_years' \
     WHEN EXISTS (SELECT FROM year_groups) THEN 'year_groups' \
     WHEN EXISTS (SELECT FROM rooms) THEN 'rooms' \
     WHEN EXISTS (SELECT FROM timetable_periods) THEN 'timetable_periods' \
     WHEN EXISTS (SELECT FROM absence_reasons) THEN 'absence_reasons' \
     WHEN EXISTS (SELECT FROM grade_bands) THEN 'grade_bands' \
     WHEN EXISTS (SELECT FROM library_books) THEN 'library_books' \
     WHEN EXISTS (SELECT FROM transport_routes) THEN 'transport_routes' \
     WHEN EXISTS (SELECT FROM message_threads) THEN 'message_threads' \
     WHEN EXISTS (SELECT FROM change_log) THEN 'change_log' \
     END";

/// The bytes of everything in the schema.
async fn bytes(connection: &mut PgConnection, schema: &str) -> Result<i64, sqlx::Error> {
    sqlx::query(
        "SELECT coalesce(sum(pg_total_relation_size(c.oid)), 0)::bigint FROM pg_class c \
         JOIN pg_namespace n ON n.oid = c.relnamespace \
         WHERE n.nspname = $1 AND c.relkind IN ('r', 'm', 'S')",
    )
    .bind(schema)
    .fetch_one(connection)
    .await?
    .try_get(0)
}

/// Fills one table; its rows are made on another thread while the last ones are sent.
async fn fill(
    connection: &mut PgConnection,
    table: &'static Table,
    school: Arc<School>,
) -> Result<u64, LoadError> {
    let (sender, mut pieces) = mpsc::channel(8);
    let maker = tokio::task::spawn_blocking(move || {
        // A piece that no one takes any more is dropped: the load has failed.
        let mut rows = Rows::new(|piece| drop(sender.blocking_send(piece)));
        (table.fill)(&school, &mut rows);
        rows.flush();
    });
    let mut total = 0;
    let mut more = true;
    while more {
        let (rows, unfinished) = statement(connection, table, &mut pieces).await?;
        total += rows;
        more = unfinished;
    }
    maker.await.map_err(|_| LoadError::Stopped(table.name))?;
    if let Some(reset) = table.reset {
        sqlx::query(reset).execute(connection).await?;
    }
    Ok(total)
}

/// Sends one COPY statement's worth of rows; says how many, and whether more may follow.
async fn statement(
    connection: &mut PgConnection,
    table: &Table,
    pieces: &mut mpsc::Receiver<Piece>,
) -> Result<(u64, bool), LoadError> {
    let mut copy = connection.copy_in_raw(table.copy).await?;
    let mut sent = 0;
    let mut unfinished = false;
    while let Some(piece) = pieces.recv().await {
        match piece {
            Piece::Rows { text, count } => {
                copy.send(text.into_bytes()).await?;
                sent += count;
            }
            Piece::Cut if sent >= STATEMENT_ROWS => {
                unfinished = true;
                break;
            }
            Piece::Cut => {}
        }
    }
    let rows = copy.finish().await?;
    Ok((rows, unfinished))
}
