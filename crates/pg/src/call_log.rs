//! The calls that SQL users made of the public functions, read back so that the control plane's
//! own lists show them.

use uuid::Uuid;

use crate::database::ManagedDatabase;
use crate::error::PgError;

/// One call of a public function.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Call {
    /// The row's id; the control plane gives it to the operation that mirrors the call.
    pub id: Uuid,
    /// `create_institution_schema`, `drop_institution_schema` or `backup_institution_schema`.
    pub function: String,
    /// The institution that was named, whatever it was.
    pub institution: Option<String>,
    /// The template that was named.
    pub template: Option<String>,
    /// The schema that was made or changed; none when the call failed.
    pub schema_id: Option<Uuid>,
    /// The name of what was made or changed.
    pub schema_name: Option<String>,
    /// `succeeded` or `failed`.
    pub outcome: String,
    /// The SQLSTATE of a failed call.
    pub error_code: Option<String>,
    /// Its message.
    pub error: Option<String>,
    /// The session's user.
    pub called_by: String,
    /// Start of the call, seconds since 1970.
    pub started_at: f64,
    /// End of the call, seconds since 1970.
    pub finished_at: f64,
}

impl ManagedDatabase {
    /// The oldest calls that were not mirrored yet, at most `limit`.
    ///
    /// # Errors
    /// When the server cannot be asked.
    pub async fn unmirrored_calls(&self, limit: i64) -> Result<Vec<Call>, PgError> {
        Ok(sqlx::query_as(
            "select id, function, institution, template, schema_id, schema_name, outcome, error_code, error,
                    called_by,
                    extract(epoch from started_at)::float8 as started_at,
                    extract(epoch from finished_at)::float8 as finished_at
             from tenantry.call_log
             where mirrored_at is null
             order by finished_at
             limit $1",
        )
        .bind(limit)
        .fetch_all(self.pool())
        .await?)
    }

    /// Notes that calls were mirrored.
    ///
    /// # Errors
    /// When the server cannot be asked; then they are mirrored again, to the same effect.
    pub async fn mark_mirrored(&self, calls: &[Uuid]) -> Result<(), PgError> {
        sqlx::query(
            "update tenantry.call_log set mirrored_at = clock_timestamp() where id = any($1)",
        )
        .bind(calls)
        .execute(self.pool())
        .await?;
        Ok(())
    }
}
