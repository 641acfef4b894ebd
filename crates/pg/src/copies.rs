//! Copies: schemas that belong to an institution beside the one that it lives in. Snapshots, what was
//! restored from a backup, what a swap put aside, and what a drill restores are made, swapped in, listed
//! and dropped here, each verb by one SQL function in one transaction with the copy's row.

use std::fmt;
use std::time::Duration;

use jiff::Timestamp;
use jiff_sqlx::Timestamp as SqlTimestamp;
use sqlx::postgres::PgRow;
use sqlx::postgres::types::PgInterval;
use sqlx::{FromRow, Row};
use url::Url;
use uuid::Uuid;

use crate::database::ManagedDatabase;
use crate::error::{PgError, Situation};
use crate::fence::Fence;
use crate::guard::brief;
use crate::schema::Marker;
use crate::scram;

/// A copy, as the managed database keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SchemaCopy {
    /// Its id.
    pub id: Uuid,
    /// The institution's schema.
    pub schema_id: Uuid,
    /// The institution's name.
    pub institution: String,
    /// The name of the copy's schema.
    pub schema_name: String,
    /// `snapshot`, `restored`, `replaced` or `drill`.
    pub kind: String,
    /// `making` or `ready`.
    pub state: String,
    /// The backup that it was restored from.
    pub backup: Option<Uuid>,
    /// The operation that made it; none for a call from SQL.
    pub operation: Option<Uuid>,
    /// When it was made.
    pub made_at: Timestamp,
    /// From when on it may be dropped; never by itself when there is none.
    pub expires_at: Option<Timestamp>,
}

impl FromRow<'_, PgRow> for SchemaCopy {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            id: row.try_get("id")?,
            schema_id: row.try_get("schema_id")?,
            institution: row.try_get("institution")?,
            schema_name: row.try_get("schema_name")?,
            kind: row.try_get("kind")?,
            state: row.try_get("state")?,
            backup: row.try_get("backup")?,
            operation: row.try_get("operation")?,
            made_at: row.try_get::<SqlTimestamp, _>("made_at")?.to_jiff(),
            expires_at: row
                .try_get::<Option<SqlTimestamp>, _>("expires_at")?
                .map(SqlTimestamp::to_jiff),
        })
    }
}

/// A copy that an archive is to be restored into.
#[derive(Clone, Copy, Debug)]
pub struct NewCopy<'a> {
    /// The id that it gets.
    pub id: Uuid,
    /// The institution's schema, which need not be there.
    pub schema: Uuid,
    /// The institution's name.
    pub institution: &'a str,
    /// What the copy's schema is to be called; none: `tenantry_copy_<id>`.
    pub name: Option<&'a str>,
    /// `restored` or `drill`.
    pub kind: &'a str,
    /// The backup that it is restored from.
    pub backup: Option<Uuid>,
    /// For how long it is kept once it is ready; none: until somebody drops it.
    pub expires_in: Option<Duration>,
    /// Other schemas that the archive needs to find things in, such as those of extensions.
    pub outside: &'a [String],
}

/// Where an archive is restored: an empty schema, and the login that owns it and may do nothing else.
pub struct Landing {
    /// Where to log in, and with what. Holds a password.
    pub url: Url,
    /// The schema's name.
    pub schema_name: String,
    /// The copy's id.
    pub copy: Uuid,
}

/// Without the password.
impl fmt::Debug for Landing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Landing")
            .field("schema_name", &self.schema_name)
            .field("copy", &self.copy)
            .finish_non_exhaustive()
    }
}

