//! Says what of the prerequisites a database does not have.

use std::cmp::Ordering;

use sqlx::{Connection as _, PgConnection};
use url::Url;

use super::{Collation, Extension, Outside, Prerequisites};
use crate::connect::connect_options;
use crate::error::PgError;

/// Everything that a restore into this database would miss, as sentences; none when it may begin.
///
/// # Errors
/// When the database cannot be asked.
pub async fn missing(url: &Url, wanted: &Prerequisites) -> Result<Vec<String>, PgError> {
    let options = connect_options(url)?.application_name("tenantry pre-flight");
    let mut session = PgConnection::connect_with(&options).await?;
    let mut all = database(&mut session, wanted).await?;
    for extension in &wanted.extensions {
        all.extend(extension_lacks(&mut session, extension).await?);
    }
    for role in wanted.roles.iter().filter(|role| role.in_policies) {
        if !there(
            &mut session,
            "select exists (select from pg_roles where rolname = $1)",
            &role.name,
        )
        .await?
        {
            all.push(format!("There is no role {}, which a policy names.", role.name));
        }
    }
    let language = "select exists (select from pg_language where lanname = $1)";
    for name in &wanted.languages {
        if !there(&mut session, language, name).await? {
            all.push(format!("There is no language {name}, in which functions are written."));
        }
    }
    let server = "select exists (select from pg_foreign_server where srvname = $1)";
    for name in &wanted.servers {
        if !there(&mut session, server, name).await? {
            all.push(format!("There is no foreign server {name}, which foreign tables are on."));
        }
    }
    for collation in &wanted.collations {
        all.extend(collation_lacks(&mut session, collation).await?);
    }
    for outside in &wanted.objects {
        if !is_found(&mut session, outside).await? {
            all.push(format!("There is no {}, which is needed.", outside.description));
        }
    }
    session.close().await?;
    Ok(all)
}

async fn there(
    session: &mut PgConnection,
    question: &'static str,
    name: &str,
) -> Result<bool, PgError> {
    Ok(sqlx::query_scalar(question).bind(name).fetch_one(session).await?)
}

/// What the server and the database are.
async fn database(
    session: &mut PgConnection,
    wanted: &Prerequisites,
) -> Result<Vec<String>, PgError> {
    let (version, encoding, collate, ctype, library): (
        i32,
        String,
        String,
        String,
        Option<String>,
    ) = sqlx::query_as(include_str!("../../../sql/export/database.sql")).fetch_one(session).await?;
    let mut all = Vec::new();
    let (theirs, ours) = (wanted.server_version / 10_000, version / 10_000);
    if theirs > ours {
        all.push(format!(
            "It was written by PostgreSQL {theirs}, and this is PostgreSQL {ours}: restore it into {theirs} or newer."
        ));
    }
    // UTF-8 holds what every other encoding does
    if encoding != wanted.encoding && encoding != "UTF8" {
        all.push(format!(
            "The rows were in {}, and this database is in {encoding}, which may not hold them.",
            wanted.encoding
        ));
    }
    if (&collate, &ctype) != (&wanted.collate, &wanted.ctype) {
        all.push(format!(
            "The database sorted by {} ({}), and this one sorts by {collate} ({ctype}).",
            wanted.collate, wanted.ctype
        ));
    } else if let (Some(theirs), Some(ours)) = (&wanted.collation_version, &library)
        && theirs != ours
    {
        all.push(format!(
            "The database sorted by version {theirs} of {collate}, and this one sorts by version {ours}."
        ));
    }
    Ok(all)
}

async fn extension_lacks(
    session: &mut PgConnection,
    wanted: &Extension,
) -> Result<Option<String>, PgError> {
    let Extension { name, version, schema, inside } = wanted;
    if *inside {
        return Ok(Some(format!(
            "The extension {name} was in the schema {schema} itself, and a database has an extension once: \
             move it out with `alter extension … set schema` and back up again, or restore with pg_restore."
        )));
    }
    let found: Option<(String, String)> = sqlx::query_as(
        "select x.extversion, n.nspname::text from pg_extension x join pg_namespace n on n.oid = x.extnamespace
         where x.extname = $1",
    )
    .bind(name)
    .fetch_optional(session)
    .await?;
    Ok(match found {
        None => {
            Some(format!("There is no extension {name} (version {version}, in schema {schema})."))
        }
        Some((ours, _)) if compare(&ours, version) == Ordering::Less => Some(format!(
            "The extension {name} is here in version {ours}, and {version} is needed."
        )),
        Some((_, place)) if place != *schema => Some(format!(
            "The extension {name} is here in the schema {place}, and the statements name it in {schema}."
        )),
        Some(_) => None,
    })
}

/// Versions have numbers between dots.
fn compare(one: &str, other: &str) -> Ordering {
    let numbers = |version: &str| -> Vec<u64> {
        let parts = version.split(|c: char| !c.is_ascii_digit());
        parts.filter_map(|part| part.parse().ok()).collect()
    };
    numbers(one).cmp(&numbers(other))
}

async fn collation_lacks(
    session: &mut PgConnection,
    wanted: &Collation,
) -> Result<Option<String>, PgError> {
    let Collation { schema, name, version } = wanted;
    // one name may stand for several encodings
    let found: Option<Option<String>> = sqlx::query_scalar(
        "select pg_collation_actual_version(c.oid)
         from pg_collation c join pg_namespace n on n.oid = c.collnamespace
         where n.nspname = $1 and c.collname = $2
           and c.collencoding in (-1, (select encoding from pg_database where datname = current_database()))",
    )
    .bind(schema)
    .bind(name)
    .fetch_optional(session)
    .await?;
    Ok(match (found, version) {
        (None, _) => Some(format!("There is no collation {schema}.{name}.")),
        (Some(Some(ours)), Some(theirs)) if ours != *theirs => Some(format!(
            "The collation {schema}.{name} is here in version {ours}, and was in {theirs}."
        )),
        _ => None,
    })
}

async fn is_found(session: &mut PgConnection, wanted: &Outside) -> Result<bool, PgError> {
    let asked = sqlx::query("select pg_get_object_address($1, $2, $3)")
        .bind(&wanted.kind)
        .bind(&wanted.names)
        .bind(&wanted.arguments)
        .execute(session)
        .await;
    match asked {
        Ok(_) => Ok(true),
        // whatever the server says to it is that it does not find it
        Err(error) if error.as_database_error().is_some() => Ok(false),
        Err(error) => Err(error.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_compared_number_by_number() {
        for (one, other, order) in [
            ("1.9", "1.10", Ordering::Less),
            ("1.10", "1.10", Ordering::Equal),
            ("3.4.2", "3.4", Ordering::Greater),
            ("2", "1.8", Ordering::Greater),
        ] {
            assert_eq!(compare(one, other), order, "{one} {other}");
        }
    }
}
