//! A schema as a list of statements and rows, at a cost that is the schema's own and not the database's:
//! every object is found by indexed look-ups that start from `pg_depend`.
//!
//! One snapshot is taken after all locks (`LOCK TABLE` takes none), so that what is described is what is
//! copied. Statements name the schema's objects without it and are meant for a session whose path is
//! that schema, whatever it is called there. What the exporter cannot write makes it refuse: it never
//! leaves something out.

mod ahead;
mod asked;
mod catalog;
mod entry;
mod graph;
mod members;
mod objects;
mod order;
mod pair;
mod prerequisites;
pub(crate) mod queries;
mod sessions;

use std::collections::HashSet;

use sqlx::postgres::types::Oid;
use sqlx::{Connection as _, Executor as _, PgConnection};
use url::Url;

use self::ahead::Ahead;
use self::members::Members;
use self::objects::Described;
use self::sessions::{Lent, connect};
use crate::connect::connect_options;
use crate::error::{PgError, Situation};
use crate::sql::{Ident, script};

pub use entry::{Entry, Section};
pub use pair::{Pair, Side, Surplus};
pub use prerequisites::{Collation, Extension, Outside, Prerequisites, Role, missing};
pub use sessions::Sessions;

/// An open snapshot of one schema.
#[derive(Debug)]
pub struct Export {
    session: Lent,
    url: Url,
    /// Sessions that read before they are asked to.
    ahead: Option<Ahead>,
    schema: Ident,
    /// As statements write it, in quotes only where it needs them.
    quoted_schema: String,
    database: String,
    server_version: String,
    entries: Vec<Entry>,
    /// Catalogs and OIDs of everything that the entries are made of.
    objects: Vec<(Oid, Oid)>,
    /// Tables without a row.
    empty: HashSet<Oid>,
    size: u64,
    /// Whether the session's path is the schema, as it is for rows; else only the system is looked into.
    inside: bool,
}

/// How often the list of tables may change between looking and locking.
const TRIES: usize = 5;

impl Export {
    /// Locks every table of a schema against changes of its form (not of its rows), takes a snapshot and
    /// describes what is there.
    ///
    /// # Errors
    /// `NotFound` without such a schema, `Refused` when there is something that cannot be written (all of
    /// it is named), `Transient` when a table was locked or the schema was being changed.
    pub async fn begin(sessions: &Sessions, schema: &Ident) -> Result<Self, PgError> {
        let mut session = sessions.lend().await?;
        let (database, server_version, quoted_schema) = sqlx::query_as(
            "select current_database()::text, current_setting('server_version'), quote_ident($1)",
        )
        .bind(schema.raw())
        .fetch_one(&mut *session)
        .await?;
        for _ in 0..TRIES {
            let before = Members::read(&mut session, schema).await?;
            let tables = before.tables(&mut session).await?;
            session.execute("begin isolation level repeatable read, read only").await?;
            if !tables.is_empty() {
                // one statement, and no snapshot before it
                let lock = format!("lock table {} in access share mode", tables.join(", "));
                session.execute(script(lock)).await?;
            }
            let now = Members::read(&mut session, schema).await?;
            if now == before {
                let Described { entries, objects, empty, size } =
                    objects::describe(&mut session, &now).await?;
                let schema = schema.clone();
                return Ok(Self {
                    session,
                    url: sessions.url().clone(),
                    ahead: None,
                    schema,
                    quoted_schema,
                    database,
                    server_version,
                    entries,
                    objects,
                    empty,
                    size,
                    inside: false,
                });
            }
            session.execute("rollback").await?;
        }
        Err(PgError::new(
            Situation::Transient,
            format!("tables of {schema} come and go faster than they can be locked"),
        ))
    }

    /// The schema's name.
    pub fn schema(&self) -> &Ident {
        &self.schema
    }

    /// The schema's name as statements write it, in quotes only where it needs them.
    pub fn quoted_schema(&self) -> &str {
        &self.quoted_schema
    }

    /// The name of the database that it is in.
    pub fn database(&self) -> &str {
        &self.database
    }

    /// The server's version, as the server says it.
    pub fn server_version(&self) -> &str {
        &self.server_version
    }

