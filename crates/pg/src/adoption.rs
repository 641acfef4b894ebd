//! Schemas that somebody else made: what is found of them, and how they are taken under observation. What
//! users ask for in SQL is answered as the role `tenantry_reader`, in a transaction that only reads.

use serde_json::Value;
use sqlx::Connection as _;
use sqlx::postgres::PgConnection;
use tenantry_domain::adoption::History;
use uuid::Uuid;

use crate::database::ManagedDatabase;
use crate::error::PgError;
use crate::fence::Fence;
use crate::guard::brief;
use crate::schema::Marker;

/// The role that answers queries about schemas to be adopted.
pub const READER_ROLE: &str = "tenantry_reader";

/// For how long one query may run.
const QUERY_TIMEOUT: &str = "30s";

/// A session remembers every table that it measured (10 KB each), so each measures only some.
const SCHEMAS_IN_A_SESSION: usize = 200;

/// Of the histories it remembers one table each.
const HISTORIES_IN_A_SESSION: usize = 5_000;

/// A schema of the database that is not Tenantry's own.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct SchemaThere {
    /// Its name.
    pub name: String,
    /// The institution that it belongs to already.
    pub institution: Option<String>,
    /// Of the tables in which tools keep their histories, those that are in it.
    pub histories: Vec<String>,
}

/// What a look from outside tells of a schema.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Survey {
    /// Its name.
    #[sqlx(rename = "schema_name")]
    pub name: String,
    /// The role that owns it.
    pub owner: String,
    /// How many tables are in it.
    pub tables: i64,
    /// Bytes of what is in it; none where a table was locked.
    pub bytes: Option<i64>,
}

/// A schema's history, or why it could not be read.
#[derive(Clone, Debug)]
pub struct HistoryRead {
    /// The schema.
    pub schema: String,
    /// Its history, or the server's words.
    pub history: Result<History, String>,
}

/// A table that may be a tool's list of tenants.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct TableThere {
    /// Its schema.
    pub schema: String,
    /// Its name.
    pub name: String,
    /// Its columns.
    pub columns: Vec<String>,
    /// Whether a column `schema_name` is unique in it.
    pub schema_name_is_unique: bool,
}

impl ManagedDatabase {
    /// Every schema of the database but PostgreSQL's and Tenantry's own.
    ///
    /// # Errors
    /// When the server cannot be asked.
    pub async fn schemas_there(&self) -> Result<Vec<SchemaThere>, PgError> {
        brief(
            sqlx::query_as(
                "select n.nspname::text as name, m.institution,
                        array(select c.relname::text from pg_class c
                              where c.relnamespace = n.oid and c.relkind in ('r', 'p')
                                and c.relname in ('django_migrations', 'schema_migrations',
                                                  'ar_internal_metadata', 'migrations')
                              order by 1) as histories
                 from pg_namespace n
                 left join tenantry.schema_marker m on m.schema_oid = n.oid
                 where n.nspname !~ '^(pg_|tenantry$|tenantry_)' and n.nspname <> 'information_schema'
                 order by n.nspname collate \"C\"",
            )
            .fetch_all(self.pool()),
        )
        .await
    }

    /// The tables of a schema in which tools keep their histories.
    ///
    /// # Errors
    /// When the server cannot be asked.
    pub async fn histories_of(&self, schema: &str) -> Result<Vec<String>, PgError> {
        brief(
            sqlx::query_scalar(
                "select c.relname::text from pg_class c
                 join pg_namespace n on n.oid = c.relnamespace
                 where n.nspname = $1 and c.relkind in ('r', 'p')
                   and c.relname in ('django_migrations', 'schema_migrations', 'migrations')",
            )
            .bind(schema)
            .fetch_all(self.pool()),
        )
        .await
    }

    /// The tables of a schema with their columns.
    ///
    /// # Errors
    /// When the server cannot be asked.
    pub async fn tables_of(&self, schema: &str) -> Result<Vec<TableThere>, PgError> {
        brief(
            sqlx::query_as(
                "select n.nspname::text as schema, c.relname::text as name,
                        array(select a.attname::text from pg_attribute a
                              where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
                              order by a.attnum) as columns,
                        exists (select from pg_index i
                                join pg_attribute a on a.attrelid = c.oid and a.attnum = i.indkey[0]
                                where i.indrelid = c.oid and i.indisunique and i.indnkeyatts = 1
                                  and a.attname = 'schema_name') as schema_name_is_unique
                 from pg_namespace n
                 join pg_depend d on d.refclassid = 'pg_namespace'::regclass and d.refobjid = n.oid
                                 and d.classid = 'pg_class'::regclass
                 join pg_class c on c.oid = d.objid
                 where n.nspname = $1 and c.relkind in ('r', 'p', 'v', 'm', 'f')
                 order by c.relname",
            )
            .bind(schema)
            .fetch_all(self.pool()),
        )
        .await
    }

    /// Owner, tables and size of schemas.
    ///
    /// # Errors
    /// When the server cannot be asked.
    pub async fn survey_schemas(&self, names: &[String]) -> Result<Vec<Survey>, PgError> {
        let mut found = Vec::with_capacity(names.len());
        for names in names.chunks(SCHEMAS_IN_A_SESSION) {
            let mut session = self.pool().acquire().await?.detach();
            found.extend(
                sqlx::query_as::<_, Survey>("select * from tenantry.survey_schemas($1)")
                    .bind(names)
                    .fetch_all(&mut session)
                    .await?,
            );
            session.close().await?;
        }
        Ok(found)
    }

