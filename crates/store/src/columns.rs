//! Reading the column types that sqlx has no derive for.

use jiff::Timestamp;
use sqlx::Row;
use sqlx::postgres::PgRow;

/// A `timestamptz` that is never null.
pub(crate) fn time(row: &PgRow, column: &str) -> Result<Timestamp, sqlx::Error> {
    Ok(row.try_get::<jiff_sqlx::Timestamp, _>(column)?.to_jiff())
}

/// A `timestamptz` that may be null.
pub(crate) fn optional_time(row: &PgRow, column: &str) -> Result<Option<Timestamp>, sqlx::Error> {
    Ok(row.try_get::<Option<jiff_sqlx::Timestamp>, _>(column)?.map(jiff_sqlx::Timestamp::to_jiff))
}

/// A `text` column that holds one of our own words.
pub(crate) fn word<T>(row: &PgRow, column: &str) -> Result<T, sqlx::Error>
where
    T: std::str::FromStr<Err = String>,
{
    row.try_get::<&str, _>(column)?
        .parse()
        .map_err(|error: String| sqlx::Error::Decode(error.into()))
}
