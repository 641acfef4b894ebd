//! What is done to one institution's schema: each verb is one call of one SQL function, in one
//! transaction with the marker row, and may be repeated.

use sqlx::postgres::PgRow;
use sqlx::{FromRow, Row};
use uuid::Uuid;

use crate::database::ManagedDatabase;
use crate::error::PgError;
use crate::fence::Fence;
use crate::guard::brief;

/// The truth about a schema, as its managed database keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Marker {
    /// The same id as in the control database.
    pub id: Uuid,
    /// The institution's name.
    pub institution: String,
    /// The schema's name now.
    pub schema_name: String,
    /// The application role's name now; empty for an adopted schema that has none of ours.
    pub role_name: String,
    /// `active`, `suspended`, `archived` or `purging`.
    pub state: String,
    /// The template that it was made from; none for an adopted one.
    pub template: Option<String>,
    /// That template's version.
    pub template_version: Option<i32>,
    /// The operation that changed it last; none for a call from SQL.
    pub operation: Option<Uuid>,
}

impl FromRow<'_, PgRow> for Marker {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            id: row.try_get("id")?,
            institution: row.try_get("institution")?,
            schema_name: row.try_get("schema_name")?,
            role_name: row.try_get::<Option<String>, _>("role_name")?.unwrap_or_default(),
            state: row.try_get("state")?,
            template: row.try_get("template")?,
            template_version: row.try_get("template_version")?,
            operation: row.try_get("operation")?,
        })
    }
}

/// What a new schema is made of.
#[derive(Clone, Copy, Debug)]
pub struct NewSchema<'a> {
    /// The id that the schema gets.
    pub id: Uuid,
    /// The institution's name.
    pub institution: &'a str,
    /// The template's name.
    pub template: &'a str,
    /// The template's version.
    pub version: i32,
    /// Values for the template's seed, as an object of texts; none where nothing was given.
    pub parameters: Option<&'a serde_json::Value>,
}

impl ManagedDatabase {
    /// Makes a schema, its application role and its marker; answers with the marker that is there
    /// when it was made already.
    ///
    /// # Errors
    /// `InstitutionExists`, `ForeignSchema`, `TemplateMissing`, `BadName`, `ParameterMissing`,
    /// `Fenced`, or what the template's script or seed ran into; then nothing was made.
    pub async fn make_schema(&self, new: NewSchema<'_>, fence: Fence) -> Result<Marker, PgError> {
        let call = sqlx::query_as("select * from tenantry.make_schema($1, $2, $3, $4, $5, $6, $7)")
            .bind(new.id)
            .bind(new.institution)
            .bind(new.template)
            .bind(new.version)
            .bind(fence.operation)
            .bind(fence.generation)
            .bind(new.parameters)
            .fetch_one(self.pool());
        self.guarded(fence, call).await
    }

    /// Undoes [`make_schema`](Self::make_schema); does nothing when there is nothing to undo.
    ///
    /// # Errors
    /// `Fenced`, or `InvalidState` when another operation changed the schema since.
    pub async fn unmake_schema(&self, id: Uuid, fence: Fence) -> Result<(), PgError> {
        let call = sqlx::query("select tenantry.unmake_schema($1, $2, $3)")
            .bind(id)
            .bind(fence.operation)
            .bind(fence.generation)
            .execute(self.pool());
        self.guarded(fence, call).await?;
        Ok(())
    }

    /// Shuts the institution out; [`end_sessions`](Self::end_sessions) completes it.
    ///
    /// # Errors
    /// `Fenced`, `NotFound`, `InvalidState`, `ChangedByHand`.
    pub async fn suspend_schema(&self, id: Uuid, fence: Fence) -> Result<Marker, PgError> {
        self.change(sqlx::query_as("select * from tenantry.suspend_schema($1, $2, $3)"), id, fence)
            .await
    }

    /// Lets a suspended institution in again.
    ///
    /// # Errors
    /// `Fenced`, `NotFound`, `InvalidState`, `ChangedByHand`.
    pub async fn resume_schema(&self, id: Uuid, fence: Fence) -> Result<Marker, PgError> {
        self.change(sqlx::query_as("select * from tenantry.resume_schema($1, $2, $3)"), id, fence)
            .await
    }

    /// Seals the schema and renames it out of the way; its names are free afterwards.
    ///
    /// # Errors
    /// `Fenced`, `NotFound`, `InvalidState`, `ChangedByHand`.
    pub async fn archive_schema(&self, id: Uuid, fence: Fence) -> Result<Marker, PgError> {
        self.change(sqlx::query_as("select * from tenantry.archive_schema($1, $2, $3)"), id, fence)
            .await
    }

    /// Brings an archived schema back under its name.
    ///
    /// # Errors
    /// `ForeignSchema` when the name is taken; `Fenced`, `NotFound`, `InvalidState`,
    /// `ChangedByHand`.
    pub async fn unarchive_schema(&self, id: Uuid, fence: Fence) -> Result<Marker, PgError> {
        self.change(
            sqlx::query_as("select * from tenantry.unarchive_schema($1, $2, $3)"),
            id,
            fence,
        )
        .await
    }

