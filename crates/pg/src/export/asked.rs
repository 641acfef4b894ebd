//! How the catalogs are asked for statements. What a name is written with depends on the path while a query
//! runs, and what names in the query itself mean on the path while it is read. So it is read while nothing but
//! the system is looked into, as a cursor, and run while the schema is: a function or an operator of the
//! schema that is called like one of the system's is never taken for it, and never run with our rights.
//!
//! Planning the queries takes longer than running them for a schema of usual size. So that a session does it once, each
//! query is the body of a function of the session's own that opens the cursor: its plan is kept, and fits whatever
//! schema is asked about next, because the path is the system's whenever it is read.

use futures::TryStreamExt as _;
use sqlx::postgres::PgRow;
use sqlx::postgres::types::Oid;
use sqlx::{Either, Executor as _, FromRow, PgConnection};

use super::queries::Query;
use super::sessions::Lent;
use crate::ddl;
use crate::error::PgError;
use crate::sql::{Ident, script};

/// The list of no object.
pub(super) const NONE: &str = "'{}'::pg_catalog.oid[]";

/// A list of objects as a query takes it.
pub(super) fn list(oids: &[Oid]) -> String {
    let oids: Vec<String> = oids.iter().map(|oid| oid.0.to_string()).collect();
    format!("'{{{}}}'::pg_catalog.oid[]", oids.join(","))
}

/// An object, or none.
pub(super) fn one(oid: Option<Oid>) -> String {
    oid.map_or_else(
        || "null::pg_catalog.oid".to_owned(),
        |oid| format!("{}::pg_catalog.oid", oid.0),
    )
}

/// Runs one of our queries with the schema as the path. Belongs into a transaction, and leaves the path at the
/// system's.
pub(super) async fn rows<T>(
    session: &mut Lent,
    schema: &Ident,
    query: Query,
    values: &[String],
) -> Result<Vec<T>, PgError>
where
    T: for<'r> FromRow<'r, PgRow>,
{
    let mut found = all(session, schema, &[(query, values.to_vec())]).await?;
    read(found.pop().unwrap_or_default())
}

/// What one of several queries found: its rows, in order.
pub(super) type Found = std::vec::IntoIter<PgRow>;

/// Runs several of our queries in the same way, in one exchange with the server.
pub(super) async fn all(
    session: &mut Lent,
    schema: &Ident,
    queries: &[(Query, Vec<String>)],
) -> Result<Vec<Found>, PgError> {
    let mut text = "set local search_path = pg_catalog;\n".to_owned();
    for (place, (query, values)) in queries.iter().enumerate() {
        text.push_str(&if session.keeps_plans() {
            let (name, values) = (query.name, values.join(", "));
            format!("select pg_temp.describe_{name}({values}, 'described_{place}');\n")
        } else {
            let query = filled(query.text, values);
            format!("declare described_{place} no scroll cursor for {query};\n")
        });
    }
    text.push_str(&format!("{};\n", ddl!("set local search_path = {}", schema)));
    for place in 0..queries.len() {
        text.push_str(&format!("fetch all from described_{place};\n"));
    }
    text.push_str("close all; set local search_path = pg_catalog");
    // each statement's rows come before its end
    let mut ended: Vec<Vec<PgRow>> = vec![Vec::new()];
    let mut answers = sqlx::raw_sql(script(text)).fetch_many(&mut **session);
    while let Some(answer) = answers.try_next().await? {
        match (answer, ended.last_mut()) {
            (Either::Right(row), Some(rows)) => rows.push(row),
            _ => ended.push(Vec::new()),
        }
    }
    Ok(ended.into_iter().skip(queries.len() + 2).take(queries.len()).map(Vec::into_iter).collect())
}

/// The rows as what they stand for.
pub(super) fn read<T>(rows: Found) -> Result<Vec<T>, PgError>
where
    T: for<'r> FromRow<'r, PgRow>,
{
    Ok(rows.map(|row| T::from_row(&row)).collect::<Result<_, _>>()?)
}

fn filled(query: &str, values: &[String]) -> String {
    let mut query = query.to_owned();
    for (place, value) in values.iter().enumerate() {
        query = query.replace(&format!("${}", place + 1), value);
    }
    query
}

/// The schema as the path, or the system's only (`None`), until the transaction ends.
pub(super) async fn look_in(
    session: &mut PgConnection,
    schema: Option<&Ident>,
) -> Result<(), PgError> {
    match schema {
        Some(schema) => {
            session.execute(ddl!("set local search_path = {}", schema).into_sql()).await?;
        }
        None => {
            session.execute("set local search_path = pg_catalog").await?;
        }
    }
    Ok(())
}
