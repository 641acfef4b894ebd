//! Table `schema_copy`: schemas that belong to institutions and are not the ones that they live in, as the
//! managed database had them when an operation last looked.

use jiff::Timestamp;
use sqlx::postgres::PgRow;
use sqlx::{FromRow, Row};
use uuid::Uuid;

use crate::columns::{optional_time, time};
use crate::{PgError, Store, Tx};

/// A copy.
#[derive(Clone, Debug)]
pub struct Copy {
    /// Its id.
    pub id: Uuid,
    /// The institution's id.
    pub schema_id: Uuid,
    /// The institution's name.
    pub schema_name: String,
    /// The copy's own name: that of its schema.
    pub copy_name: String,
    /// `snapshot`, `restored`, `replaced` or `drill`.
    pub kind: String,
    /// The backup that it was restored from.
    pub backup_id: Option<Uuid>,
    /// When it was made.
    pub made_at: Timestamp,
    /// When it goes by itself.
    pub expires_at: Option<Timestamp>,
}

impl FromRow<'_, PgRow> for Copy {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            id: row.try_get("id")?,
            schema_id: row.try_get("schema_id")?,
            schema_name: row.try_get("schema_name")?,
            copy_name: row.try_get("copy_name")?,
            kind: row.try_get("kind")?,
            backup_id: row.try_get("backup_id")?,
            made_at: time(row, "made_at")?,
            expires_at: optional_time(row, "expires_at")?,
        })
    }
}

/// Enters a copy, or puts its row right.
///
/// # Errors
/// When the control database cannot be asked.
pub async fn record(tx: &mut Tx, copy: &Copy) -> Result<(), PgError> {
    sqlx::query(
        "insert into schema_copy (id, schema_id, schema_name, copy_name, kind, backup_id, made_at,
                                  expires_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8)
         on conflict (id) do update
           set copy_name = excluded.copy_name, kind = excluded.kind, expires_at = excluded.expires_at,
               gone_at = null",
    )
    .bind(copy.id)
    .bind(copy.schema_id)
    .bind(&copy.schema_name)
    .bind(&copy.copy_name)
    .bind(&copy.kind)
    .bind(copy.backup_id)
    .bind(jiff_sqlx::Timestamp::from(copy.made_at))
    .bind(copy.expires_at.map(jiff_sqlx::Timestamp::from))
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// Notes that a copy is gone.
///
/// # Errors
/// When the control database cannot be asked.
pub async fn note_gone(tx: &mut Tx, id: Uuid) -> Result<(), PgError> {
    sqlx::query(
        "update schema_copy set gone_at = clock_timestamp() where id = $1 and gone_at is null",
    )
    .bind(id)
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// The copies of an institution that there are, the newest first.
///
/// # Errors
/// When the control database cannot be asked.
pub async fn of_schema(store: &Store, schema: Uuid) -> Result<Vec<Copy>, PgError> {
    Ok(sqlx::query_as(
        "select * from schema_copy where schema_id = $1 and gone_at is null order by id desc",
    )
    .bind(schema)
    .fetch_all(store.pool())
    .await?)
}

/// Copies whose time is over and that nobody works on.
///
/// # Errors
/// When the control database cannot be asked.
pub async fn expired(store: &Store, limit: i64) -> Result<Vec<Copy>, PgError> {
    Ok(sqlx::query_as(
        "select c.* from schema_copy c
         where c.gone_at is null and c.expires_at < clock_timestamp()
           and not exists (select from operation o where o.schema_id = c.schema_id
                           and o.state in ('queued', 'running', 'waiting'))
         order by c.expires_at limit $1",
    )
    .bind(limit)
    .fetch_all(store.pool())
    .await?)
}