    /// Marks an archived schema as being purged: the point of no return.
    ///
    /// # Errors
    /// `Fenced`, `NotFound`, `InvalidState`, `ChangedByHand`.
    pub async fn begin_purge(&self, id: Uuid, fence: Fence) -> Result<Marker, PgError> {
        self.change(sqlx::query_as("select * from tenantry.begin_purge($1, $2, $3)"), id, fence)
            .await
    }

    /// Drops one batch of a purging schema's objects, no more than the server's free lock slots
    /// bear, and says how many are left; 0 means that the schema is gone.
    ///
    /// # Errors
    /// `Fenced`, `InvalidState`, `ChangedByHand`, or a lock that was not to be had in time.
    pub async fn purge_batch(&self, id: Uuid, fence: Fence) -> Result<i32, PgError> {
        let limit = self.purge_batch_size().await?;
        let call = sqlx::query_scalar("select tenantry.purge_batch($1, $2, $3, $4)")
            .bind(id)
            .bind(fence.operation)
            .bind(fence.generation)
            .bind(limit)
            .fetch_one(self.pool());
        self.guarded(fence, call).await
    }

    /// How many tables one transaction may drop: a table takes about 8 locks (itself, its indexes,
    /// its TOAST table), the lock table is shared by the whole server, and we take no more than a
    /// quarter of what is free.
    pub(crate) async fn purge_batch_size(&self) -> Result<i32, PgError> {
        brief(
            sqlx::query_scalar(
                "select least(200, greatest(1, (
               current_setting('max_locks_per_transaction')::int
                 * (current_setting('max_connections')::int
                    + current_setting('max_prepared_transactions')::int)
               - (select count(*) from pg_locks where not fastpath)) / 4 / 8))::int",
            )
            .fetch_one(self.pool()),
        )
        .await
    }

    /// Ends every session of an institution's roles and says how many there were.
    ///
    /// # Errors
    /// When the server cannot be asked, or we lack `pg_signal_backend`.
    pub async fn end_sessions(&self, role: &str) -> Result<i64, PgError> {
        brief(
            sqlx::query_scalar(
                "select count(*) filter (where pg_terminate_backend(pid))
             from pg_stat_activity where usename in (select tenantry.roles_of($1))",
            )
            .bind(role)
            .fetch_one(self.pool()),
        )
        .await
    }

    /// Ends the sessions that work for an operation under this claim or an earlier one: they hold
    /// the locks that whoever goes on needs.
    ///
    /// # Errors
    /// When the server cannot be asked.
    pub async fn end_claims(&self, fence: Fence) -> Result<i64, PgError> {
        brief(
            sqlx::query_scalar(
                "select count(*) filter (where pg_terminate_backend(pid))
             from pg_stat_activity
             where application_name like 'tenantry/' || $1::text || '/%'
               and split_part(application_name, '/', 3)::bigint <= $2",
            )
            .bind(fence.operation)
            .bind(fence.generation)
            .fetch_one(self.pool()),
        )
        .await
    }

    /// The marker of a schema, if it has one.
    ///
    /// # Errors
    /// When the server cannot be asked.
    pub async fn marker(&self, id: Uuid) -> Result<Option<Marker>, PgError> {
        brief(
            sqlx::query_as("select * from tenantry.schema_marker where id = $1")
                .bind(id)
                .fetch_optional(self.pool()),
        )
        .await
    }

    /// Whether the schema that a marker is about is there, under whatever name.
    ///
    /// # Errors
    /// When the server cannot be asked.
    pub async fn schema_is_there(&self, marker: &Marker) -> Result<bool, PgError> {
        brief(
            sqlx::query_scalar(
                "select exists (select from tenantry.schema_marker m
                                join pg_namespace n on n.oid = m.schema_oid where m.id = $1)",
            )
            .bind(marker.id)
            .fetch_one(self.pool()),
        )
        .await
    }

    /// Whether the database has a schema of this name, whosever it is.
    ///
    /// # Errors
    /// When the managed database cannot be asked.
    pub async fn is_taken(&self, schema_name: &str) -> Result<bool, PgError> {
        brief(
            sqlx::query_scalar("select exists (select from pg_namespace where nspname = $1)")
                .bind(schema_name)
                .fetch_one(self.pool()),
        )
        .await
    }

    pub(crate) async fn change(
        &self,
        call: sqlx::query::QueryAs<'_, sqlx::Postgres, Marker, sqlx::postgres::PgArguments>,
        id: Uuid,
        fence: Fence,
    ) -> Result<Marker, PgError> {
        let call =
            call.bind(id).bind(fence.operation).bind(fence.generation).fetch_one(self.pool());
        self.guarded(fence, call).await
    }
}
