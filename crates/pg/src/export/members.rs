//! What belongs to a schema, found by the only index that a schema leads.

use sqlx::PgConnection;
use sqlx::postgres::types::Oid;

use super::catalog;
use crate::error::{PgError, Situation};
use crate::sql::Ident;

/// The schema and what belongs to it, in an order that is the same for the same things.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Members {
    /// The schema.
    pub(super) schema: Oid,
    /// Its name.
    pub(super) name: Ident,
    /// Catalogs and OIDs, and whether an extension makes the object.
    objects: Vec<(Oid, Oid, bool)>,
}

impl Members {
    pub(super) async fn read(session: &mut PgConnection, schema: &Ident) -> Result<Self, PgError> {
        let oid: Option<Oid> =
            sqlx::query_scalar("select oid from pg_namespace where nspname = $1")
                .bind(schema.raw())
                .fetch_optional(&mut *session)
                .await?;
        let oid = oid.ok_or_else(|| {
            PgError::new(Situation::NotFound, format!("there is no schema {schema}"))
        })?;
        let objects = sqlx::query_as(include_str!("../../sql/export/members.sql"))
            .bind(oid)
            .fetch_all(session)
            .await?;
        Ok(Self { schema: oid, name: schema.clone(), objects })
    }

    /// The schema's own objects: those of an extension come with the extension.
    pub(super) fn own(&self) -> impl Iterator<Item = (Oid, Oid)> {
        self.objects.iter().filter(|(_, _, of_extension)| !of_extension).map(|(c, o, _)| (*c, *o))
    }

    /// The OIDs of those that are in one catalog.
    pub(super) fn of(&self, catalog: Oid) -> Vec<Oid> {
        self.own().filter(|(c, _)| *c == catalog).map(|(_, object)| object).collect()
    }

    /// The tables, as they are written in a statement; no other relation can be locked.
    pub(super) async fn tables(&self, session: &mut PgConnection) -> Result<Vec<String>, PgError> {
        Ok(sqlx::query_scalar(include_str!("../../sql/export/relations.sql"))
            .bind(self.of(catalog::CLASS))
            .fetch_all(session)
            .await?)
    }
}
