//! What each schema uses: the cheap look at all of them, the exact size of one, and the pass over
//! the database's files that is the truth. No query here waits for a lock for longer than 100 ms.
//!
//! What was seen is kept in `tenantry.usage_state`, and so is what is still to be done.

mod pass;

use serde_json::Value;
use sqlx::Connection as _;
use sqlx::postgres::PgConnection;
use tenantry_domain::usage::SchemaUsage;
use uuid::Uuid;

use crate::database::ManagedDatabase;
use crate::error::{PgError, Situation};

pub use pass::Pass;

/// A schema's use, and which of its revisions this is.
#[derive(Clone, Debug)]
pub struct SeenUsage {
    /// The schema.
    pub id: Uuid,
    /// The revision; the next change has a higher one.
    pub revision: i64,
    /// What it uses.
    pub usage: SchemaUsage,
}

/// What the cheap look at every schema found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Look {
    /// How many schemas may have another size than the one that was measured.
    pub stale: i32,
    /// Whether the server lost its statistics, as it does in a crash: then all are stale.
    pub reset: bool,
}

/// A session that looks at every schema. It is the only one of its kind in a managed database at a
/// time, and is not kept: a session remembers every table that it measured, and never forgets one.
#[derive(Debug)]
pub struct Sampler {
    session: PgConnection,
    /// For the second session that a pass needs.
    database: ManagedDatabase,
}

/// How the sampler's sessions are set up. Sorting and hashing get what makes a pass over a large
/// fleet quick, and one process that does it.
const SETTINGS: &str =
    "set lock_timeout = '100ms'; set work_mem = '48MB'; set hash_mem_multiplier = 1;
  set max_parallel_workers_per_gather = 0; set jit = off";

impl ManagedDatabase {
    /// A session for a round of sampling; none when another one is at it, here or elsewhere.
    ///
    /// # Errors
    /// When the server cannot be reached.
    pub async fn sampler(&self) -> Result<Option<Sampler>, PgError> {
        let mut session = self.usage_session().await?;
        let alone: bool =
            sqlx::query_scalar("select pg_try_advisory_lock(hashtext('tenantry usage'))")
                .fetch_one(&mut session)
                .await?;
        if !alone {
            session.close().await?;
            return Ok(None);
        }
        Ok(Some(Sampler { session, database: self.clone() }))
    }

    async fn usage_session(&self) -> Result<PgConnection, PgError> {
        let options = self.pool().connect_options().as_ref().clone();
        let options = options.application_name("tenantry usage");
        let mut session = PgConnection::connect_with(&options).await?;
        sqlx::raw_sql(SETTINGS).execute(&mut session).await?;
        Ok(session)
    }

    /// Measures one schema now. None when it has no marker; as it was seen before, and stale, when a
    /// table is locked.
    ///
    /// # Errors
    /// When the server cannot be asked.
    pub async fn measure_schema(&self, id: Uuid) -> Result<Option<SeenUsage>, PgError> {
        let _: Option<i32> = sqlx::query_scalar("select tenantry.measure_usage($1)")
            .bind(id)
            .fetch_one(self.pool())
            .await?;
        let row: Option<(Uuid, i64, Value)> = sqlx::query_as(
            "select schema_id, revision, to_jsonb(u) from tenantry.usage_state u where schema_id = $1",
        )
        .bind(id)
        .fetch_optional(self.pool())
        .await?;
        row.map(seen).transpose()
    }

    /// Notes that these revisions are known to whoever keeps the lists.
    ///
    /// # Errors
    /// When the server cannot be asked; they are then told again.
    pub async fn note_reported(&self, seen: &[SeenUsage]) -> Result<(), PgError> {
        let ids: Vec<Uuid> = seen.iter().map(|seen| seen.id).collect();
        let revisions: Vec<i64> = seen.iter().map(|seen| seen.revision).collect();
        sqlx::query("select tenantry.note_reported($1, $2)")
            .bind(ids)
            .bind(revisions)
            .execute(self.pool())
            .await?;
        Ok(())
    }
}