    /// What there is, in an order in which it can be made again.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// What it needs that is no part of it.
    ///
    /// # Errors
    /// When the server cannot be asked.
    pub async fn prerequisites(&mut self) -> Result<Prerequisites, PgError> {
        self.look_inside(false).await?;
        prerequisites::read(&mut self.session, &self.schema, &self.objects, &self.entries).await
    }

    /// Bytes of the tables' files, without their indexes.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// From now on two more sessions read rows before they are asked for, in the order of the entries. Says
    /// whether they do: they do not where somebody waits for a lock on one of the tables.
    ///
    /// # Errors
    /// When the server cannot be asked.
    pub async fn read_ahead(&mut self) -> Result<bool, PgError> {
        let of_table = |(place, entry): (usize, &Entry)| {
            Some((place, entry.copy_from.clone()?, entry.object.1))
        };
        let tables = self.entries.iter().enumerate().filter_map(of_table);
        let tables: Vec<_> = tables.filter(|(.., oid)| !self.empty.contains(oid)).collect();
        if tables.len() < 2 {
            return Ok(false);
        }
        let oids: Vec<Oid> = tables.iter().map(|(_, _, oid)| *oid).collect();
        self.look_inside(false).await?;
        let names: Vec<String> = sqlx::query_scalar(include_str!("../../sql/export/relations.sql"))
            .bind(oids)
            .fetch_all(&mut *self.session)
            .await?;
        let snapshot: String =
            sqlx::query_scalar("select pg_export_snapshot()").fetch_one(&mut *self.session).await?;
        let mut sessions = Vec::new();
        for _ in 0..ahead::READERS {
            let mut session = connect(&self.url).await?;
            match ahead::join(&mut session, &snapshot, &names, &self.schema).await {
                Ok(()) => sessions.push(session),
                Err(error) if error.is_transient() => return Ok(false),
                Err(error) => return Err(error),
            }
        }
        let tables = tables.into_iter().map(|(place, table, _)| (place, table)).collect();
        self.ahead = Some(Ahead::begin(sessions, tables));
        Ok(true)
    }

    /// Hands the rows of a table on, as `COPY` writes them, piece by piece.
    ///
    /// # Errors
    /// When the server cannot be asked, or what takes the pieces fails.
    pub async fn rows<E: From<PgError>>(
        &mut self,
        entry: usize,
        mut take: impl FnMut(&[u8]) -> Result<(), E>,
    ) -> Result<(), E> {
        use futures::TryStreamExt as _;
        let Entry { copy_from: Some(table), object: (_, oid), .. } = &self.entries[entry] else {
            return Ok(());
        };
        if self.empty.contains(oid) {
            return Ok(());
        }
        if let Some(mut rows) = self.ahead.as_mut().and_then(|ahead| ahead.take(entry)) {
            while let Some(piece) = rows.next().await.map_err(E::from)? {
                take(&piece)?;
            }
            return Ok(());
        }
        let statement = format!("copy {table} to stdout");
        self.look_inside(true).await.map_err(E::from)?;
        let mut pieces =
            self.session.copy_out_raw(&statement).await.map_err(PgError::from).map_err(E::from)?;
        while let Some(piece) = pieces.try_next().await.map_err(PgError::from).map_err(E::from)? {
            take(&piece)?;
        }
        Ok(())
    }

    async fn look_inside(&mut self, inside: bool) -> Result<(), PgError> {
        if self.inside != inside {
            asked::look_in(&mut self.session, inside.then_some(&self.schema)).await?;
            self.inside = inside;
        }
        Ok(())
    }

    /// Ends the snapshot.
    ///
    /// # Errors
    /// When the server does not answer.
    pub async fn finish(self) -> Result<(), PgError> {
        self.session.give_back().await
    }
}

/// The server's version as PostgreSQL counts: 150013 is 15.13.
///
/// # Errors
/// When it does not answer.
pub async fn server_version(url: &Url) -> Result<i32, PgError> {
    let mut session = PgConnection::connect_with(&connect_options(url)?).await?;
    let version = sqlx::query_scalar("select current_setting('server_version_num')::integer");
    let version = version.fetch_one(&mut session).await?;
    session.close().await?;
    Ok(version)
}
