//! Two schemas of one database, looked at in one snapshot: what they are made of, and which rows only one of
//! them has.

use sqlx::Executor as _;

use super::asked::look_in;
use super::entry::Entry;
use super::members::Members;
use super::sessions::{Lent, Sessions};
use super::{TRIES, objects};
use crate::error::{PgError, Situation};
use crate::sql::{Ident, script};

/// One of the two.
#[derive(Debug)]
pub struct Side {
    /// Its name.
    pub schema: Ident,
    /// The same as statements write it, in quotes only where it needs them.
    pub quoted_schema: String,
    /// What is in it.
    pub entries: Vec<Entry>,
}

/// An open snapshot of two schemas.
#[derive(Debug)]
pub struct Pair {
    session: Lent,
    /// The first and the second.
    pub sides: [Side; 2],
}

/// Rows that only one of two tables has.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Surplus {
    /// How many.
    pub rows: u64,
    /// Some of their keys, each as the server writes it, in order; none without a primary key.
    pub keys: Vec<String>,
}

impl Pair {
    /// Locks the tables of both against changes of their form, takes a snapshot and describes both.
    ///
    /// # Errors
    /// `NotFound` without such a schema, `Refused` when there is something that cannot be described,
    /// `Transient` when a table was locked or a schema was being changed.
    pub async fn begin(
        sessions: &Sessions,
        first: &Ident,
        second: &Ident,
    ) -> Result<Self, PgError> {
        let mut session = sessions.lend().await?;
        let names = [first, second];
        for _ in 0..TRIES {
            let mut before = Vec::new();
            let mut tables = Vec::new();
            for name in names {
                let members = Members::read(&mut session, name).await?;
                tables.extend(members.tables(&mut session).await?);
                before.push(members);
            }
            session.execute("begin isolation level repeatable read, read only").await?;
            if !tables.is_empty() {
                let lock = format!("lock table {} in access share mode", tables.join(", "));
                session.execute(script(lock)).await?;
            }
            let mut now = Vec::new();
            for name in names {
                now.push(Members::read(&mut session, name).await?);
            }
            if now != before {
                session.execute("rollback").await?;
                continue;
            }
            let mut sides = Vec::new();
            for (name, members) in names.into_iter().zip(&now) {
                let entries = objects::describe(&mut session, members).await?.entries;
                let quoted_schema = sqlx::query_scalar("select pg_catalog.quote_ident($1)")
                    .bind(name.raw())
                    .fetch_one(&mut *session)
                    .await?;
                sides.push(Side { schema: name.clone(), quoted_schema, entries });
            }
            if let Ok(sides) = <[Side; 2]>::try_from(sides) {
                return Ok(Self { session, sides });
            }
        }
        Err(PgError::new(
            Situation::Transient,
            format!("tables of {first} or {second} come and go faster than they can be locked"),
        ))
    }

    /// Hands the rows of a table on, as `COPY` writes them; the columns are those that are given.
    ///
    /// # Errors
    /// When the server cannot be asked, or what takes the pieces fails.
    pub async fn rows<E: From<PgError>>(
        &mut self,
        side: usize,
        table: &Ident,
        columns: &[Ident],
        mut take: impl FnMut(&[u8]) -> Result<(), E>,
    ) -> Result<(), E> {
        use futures::TryStreamExt as _;
        // what a value names in its own schema is written without it, as in an archive
        look_in(&mut self.session, Some(&self.sides[side].schema)).await?;
        let (name, list) = (self.table(side, table), list(columns));
        let statement = match columns {
            [] => format!("copy {name} to stdout"),
            _ => format!("copy {name} ({list}) to stdout"),
        };
        let mut pieces =
            self.session.copy_out_raw(&statement).await.map_err(PgError::from).map_err(E::from)?;
        while let Some(piece) = pieces.try_next().await.map_err(PgError::from).map_err(E::from)? {
            take(&piece)?;
        }
        Ok(())
    }

    /// The columns of a table's primary key on a side; empty when it has none.
    ///
    /// # Errors
    /// When the server cannot be asked.
    pub async fn key(&mut self, side: usize, table: &Ident) -> Result<Vec<Ident>, PgError> {
        look_in(&mut self.session, None).await?;
        let names: Vec<String> = sqlx::query_scalar(
            "select a.attname::text
             from pg_constraint k
             cross join unnest(k.conkey) with ordinality c (number, place)
             join pg_attribute a on a.attrelid = k.conrelid and a.attnum = c.number
             where k.conrelid = $1::regclass and k.contype = 'p' order by c.place",
        )
        .bind(self.table(side, table))
        .fetch_all(&mut *self.session)
        .await?;
        Ok(names.into_iter().filter_map(|name| Ident::new(name).ok()).collect())
    }

    /// The rows of a table that the side has and the other has not (as often), with the keys of `sample` of
    /// them.
    ///
    /// # Errors
    /// When the server cannot be asked.
    pub async fn surplus(
        &mut self,
        side: usize,
        table: &Ident,
        columns: &[Ident],
        key: &[Ident],
        sample: usize,
    ) -> Result<Surplus, PgError> {
        look_in(&mut self.session, None).await?;
        let (here, there) = (self.table(side, table), self.table(1 - side, table));
        // as text, as not every type can be compared; the key beside, to be shown
        let (row, key) = (list(columns), list(key));
        let shown =
            if key.is_empty() { "null::text".to_owned() } else { format!("row({key})::text") };
        let difference = format!(
            "select shown from (select row({row})::text as whole, {shown} as shown from only {here}
                                except all
                                select row({row})::text, {shown} from only {there}) d"
        );
        let sample = i64::try_from(sample).unwrap_or(i64::MAX);
        let (rows, keys): (i64, Vec<String>) = sqlx::query_as(script(format!(
            "with d as materialized ({difference})
             select (select count(*) from d),
                    array(select shown from d where shown is not null order by shown limit {sample})"
        )))
        .fetch_one(&mut *self.session)
        .await?;
        Ok(Surplus { rows: u64::try_from(rows).unwrap_or_default(), keys })
    }

    /// Ends the snapshot.
    ///
    /// # Errors
    /// When the server does not answer.
    pub async fn finish(self) -> Result<(), PgError> {
        self.session.give_back().await
    }

    fn table(&self, side: usize, table: &Ident) -> String {
        format!("{}.{table}", self.sides[side].schema)
    }
}

fn list(columns: &[Ident]) -> String {
    columns.iter().map(Ident::to_string).collect::<Vec<_>>().join(", ")
}
