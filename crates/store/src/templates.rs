//! Table `template`: the versions of the scripts that new schemas are made from.

use jiff::Timestamp;
use serde_json::Value;
use sqlx::postgres::PgRow;
use sqlx::{FromRow, Row};
use tenantry_domain::template::{Seed, Spares};

use crate::columns::{time, word};
use crate::{PgError, Store, Tx};

/// A version of a template.
#[derive(Clone, Debug)]
pub struct Template {
    /// Its name.
    pub name: String,
    /// Its version, from 1.
    pub version: i32,
    /// The layout of the folder that it was made from.
    pub layout: String,
    /// SHA-256 over its migrations.
    pub checksum: String,
    /// The migrations: name, path and checksum of each, in order.
    pub migrations: Value,
    /// How many relations its proof made.
    pub relations: i32,
    /// How long its proof took, in milliseconds.
    pub proof_ms: f64,
    /// Whether schemas can be made ahead from it.
    pub spares: Spares,
    /// What keeps the schema's name as text, where something does.
    pub spares_reason: Option<String>,
    /// Who made it.
    pub created_by: String,
    /// When.
    pub created_at: Timestamp,
    /// What fills a new institution with its first rows.
    pub seed: Option<String>,
    /// The parameters that the seed cannot do without; none without a seed.
    pub seed_requires: Option<Vec<String>>,
}

impl FromRow<'_, PgRow> for Template {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            name: row.try_get("name")?,
            version: row.try_get("version")?,
            layout: row.try_get("layout")?,
            checksum: row.try_get("checksum")?,
            migrations: row.try_get("migrations")?,
            relations: row.try_get("relations")?,
            proof_ms: row.try_get("proof_ms")?,
            spares: word(row, "spares")?,
            spares_reason: row.try_get("spares_reason")?,
            created_by: row.try_get("created_by")?,
            created_at: time(row, "created_at")?,
            seed: row.try_get("seed")?,
            seed_requires: row.try_get("seed_requires")?,
        })
    }
}

/// A version that was proved.
#[derive(Clone, Debug)]
pub struct NewTemplate<'a> {
    /// The template's name.
    pub name: &'a str,
    /// The version.
    pub version: i32,
    /// The layout of the folder.
    pub layout: &'a str,
    /// SHA-256 over its migrations.
    pub checksum: &'a str,
    /// The script.
    pub script: &'a str,
    /// Name, path and checksum of each migration.
    pub migrations: &'a Value,
    /// How many relations its proof made.
    pub relations: i32,
    /// How long its proof took, in milliseconds.
    pub proof_ms: f64,
    /// Whether schemas can be made ahead from it.
    pub spares: Spares,
    /// What keeps the schema's name as text, where something does.
    pub spares_reason: Option<&'a str>,
    /// Who made it.
    pub created_by: &'a str,
    /// What fills a new institution with its first rows.
    pub seed: Option<&'a Seed>,
}

macro_rules! columns {
    () => {
        "select name, version, layout, checksum, migrations, relations, proof_ms, spares,
                spares_reason, created_by, created_at, seed, seed_requires
         from template "
    };
}

/// Stores a version; the same one again is left as it is.
///
/// # Errors
/// When the control database cannot be asked.
pub async fn insert(tx: &mut Tx, new: &NewTemplate<'_>) -> Result<(), PgError> {
    sqlx::query(
        "insert into template
           (name, version, layout, checksum, script, migrations, relations, proof_ms, created_by,
            spares, spares_reason, seed, seed_requires)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
         on conflict (name, version) do nothing",
    )
    .bind(new.name)
    .bind(new.version)
    .bind(new.layout)
    .bind(new.checksum)
    .bind(new.script)
    .bind(new.migrations)
    .bind(new.relations)
    .bind(new.proof_ms)
    .bind(new.created_by)
    .bind(new.spares.as_str())
    .bind(new.spares_reason)
    .bind(new.seed.map(|seed| &seed.text))
    .bind(new.seed.map(|seed| seed.requires.keys().cloned().collect::<Vec<String>>()))
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// The newest version of a template, or the one that is named.
///
/// # Errors
/// When the control database cannot be asked.
pub async fn find(
    store: &Store,
    name: &str,
    version: Option<i32>,
) -> Result<Option<Template>, PgError> {
    Ok(sqlx::query_as(concat!(
        columns!(),
        "where name = $1 and ($2::int is null or version = $2) order by version desc limit 1"
    ))
    .bind(name)
    .bind(version)
    .fetch_optional(store.pool())
    .await?)
}

/// Every version of every template, or of one, newest first.
///
/// # Errors
/// When the control database cannot be asked.
pub async fn list(store: &Store, name: Option<&str>) -> Result<Vec<Template>, PgError> {
    Ok(sqlx::query_as(concat!(
        columns!(),
        "where $1::text is null or name = $1 order by name, version desc limit 1000"
    ))
    .bind(name)
    .fetch_all(store.pool())
    .await?)
}