    /// Reads the histories of schemas: each with the table that keeps it.
    ///
    /// # Errors
    /// When the server cannot be asked; a history that may not be read is told in its row.
    pub async fn read_histories(
        &self,
        schemas: &[(String, &'static str)],
    ) -> Result<Vec<HistoryRead>, PgError> {
        let mut read = Vec::with_capacity(schemas.len());
        for schemas in schemas.chunks(HISTORIES_IN_A_SESSION) {
            let mut session = self.pool().acquire().await?.detach();
            let rows = ask_for_histories(&mut session, schemas).await?;
            session.close().await?;
            read.extend(rows.into_iter().map(history_of_row));
        }
        Ok(read)
    }

    /// Answers a query that a user wrote, as `tenantry_reader`: one statement, which may write nothing,
    /// for 30 s at most. Each row as a JSON object; one more than `limit` tells that there are more.
    ///
    /// # Errors
    /// What the server says of the query; `Forbidden` when the reader may not read what it names.
    pub async fn ask_as_reader(&self, query: &str, limit: i32) -> Result<Vec<Value>, PgError> {
        // a session of its own: what the query does to it (advisory locks, for one) ends with it
        let mut session = self.pool().acquire().await?.detach();
        let mut tx = session.begin().await?;
        sqlx::query("set transaction read only").execute(&mut *tx).await?;
        sqlx::query("select set_config('statement_timeout', $1, true)")
            .bind(QUERY_TIMEOUT)
            .execute(&mut *tx)
            .await?;
        let rows: Result<Vec<Value>, sqlx::Error> =
            sqlx::query_scalar("select * from tenantry.ask_as_reader($1, $2)")
                .bind(query)
                .bind(limit.saturating_add(1))
                .fetch_all(&mut *tx)
                .await;
        drop(tx);
        session.close().await?;
        Ok(rows?)
    }

    /// Takes a schema under observation; answers with the marker that is there when it was done already.
    ///
    /// # Errors
    /// `NotFound`, `InstitutionExists`, `BadName`, `Fenced`.
    pub async fn adopt_schema(
        &self,
        id: Uuid,
        institution: &str,
        schema_name: &str,
        tool: &str,
        fence: Fence,
    ) -> Result<Marker, PgError> {
        let call = sqlx::query_as("select * from tenantry.adopt_schema($1, $2, $3, $4, $5, $6)")
            .bind(id)
            .bind(institution)
            .bind(schema_name)
            .bind(tool)
            .bind(fence.operation)
            .bind(fence.generation)
            .fetch_one(self.pool());
        self.guarded(fence, call).await
    }

    /// Sets whether an adopted schema may only be read.
    ///
    /// # Errors
    /// `NotFound`, `InvalidState` when Tenantry made it, `Fenced`.
    pub async fn set_read_only(
        &self,
        id: Uuid,
        read_only: bool,
        fence: Fence,
    ) -> Result<Marker, PgError> {
        let call = sqlx::query_as("select * from tenantry.set_read_only($1, $2, $3, $4)")
            .bind(id)
            .bind(read_only)
            .bind(fence.operation)
            .bind(fence.generation)
            .fetch_one(self.pool());
        self.guarded(fence, call).await
    }

    /// Forgets an adopted schema; does nothing when that was done already.
    ///
    /// # Errors
    /// `InvalidState` when it is archived or Tenantry made it, `OwnerNeeded`, `Fenced`.
    pub async fn release_schema(&self, id: Uuid, fence: Fence) -> Result<(), PgError> {
        let call = sqlx::query("select tenantry.release_schema($1, $2, $3)")
            .bind(id)
            .bind(fence.operation)
            .bind(fence.generation)
            .execute(self.pool());
        self.guarded(fence, call).await?;
        Ok(())
    }

    /// What lets Tenantry act for those of these roles for which it may not: a statement for each, or, for
    /// a superuser, what to do instead.
    ///
    /// # Errors
    /// When the server cannot be asked.
    pub async fn statements_to_act_for(&self, owners: &[String]) -> Result<Vec<String>, PgError> {
        brief(
            sqlx::query_scalar(
                "select case when rolsuper
                        then format('-- %I is a superuser: give its schemas to a role that is none', rolname)
                        else format('grant %I to tenantry_owner;', rolname) end
                 from pg_roles
                 where rolname = any ($1)
                   and (rolsuper or not pg_has_role('tenantry_owner', oid, 'usage'))
                 order by rolname",
            )
            .bind(owners)
            .fetch_all(self.pool()),
        )
        .await
    }
}

type HistoryRow = (String, Option<String>, Option<i64>, Option<String>, Option<String>);

async fn ask_for_histories(
    session: &mut PgConnection,
    schemas: &[(String, &'static str)],
) -> Result<Vec<HistoryRow>, sqlx::Error> {
    let names: Vec<&str> = schemas.iter().map(|(name, _)| name.as_str()).collect();
    let tables: Vec<&str> = schemas.iter().map(|(_, table)| *table).collect();
    let mut tx = session.begin().await?;
    sqlx::query("set transaction read only").execute(&mut *tx).await?;
    let rows = sqlx::query_as("select * from tenantry.read_histories($1, $2)")
        .bind(names)
        .bind(tables)
        .fetch_all(&mut *tx)
        .await?;
    tx.rollback().await?;
    Ok(rows)
}

fn history_of_row(row: HistoryRow) -> HistoryRead {
    let (schema, version, applied, fingerprint, problem) = row;
    let history = match problem {
        Some(problem) => Err(problem),
        None => Ok(History { version, applied: applied.unwrap_or_default(), fingerprint }),
    };
    HistoryRead { schema, history }
}
