//! What an institution's application logs in with: passwords and connection limits of its roles. The
//! server keeps a verifier; nobody keeps the password.

use jiff::Timestamp;
use jiff_sqlx::Timestamp as SqlTimestamp;
use uuid::Uuid;

use crate::database::ManagedDatabase;
use crate::error::PgError;
use crate::fence::Fence;
use crate::guard::brief;
use crate::schema::Marker;

/// A role that an institution's application logs in as.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApplicationRole {
    /// Its name.
    pub name: String,
    /// Whether it may only read.
    pub read_only: bool,
    /// How many sessions it may have at a time.
    pub connection_limit: i32,
    /// When it was given its password; none when it has none.
    pub password_set_at: Option<Timestamp>,
}

/// Defaults for roles that are made from now on; none leaves what the database has.
#[derive(Clone, Copy, Debug, Default)]
pub struct RoleDefaults {
    /// How many sessions a role may have at a time.
    pub connection_limit: Option<i32>,
}

/// What an institution's roles are held to; none is the default for new roles.
#[derive(Clone, Copy, Debug, Default)]
pub struct RoleLimits {
    /// Sessions that each role may have at a time.
    pub connection_limit: Option<i32>,
    /// Milliseconds that a statement may run.
    pub statement_ms: Option<i64>,
    /// Milliseconds that a transaction may be idle.
    pub idle_ms: Option<i64>,
}

impl ManagedDatabase {
    /// Gives an institution's role a password and answers with the role's name. The read-only role is
    /// made when it is asked for the first time.
    ///
    /// # Errors
    /// `CredentialsExist` when it has one and `rotate` is false; `NotFound`, `InvalidState`,
    /// `ChangedByHand`, or `Transient` when somebody changes the same role in this moment.
    pub async fn set_password(
        &self,
        id: Uuid,
        read_only: bool,
        verifier: &str,
        rotate: bool,
    ) -> Result<String, PgError> {
        brief(
            sqlx::query_scalar("select tenantry.set_password($1, $2, $3, $4)")
                .bind(id)
                .bind(read_only)
                .bind(verifier)
                .bind(rotate)
                .fetch_one(self.pool()),
        )
        .await
    }

    /// Sets how many sessions each role of an institution may have; none is the default for new ones.
    /// Sessions that are open stay.
    ///
    /// # Errors
    /// `NotFound`, `InvalidState`, `ChangedByHand`.
    pub async fn set_connection_limit(&self, id: Uuid, limit: Option<i32>) -> Result<i32, PgError> {
        brief(
            sqlx::query_scalar("select tenantry.set_connection_limit($1, $2)")
                .bind(id)
                .bind(limit)
                .fetch_one(self.pool()),
        )
        .await
    }

    /// Sets what an institution's roles are held to. Sessions that are open keep their times and stay.
    ///
    /// # Errors
    /// `Fenced`, `NotFound`, `InvalidState`, `ChangedByHand`.
    pub async fn set_role_limits(
        &self,
        id: Uuid,
        limits: RoleLimits,
        fence: Fence,
    ) -> Result<Marker, PgError> {
        let call = sqlx::query_as("select * from tenantry.set_role_limits($1, $2, $3, $4, $5, $6)")
            .bind(id)
            .bind(limits.connection_limit)
            .bind(limits.statement_ms)
            .bind(limits.idle_ms)
            .bind(fence.operation)
            .bind(fence.generation)
            .fetch_one(self.pool());
        self.guarded(fence, call).await
    }

    /// An institution's roles, the one that may write first.
    ///
    /// # Errors
    /// When the server cannot be asked.
    pub async fn application_roles(&self, id: Uuid) -> Result<Vec<ApplicationRole>, PgError> {
        let rows: Vec<(String, bool, i32, Option<SqlTimestamp>)> = brief(
            sqlx::query_as(
                "select r.rolname::text, a.read_only_of is not null, a.connection_limit, a.password_set_at
                 from tenantry.schema_marker m
                 cross join lateral tenantry.roles_of(m.role_name) as name
                 join pg_roles r on r.rolname = name
                 join tenantry.application_role a on a.role_oid = r.oid
                 where m.id = $1
                 order by a.read_only_of is not null",
            )
            .bind(id)
            .fetch_all(self.pool()),
        )
        .await?;
        Ok(rows
            .into_iter()
            .map(|(name, read_only, connection_limit, at)| ApplicationRole {
                name,
                read_only,
                connection_limit,
                password_set_at: at.map(SqlTimestamp::to_jiff),
            })
            .collect())
    }

    /// Sets the defaults for roles that are made from now on.
    ///
    /// # Errors
    /// When the server cannot be asked.
    pub async fn set_role_defaults(&self, defaults: RoleDefaults) -> Result<(), PgError> {
        let Some(limit) = defaults.connection_limit else {
            return Ok(());
        };
        brief(
            sqlx::query(
                "update tenantry.setting set value = $1
                 where name = 'connection_limit' and value <> $1",
            )
            .bind(limit.to_string())
            .execute(self.pool()),
        )
        .await?;
        Ok(())
    }
}