impl Sampler {
    /// Looks at the counters of every schema and marks those that may have changed as stale.
    ///
    /// # Errors
    /// When the server cannot be asked.
    pub async fn look(&mut self) -> Result<Look, PgError> {
        Ok(sqlx::query_as("select stale, reset from tenantry.note_usage()")
            .fetch_one(&mut self.session)
            .await?)
    }

    /// Up to `limit` stale schemas, in the order of their ids, behind one.
    ///
    /// # Errors
    /// When the server cannot be asked.
    pub async fn stale_after(&mut self, id: Uuid, limit: i64) -> Result<Vec<Uuid>, PgError> {
        Ok(sqlx::query_scalar(
            "select schema_id from tenantry.usage_state
             where stale_since is not null and schema_id > $1 order by schema_id limit $2",
        )
        .bind(id)
        .bind(limit)
        .fetch_all(&mut self.session)
        .await?)
    }

    /// Measures a schema and says how many tables it looked at; none when one was locked.
    ///
    /// # Errors
    /// When the server cannot be asked.
    pub async fn measure(&mut self, id: Uuid) -> Result<Option<i32>, PgError> {
        Ok(sqlx::query_scalar("select tenantry.measure_usage($1)")
            .bind(id)
            .fetch_one(&mut self.session)
            .await?)
    }

    /// Up to `limit` of the schemas that were measured longest ago, and at least so many seconds.
    /// Where the files cannot be read, these are what is measured besides what changed.
    ///
    /// # Errors
    /// When the server cannot be asked.
    pub async fn oldest(&mut self, seconds: f64, limit: i64) -> Result<Vec<Uuid>, PgError> {
        Ok(sqlx::query_scalar(
            "select schema_id from tenantry.usage_state
             where stale_since is null and measured_at < clock_timestamp() - make_interval(secs => $1)
             order by measured_at limit $2",
        )
        .bind(seconds)
        .bind(limit)
        .fetch_all(&mut self.session)
        .await?)
    }

    /// Whether a pass over all is due, the last one being so many seconds old; the answer makes it
    /// the caller's turn.
    ///
    /// # Errors
    /// When the server cannot be asked.
    pub async fn pass_is_due(&mut self, seconds: f64) -> Result<bool, PgError> {
        Ok(sqlx::query_scalar("select tenantry.note_pass($1)")
            .bind(seconds)
            .fetch_one(&mut self.session)
            .await?)
    }

    /// Up to `limit` schemas of which something is new, in the order of their ids, behind one.
    ///
    /// # Errors
    /// When the server cannot be asked.
    pub async fn news_after(&mut self, id: Uuid, limit: i64) -> Result<Vec<SeenUsage>, PgError> {
        let rows: Vec<(Uuid, i64, Value)> = sqlx::query_as(
            "select schema_id, revision, to_jsonb(u) from tenantry.usage_state u
             where revision > reported and schema_id > $1 order by schema_id limit $2",
        )
        .bind(id)
        .bind(limit)
        .fetch_all(&mut self.session)
        .await?;
        rows.into_iter().map(seen).collect()
    }

    /// The server's process that works for this session.
    ///
    /// # Errors
    /// When the server cannot be asked.
    pub async fn backend_pid(&mut self) -> Result<i32, PgError> {
        Ok(sqlx::query_scalar("select pg_backend_pid()").fetch_one(&mut self.session).await?)
    }

    /// Ends the session, and with it its turn.
    ///
    /// # Errors
    /// When the server does not answer; the turn is then over all the same.
    pub async fn close(mut self) -> Result<(), PgError> {
        // the server ends a session some time after it was told to, and whoever comes next would find the turn taken
        let unlock = "select pg_advisory_unlock(hashtext('tenantry usage'))";
        sqlx::query(unlock).execute(&mut self.session).await?;
        Ok(self.session.close().await?)
    }
}

fn seen((id, revision, row): (Uuid, i64, Value)) -> Result<SeenUsage, PgError> {
    let usage = serde_json::from_value(row).map_err(|error| {
        PgError::new(Situation::Refused, format!("tenantry.usage_state is not ours: {error}"))
    })?;
    Ok(SeenUsage { id, revision, usage })
}
