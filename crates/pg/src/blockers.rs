//! Who holds locks on an institution's schema: for the one who has to end what is in the way.

use std::fmt;
use std::time::Duration;

use uuid::Uuid;

use crate::database::ManagedDatabase;
use crate::error::PgError;

/// A session that holds a lock on a relation of a schema.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Blocker {
    /// The server's process, for `pg_terminate_backend`.
    pub pid: i32,
    /// Its role.
    pub role: String,
    /// What it calls itself.
    pub application: String,
    /// For how long its transaction has been open.
    pub open_for: Duration,
}

impl fmt::Display for Blocker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "session {} of role {}", self.pid, self.role)?;
        if !self.application.is_empty() {
            write!(f, " ({})", self.application)?;
        }
        write!(f, ", in a transaction for {} s", self.open_for.as_secs())
    }
}

impl ManagedDatabase {
    /// The sessions that hold a lock on something in a schema, the oldest transaction first, ten at
    /// most. Those that only wait for one are not among them.
    ///
    /// # Errors
    /// When the server cannot be asked.
    pub async fn blockers(&self, schema: Uuid) -> Result<Vec<Blocker>, PgError> {
        let rows: Vec<(i32, String, String, f64)> = sqlx::query_as(
            "select a.pid, coalesce(a.usename::text, ''), coalesce(a.application_name, ''),
                    coalesce(extract(epoch from clock_timestamp() - a.xact_start), 0)::float8
             from pg_stat_activity a
             where a.pid <> pg_backend_pid()
               -- nor a session of ours that is giving up in this moment
               and not (a.usename = 'tenantry_control' and a.application_name like 'tenantry/%')
               and exists (
               select from pg_locks l
               join pg_depend d on d.classid = 'pg_class'::regclass and d.objid = l.relation
                               and d.refclassid = 'pg_namespace'::regclass
               join tenantry.schema_marker m on m.schema_oid = d.refobjid
               where l.pid = a.pid and l.granted and l.locktype = 'relation' and m.id = $1
                 and l.database = (select oid from pg_database where datname = current_database()))
             order by a.xact_start
             limit 10",
        )
        .bind(schema)
        .fetch_all(self.pool())
        .await?;
        Ok(rows
            .into_iter()
            .map(|(pid, role, application, seconds)| Blocker {
                pid,
                role,
                application,
                open_for: Duration::from_secs_f64(seconds.max(0.0)),
            })
            .collect())
    }
}
