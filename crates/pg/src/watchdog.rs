//! Sessions of institutions' applications that have been at one thing for long: what a role's own
//! settings do not hold, because the role may change them.

use std::time::Duration;

use uuid::Uuid;

use crate::database::ManagedDatabase;
use crate::error::PgError;
use crate::guard::brief;

/// What a session has been at for long.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Doing {
    /// A statement runs.
    Statement,
    /// A transaction is open, and nothing goes on in it.
    IdleInTransaction,
}

/// A session that has been at one thing for long. What the statement says is not in it: there may be
/// an institution's data in that.
#[derive(Clone, Debug)]
pub struct LongSession {
    /// The server's process.
    pub pid: i32,
    /// What it is doing.
    pub doing: Doing,
    /// Since when, in microseconds of the server's clock: tells this statement from the session's next one.
    pub since: i64,
    /// For how long.
    pub seconds: f64,
    /// The role that it logged in as.
    pub role: String,
    /// Whose it is; none for a session of the gateway that has touched nothing of any institution, or
    /// something of several.
    pub schema: Option<(Uuid, String)>,
}

type Row = (i32, bool, i64, f64, String, Option<Uuid>, Option<String>);

impl ManagedDatabase {
    /// Sessions of institutions' roles, and of the gateway, that have run a statement or been idle in a
    /// transaction for longer than this; none for a time looks for no such sessions. Whose a session of the
    /// gateway is tell the locks that its transaction holds.
    ///
    /// # Errors
    /// When the server cannot be asked.
    pub async fn long_sessions(
        &self,
        statement: Option<Duration>,
        idle_in_transaction: Option<Duration>,
    ) -> Result<Vec<LongSession>, PgError> {
        let rows: Vec<Row> = brief(
            sqlx::query_as(
                "with long as materialized (
                   select a.pid, a.usesysid, a.usename::text as role, a.state = 'active' as running,
                          case a.state when 'active' then a.query_start else a.state_change end as since
                   from pg_stat_activity a
                   where a.datname = current_database() and a.backend_type = 'client backend'
                     and (a.state = 'active'
                            and a.query_start < clock_timestamp() - make_interval(secs => $1)
                          or a.state like 'idle in transaction%'
                            and a.state_change < clock_timestamp() - make_interval(secs => $2))
                 )
                 select s.pid, s.running, (extract(epoch from s.since) * 1000000)::int8,
                        extract(epoch from clock_timestamp() - s.since)::float8, s.role,
                        m.id, m.institution
                 from long s
                 left join tenantry.application_role a on a.role_oid = s.usesysid
                 left join pg_roles r on r.oid = coalesce(a.read_only_of, s.usesysid)
                 left join lateral (
                   select min(c.relnamespace) as schema_oid
                   from pg_locks l join pg_class c on c.oid = l.relation
                   where s.role = 'tenantry_gateway' and l.pid = s.pid and l.granted
                     and l.locktype = 'relation'
                     and l.database = (select oid from pg_database where datname = current_database())
                     and c.relnamespace in (select schema_oid from tenantry.schema_marker)
                   having count(distinct c.relnamespace) = 1) entered on true
                 left join tenantry.schema_marker m
                   on m.role_name = r.rolname or m.schema_oid = entered.schema_oid
                 where m.id is not null or s.role = 'tenantry_gateway'
                 order by s.since
                 limit 1000",
            )
            .bind(statement.map(|time| time.as_secs_f64()))
            .bind(idle_in_transaction.map(|time| time.as_secs_f64()))
            .fetch_all(self.pool()),
        )
        .await?;
        Ok(rows
            .into_iter()
            .map(|(pid, running, since, seconds, role, id, institution)| LongSession {
                pid,
                doing: if running { Doing::Statement } else { Doing::IdleInTransaction },
                since,
                seconds,
                role,
                schema: id.zip(institution),
            })
            .collect())
    }

    /// Cancels what a session is doing, or (`end`) ends it, if it is still at that; says whether it was.
    ///
    /// # Errors
    /// When the server cannot be asked, or we lack `pg_signal_backend`.
    pub async fn stop_session(&self, session: &LongSession, end: bool) -> Result<bool, PgError> {
        let stopped: Option<bool> = brief(
            sqlx::query_scalar(
                "select case when $4 then pg_terminate_backend(pid) else pg_cancel_backend(pid) end
                 from pg_stat_activity
                 where pid = $1 and (state = 'active') = $2
                   and (extract(epoch from case state when 'active' then query_start
                                           else state_change end) * 1000000)::int8 = $3",
            )
            .bind(session.pid)
            .bind(session.doing == Doing::Statement)
            .bind(session.since)
            .bind(end)
            .fetch_optional(self.pool()),
        )
        .await?;
        Ok(stopped == Some(true))
    }

    /// Schemas in which somebody holds a lock for writing now, and whether that transaction is older than
    /// `age`: what such a one wrote no counter tells before it ends. Where the ages of transactions
    /// cannot be seen all of them are old.
    ///
    /// # Errors
    /// When the server cannot be asked.
    pub async fn written_now(&self, age: Duration) -> Result<Vec<(Uuid, bool)>, PgError> {
        brief(
            sqlx::query_as(
                "with writing as materialized (
                   select l.relation,
                          bool_or(coalesce(a.xact_start, '-infinity')
                                    < clock_timestamp() - make_interval(secs => $1)) as old
                   from pg_locks l
                   join pg_stat_activity a on a.pid = l.pid
                   where l.locktype = 'relation' and l.mode = 'RowExclusiveLock' and l.granted
                     and l.database = (select oid from pg_database where datname = current_database())
                   group by l.relation
                 )
                 select m.id, bool_or(w.old) as old
                 from writing w
                 join pg_class c on c.oid = w.relation
                 join tenantry.schema_marker m on m.schema_oid = c.relnamespace
                 group by m.id
                 order by old desc
                 limit 1000",
            )
            .bind(age.as_secs_f64())
            .fetch_all(self.pool()),
        )
        .await
    }
}
