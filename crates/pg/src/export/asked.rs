//! How the catalogs are asked for statements. What a name is written with depends on the path while a query
//! runs, and what names in the query itself mean on the path while it is read. So it is read while nothing but
//! the system is looked into, as a cursor, and run while the schema is: a function or an operator of the
//! schema that is called like one of the system's is never taken for it, and never run with our rights.

use sqlx::postgres::PgRow;
use sqlx::postgres::types::Oid;
use sqlx::{Executor as _, FromRow, PgConnection};

use crate::ddl;
use crate::error::PgError;
use crate::sql::{Ident, script};

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

/// Runs one of our queries with the schema as the path; `$1` and so on stand for the values, in order. Belongs
/// into a transaction, and leaves the path at the system's.
pub(super) async fn rows<T>(
    session: &mut PgConnection,
    schema: &Ident,
    query: &str,
    values: &[String],
) -> Result<Vec<T>, PgError>
where
    T: for<'r> FromRow<'r, PgRow>,
{
    let mut query = query.to_owned();
    for (place, value) in values.iter().enumerate() {
        query = query.replace(&format!("${}", place + 1), value);
    }
    let inside = ddl!("set local search_path = {}", schema);
    let text = format!(
        "set local search_path = pg_catalog;
         declare described no scroll cursor for {query};
         {inside};
         fetch all from described;
         close described;
         set local search_path = pg_catalog"
    );
    let rows = sqlx::raw_sql(script(text)).fetch_all(&mut *session).await?;
    Ok(rows.iter().map(T::from_row).collect::<Result<_, _>>()?)
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