impl ManagedDatabase {
    /// Makes an empty schema and a login of its own that owns it and may do nothing else. Called again for
    /// a copy that is still being made it ends the sessions of the login, drops what is there and begins
    /// anew with another password.
    ///
    /// # Errors
    /// `ForeignSchema` when the name is taken, `BadName`, `InvalidState` when the copy is ready already
    /// or belongs to another institution, `Forbidden` when a schema outside cannot be opened (the hint
    /// says by which statement), `Fenced`.
    pub async fn begin_copy(&self, new: NewCopy<'_>, fence: Fence) -> Result<Landing, PgError> {
        if self.copy(new.id).await?.is_some_and(|copy| copy.state == "making") {
            while self.drop_copy(new.id, new.schema, fence).await? > 0 {}
        }
        let password = scram::random_password();
        let call = sqlx::query_as(
            "select role_name, schema_name
             from tenantry.begin_copy($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        )
        .bind(new.id)
        .bind(new.schema)
        .bind(new.institution)
        .bind(new.name)
        .bind(new.kind)
        .bind(new.backup)
        .bind(new.expires_in.map(interval).transpose()?)
        .bind(new.outside)
        .bind(scram::verifier(&password))
        .bind(fence.operation)
        .bind(fence.generation)
        .fetch_one(self.pool());
        let (role, schema_name): (String, String) = self.guarded(fence, call).await?;
        let url = self.url_as(&role, &password)?;
        Ok(Landing { url, schema_name, copy: new.id })
    }

    /// Ends the sessions of a copy's login, which may not log in any more, takes away every right that
    /// was given to others in it, and notes that it is ready. It belongs to that role until it is swapped
    /// in: whatever runs in it by itself runs with no other rights.
    ///
    /// # Errors
    /// `NotFound`, `ChangedByHand`, `InvalidState` when the archive made something outside its schema,
    /// `Fenced`.
    pub async fn finish_copy(
        &self,
        copy: Uuid,
        schema: Uuid,
        fence: Fence,
    ) -> Result<SchemaCopy, PgError> {
        // before the sessions are ended, and seen by whoever wants to open another
        let closing = sqlx::query("select tenantry.close_login($1, $2, $3, $4)")
            .bind(copy)
            .bind(schema)
            .bind(fence.operation)
            .bind(fence.generation)
            .execute(self.pool());
        self.guarded(fence, closing).await?;
        let call = sqlx::query_as("select * from tenantry.finish_copy($1, $2, $3, $4)")
            .bind(copy)
            .bind(schema)
            .bind(fence.operation)
            .bind(fence.generation)
            .fetch_one(self.pool());
        self.guarded(fence, call).await
    }

    /// Drops one batch of a copy's objects, no more than the server's free lock slots bear, and says how
    /// many are left; 0 means that it is gone, with its row and its login. One that is gone is 0.
    ///
    /// # Errors
    /// `Fenced`, `ChangedByHand`, or a lock that was not to be had in time.
    pub async fn drop_copy(&self, copy: Uuid, schema: Uuid, fence: Fence) -> Result<i32, PgError> {
        let limit = self.purge_batch_size().await?;
        let call = sqlx::query_scalar("select tenantry.drop_copy($1, $2, $3, $4, $5)")
            .bind(copy)
            .bind(schema)
            .bind(fence.operation)
            .bind(fence.generation)
            .bind(limit)
            .fetch_one(self.pool());
        self.guarded(fence, call).await
    }

    /// Copies an institution's schema beside itself, as the exporter describes it, and its rows from one
    /// snapshot. Answers with what is there when it was made already.
    ///
    /// # Errors
    /// `Refused` when there is something that cannot be copied (all of it is named), `InvalidState`,
    /// `NotForAdopted`, `NotFound`, `ChangedByHand`, `Fenced`.
    pub async fn snapshot_schema(
        &self,
        schema: Uuid,
        copy: Uuid,
        expires_in: Duration,
        fence: Fence,
    ) -> Result<SchemaCopy, PgError> {
        let call = sqlx::query_as("select * from tenantry.copy_schema($1, $2, $3, $4, $5)")
            .bind(schema)
            .bind(copy)
            .bind(interval(expires_in)?)
            .bind(fence.operation)
            .bind(fence.generation)
            .fetch_one(self.pool());
        self.guarded(fence, call).await
    }

    /// Shuts the institution's roles out without changing its state;
    /// [`end_sessions`](Self::end_sessions) completes it. [`swap_schema`](Self::swap_schema) and
    /// [`let_in`](Self::let_in) open again.
    ///
    /// # Errors
    /// `Fenced`, `NotFound`, `InvalidState`, `ChangedByHand`, `AdoptedReadOnly`.
    pub async fn shut_out(&self, schema: Uuid, fence: Fence) -> Result<Marker, PgError> {
        self.change(sqlx::query_as("select * from tenantry.shut_out($1, $2, $3)"), schema, fence)
            .await
    }

    /// Lets the institution's roles in again as far as its state allows; undoes
    /// [`shut_out`](Self::shut_out).
    ///
    /// # Errors
    /// `Fenced`, `NotFound`, `ChangedByHand`, `AdoptedReadOnly`.
    pub async fn let_in(&self, schema: Uuid, fence: Fence) -> Result<Marker, PgError> {
        self.change(sqlx::query_as("select * from tenantry.let_in($1, $2, $3)"), schema, fence)
            .await
    }

    /// Puts a copy in the place of the institution's schema: names, rights and rows of the tables here
    /// change in one transaction, and what was there is kept as the copy `replaced`. Does nothing when
    /// there is a copy `replaced`, so `swap_schema(schema, replaced, copy, …)` undoes
    /// `swap_schema(schema, copy, replaced, …)` whether or not that took effect.
    ///
    /// # Errors
    /// `NotFound` without such a copy; `InvalidState` when it belongs to another institution, is not
    /// ready, or is a drill's; `Fenced`, `ChangedByHand`, `OwnerNeeded`, `AdoptedReadOnly`, or
    /// `Transient` when somebody is still writing.
    pub async fn swap_schema(
        &self,
        schema: Uuid,
        copy: Uuid,
        replaced: Uuid,
        keep_for: Duration,
        fence: Fence,
    ) -> Result<Marker, PgError> {
        let call = sqlx::query_as("select * from tenantry.swap_schema($1, $2, $3, $4, $5, $6)")
            .bind(schema)
            .bind(copy)
            .bind(replaced)
            .bind(interval(keep_for)?)
            .bind(fence.operation)
            .bind(fence.generation)
            .fetch_one(self.pool());
        self.guarded(fence, call).await
    }

    /// Undoes [`swap_schema`](Self::swap_schema) of a copy that was as `was` says before: both schemas have their
    /// names again, and the copy its kind and its time. Bears a swap that never took effect.
    ///
    /// # Errors
    /// As [`swap_schema`](Self::swap_schema).
    pub async fn swap_back(
        &self,
        was: &SchemaCopy,
        replaced: Uuid,
        fence: Fence,
    ) -> Result<(), PgError> {
        let (schema, copy) = (was.schema_id, was.id);
        self.swap_schema(schema, replaced, copy, Duration::ZERO, fence).await?;
        let call = sqlx::query("select tenantry.relabel_copy($1, $2, $3, $4, $5, $6, $7, $8)")
            .bind(schema)
            .bind(copy)
            .bind(&was.schema_name)
            .bind(&was.kind)
            .bind(was.backup)
            .bind(was.expires_at.map(SqlTimestamp::from))
            .bind(fence.operation)
            .bind(fence.generation)
            .execute(self.pool());
        self.guarded(fence, call).await?;
        Ok(())
    }

    /// Makes a copy the institution's schema where there is none any more: it was dropped by hand, or
    /// purged. It gets the institution's name and its roles, new ones where they are gone.
    ///
    /// # Errors
    /// `InvalidState` when the institution's schema is there, or the copy is not to be used (as
    /// [`swap_schema`](Self::swap_schema) says); `ForeignSchema` or `InstitutionExists` when others have
    /// the name; `NotFound`, `OwnerNeeded`, `Fenced`.
    pub async fn replace_lost(
        &self,
        schema: Uuid,
        institution: &str,
        copy: Uuid,
        fence: Fence,
    ) -> Result<Marker, PgError> {
        let call = sqlx::query_as("select * from tenantry.replace_lost($1, $2, $3, $4, $5)")
            .bind(schema)
            .bind(institution)
            .bind(copy)
            .bind(fence.operation)
            .bind(fence.generation)
            .fetch_one(self.pool());
        self.guarded(fence, call).await
    }

    /// The functions of a restored copy that run with their owner's rights and that the institution's schema
    /// has not just so. A swap makes them run with their caller's.
    ///
    /// # Errors
    /// When the server cannot be asked.
    pub async fn untrusted_definers(
        &self,
        schema: Uuid,
        copy: Uuid,
    ) -> Result<Vec<String>, PgError> {
        brief(
            sqlx::query_scalar(
                "select tenantry.untrusted_definers(
                   c.schema_oid, (select schema_oid from tenantry.schema_marker where id = $1))
                 from tenantry.schema_copy c
                 where c.id = $2 and c.schema_id = $1 and c.role_name is not null",
            )
            .bind(schema)
            .bind(copy)
            .fetch_all(self.pool()),
        )
        .await
    }

