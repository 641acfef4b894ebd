//! Table `adoption`: what is known of schemas that were there before Tenantry.

use jiff::Timestamp;
use sqlx::Row;
use sqlx::postgres::PgRow;
use tenantry_domain::adoption::Origin;
use tenantry_domain::schema::SchemaState;
use uuid::Uuid;

use crate::columns::{optional_time, word};
use crate::{PgError, Tx};

/// How a schema came to Tenantry that it did not make.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Adoption {
    /// What made it, or how it was found.
    pub tool: Origin,
    /// The newest migration by its tool's own history; none where it keeps none that we know.
    pub tool_version: Option<String>,
    /// How many migrations were applied.
    pub tool_applied: Option<i64>,
    /// When the history was read.
    pub version_read_at: Option<Timestamp>,
    /// Whether Tenantry only reads it.
    pub read_only: bool,
    /// When it was adopted; none while that is under way.
    pub adopted_at: Option<Timestamp>,
}

/// A schema that is to be adopted.
#[derive(Clone, Debug)]
pub struct NewAdoption<'a> {
    /// The id that it gets.
    pub id: Uuid,
    /// The institution's name.
    pub institution: &'a str,
    /// Its name for people.
    pub display_name: &'a str,
    /// The schema's name.
    pub schema_name: &'a str,
    /// What made it, or how it was found.
    pub tool: Origin,
    /// The newest migration by its tool's history, and how many were applied.
    pub version: Option<(&'a str, i64)>,
}

/// What a row of schemas says of an adoption.
pub(crate) fn of_row(row: &PgRow) -> Result<Option<Adoption>, sqlx::Error> {
    if row.try_get::<Option<String>, _>("tool")?.is_none() {
        return Ok(None);
    }
    Ok(Some(Adoption {
        tool: word(row, "tool")?,
        tool_version: row.try_get("tool_version")?,
        tool_applied: row.try_get("tool_applied")?,
        version_read_at: optional_time(row, "version_read_at")?,
        read_only: row.try_get("read_only")?,
        adopted_at: optional_time(row, "adopted_at")?,
    }))
}

/// Enters a schema that is to be adopted, in state `provisioning`, or puts it back into that.
///
/// # Errors
/// SQLSTATE 23505 when a living schema bears the name.
pub async fn enter(tx: &mut Tx, new: &NewAdoption<'_>) -> Result<(), PgError> {
    sqlx::query(
        "insert into tenant_schema (id, name, schema_name, display_name, state)
         values ($1, $2, $3, $4, $5)
         on conflict (id) do update set state = excluded.state",
    )
    .bind(new.id)
    .bind(new.institution)
    .bind(new.schema_name)
    .bind(new.display_name)
    .bind(SchemaState::Provisioning.as_str())
    .execute(tx.connection())
    .await?;
    sqlx::query(
        "insert into adoption (schema_id, tool, tool_version, tool_applied, version_read_at)
         values ($1, $2, $3, $4, case when $4 is not null then clock_timestamp() end)
         on conflict (schema_id) do nothing",
    )
    .bind(new.id)
    .bind(new.tool.as_str())
    .bind(new.version.map(|(version, _)| version))
    .bind(new.version.map(|(_, applied)| applied))
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// Notes that a schema is adopted now, to be read only or also to be changed.
///
/// # Errors
/// When the control database cannot be asked.
pub async fn note(tx: &mut Tx, id: Uuid, read_only: bool) -> Result<(), PgError> {
    sqlx::query(
        "update adoption set read_only = $2, adopted_at = coalesce(adopted_at, clock_timestamp())
         where schema_id = $1",
    )
    .bind(id)
    .bind(read_only)
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// Notes how far a schema is by its tool's history, read in this moment.
///
/// # Errors
/// When the control database cannot be asked.
pub async fn note_version(
    tx: &mut Tx,
    id: Uuid,
    version: Option<&str>,
    applied: i64,
) -> Result<(), PgError> {
    sqlx::query(
        "update adoption set tool_version = $2, tool_applied = $3, version_read_at = clock_timestamp()
         where schema_id = $1",
    )
    .bind(id)
    .bind(version)
    .bind(applied)
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// Takes an adopted schema off the lists, with what was measured of it. Its operations and audit rows stay.
///
/// # Errors
/// When the control database cannot be asked.
pub async fn forget(tx: &mut Tx, id: Uuid) -> Result<(), PgError> {
    for statement in [
        "delete from schema_usage where schema_id = $1",
        "delete from usage_point where schema_id = $1",
        "delete from tenant_schema where id = $1
           and exists (select from adoption where schema_id = $1)",
    ] {
        sqlx::query(statement).bind(id).execute(tx.connection()).await?;
    }
    Ok(())
}
