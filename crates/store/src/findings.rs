//! Table `finding`: where the control database and a managed database disagree, and what is wrong
//! with the latter.

use jiff::Timestamp;
use sqlx::postgres::PgRow;
use sqlx::{FromRow, Row};
use uuid::Uuid;

use crate::columns::time;
use crate::{PgError, Store, Tx};

/// A disagreement that is open.
#[derive(Clone, Debug)]
pub struct Finding {
    /// Its id.
    pub id: Uuid,
    /// What kind.
    pub kind: String,
    /// `info`, `warning` or `critical`.
    pub severity: String,
    /// The object.
    pub object: String,
    /// The schema.
    pub schema_id: Option<Uuid>,
    /// What was found.
    pub detail: String,
    /// What to do.
    pub remedy: String,
    /// When it was found first.
    pub first_seen: Timestamp,
    /// When it was found last.
    pub last_seen: Timestamp,
}

impl FromRow<'_, PgRow> for Finding {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            id: row.try_get("id")?,
            kind: row.try_get("kind")?,
            severity: row.try_get("severity")?,
            object: row.try_get("object")?,
            schema_id: row.try_get("schema_id")?,
            detail: row.try_get("detail")?,
            remedy: row.try_get("remedy")?,
            first_seen: time(row, "first_seen")?,
            last_seen: time(row, "last_seen")?,
        })
    }
}

/// Who looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// The reconciler, which compares the two databases.
    Reconcile,
    /// The doctor, which examines the managed database.
    Doctor,
    /// The watch over schedules.
    Schedules,
}

impl Source {
    fn as_str(self) -> &'static str {
        match self {
            Self::Reconcile => "reconcile",
            Self::Doctor => "doctor",
            Self::Schedules => "schedules",
        }
    }
}

/// A disagreement as it was just found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Observation {
    /// What kind.
    pub kind: String,
    /// `info`, `warning` or `critical`.
    pub severity: &'static str,
    /// The object.
    pub object: String,
    /// The schema.
    pub schema_id: Option<Uuid>,
    /// What was found.
    pub detail: String,
    /// What to do.
    pub remedy: String,
}

/// Makes the open findings of a source equal to what it just observed: new ones are opened, known ones seen
/// again, gone ones closed.
///
/// # Errors
/// When the control database cannot be asked.
pub async fn replace(tx: &mut Tx, source: Source, observed: &[Observation]) -> Result<(), PgError> {
    let column = |of: fn(&Observation) -> &str| observed.iter().map(of).collect::<Vec<_>>();
    sqlx::query(
        "insert into finding (kind, severity, object, schema_id, detail, remedy, source)
         select distinct on (kind, object) kind, severity, object, schema_id, detail, remedy, $7
         from unnest($1::text[], $2::text[], $3::text[], $4::uuid[], $5::text[], $6::text[])
           seen (kind, severity, object, schema_id, detail, remedy)
         on conflict (kind, object) where resolved_at is null do update
         set last_seen = clock_timestamp(), severity = excluded.severity,
             detail = excluded.detail, remedy = excluded.remedy",
    )
    .bind(column(|seen| &seen.kind))
    .bind(column(|seen| seen.severity))
    .bind(column(|seen| &seen.object))
    .bind(observed.iter().map(|seen| seen.schema_id).collect::<Vec<_>>())
    .bind(column(|seen| &seen.detail))
    .bind(column(|seen| &seen.remedy))
    .bind(source.as_str())
    .execute(tx.connection())
    .await?;
    // what was just seen was seen after this transaction began; a list of it would be compared row by row
    sqlx::query(
        "update finding set resolved_at = clock_timestamp()
         where resolved_at is null and source = $1 and last_seen < now()",
    )
    .bind(source.as_str())
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// Opens a finding about a managed database as a whole; false when it is open already.
///
/// # Errors
/// When the control database cannot be asked.
pub async fn open_one(tx: &mut Tx, seen: &Observation) -> Result<bool, PgError> {
    let done = sqlx::query(
        "insert into finding (kind, severity, object, detail, remedy, source)
         values ($1, $2, $3, $4, $5, 'target')
         on conflict (kind, object) where resolved_at is null do nothing",
    )
    .bind(&seen.kind)
    .bind(seen.severity)
    .bind(&seen.object)
    .bind(&seen.detail)
    .bind(&seen.remedy)
    .execute(tx.connection())
    .await?;
    Ok(done.rows_affected() == 1)
}

/// What kind of finding is open about a managed database as a whole.
///
/// # Errors
/// When the control database cannot be asked.
pub async fn of_target(store: &Store, object: &str) -> Result<Option<String>, PgError> {
    Ok(sqlx::query_scalar(
        "select kind from finding where source = 'target' and object = $1 and resolved_at is null
         order by first_seen limit 1",
    )
    .bind(object)
    .fetch_optional(store.pool())
    .await?)
}

/// Closes what is open about a managed database as a whole; false when nothing is.
///
/// # Errors
/// When the control database cannot be asked.
pub async fn close_target(tx: &mut Tx, object: &str) -> Result<bool, PgError> {
    let done = sqlx::query(
        "update finding set resolved_at = clock_timestamp()
         where source = 'target' and object = $1 and resolved_at is null",
    )
    .bind(object)
    .execute(tx.connection())
    .await?;
    Ok(done.rows_affected() > 0)
}

/// The open findings, the gravest first.
///
/// # Errors
/// When the control database cannot be asked.
pub async fn open(store: &Store) -> Result<Vec<Finding>, PgError> {
    Ok(sqlx::query_as(
        "select * from finding where resolved_at is null
         order by array_position(array['critical', 'warning', 'info'], severity), kind, object
         limit 1000",
    )
    .fetch_all(store.pool())
    .await?)
}

/// The open findings of one who looks.
///
/// # Errors
/// When the control database cannot be asked.
pub async fn open_of(store: &Store, source: Source) -> Result<Vec<Finding>, PgError> {
    Ok(sqlx::query_as(
        "select * from finding where source = $1 and resolved_at is null
         order by array_position(array['critical', 'warning', 'info'], severity), kind, object
         limit 1000",
    )
    .bind(source.as_str())
    .fetch_all(store.pool())
    .await?)
}