    /// The copies of an institution's schema, or all; the newest first.
    ///
    /// # Errors
    /// When the server cannot be asked.
    pub async fn copies(&self, schema: Option<Uuid>) -> Result<Vec<SchemaCopy>, PgError> {
        brief(
            sqlx::query_as(
                "select * from tenantry.schema_copy where $1::uuid is null or schema_id = $1
                 order by made_at desc, id",
            )
            .bind(schema)
            .fetch_all(self.pool()),
        )
        .await
    }

    /// A copy, if it is there.
    ///
    /// # Errors
    /// When the server cannot be asked.
    pub async fn copy(&self, id: Uuid) -> Result<Option<SchemaCopy>, PgError> {
        brief(
            sqlx::query_as("select * from tenantry.schema_copy where id = $1")
                .bind(id)
                .fetch_optional(self.pool()),
        )
        .await
    }

    /// Copies whose time is over, those that were to go first in front.
    ///
    /// # Errors
    /// When the server cannot be asked.
    pub async fn expired_copies(&self, limit: i64) -> Result<Vec<SchemaCopy>, PgError> {
        brief(
            sqlx::query_as(
                "select * from tenantry.schema_copy where expires_at <= clock_timestamp()
                 order by expires_at, id limit $1",
            )
            .bind(limit)
            .fetch_all(self.pool()),
        )
        .await
    }
}

/// A duration as the server takes it.
fn interval(duration: Duration) -> Result<PgInterval, PgError> {
    let microseconds = i64::try_from(duration.as_micros()).map_err(|_| {
        PgError::new(Situation::Refused, "a time of more than 290,000 years cannot be kept")
    })?;
    Ok(PgInterval { months: 0, days: 0, microseconds })
}
