//! Holds the sessions of institutions' applications to the times of their plans: a statement that runs
//! too long is cancelled, and its session ended when that does not help; a session that is idle in a
//! transaction for too long is ended. A role's own settings say the same, but a role may change them.
//!
//! Whose a session of the gateway is, its locks tell. Where they do not, the shortest time of all holds.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use serde_json::json;
use tenantry_pg::PgError;
use tenantry_pg::watchdog::{Doing, LongSession};
use tenantry_store::events;
use tenantry_store::plans::{self, RoleLimits};
use uuid::Uuid;

use crate::fleet::{Fleet, WatchdogConfig};

/// What was asked to stop, and when.
#[derive(Default)]
pub struct Watchdog {
    /// By process and the beginning of what it does.
    asked: HashMap<(i32, i64), Instant>,
}

/// What a session is held to.
#[derive(Clone, Copy)]
struct Limits {
    statement: Option<Duration>,
    idle_in_transaction: Option<Duration>,
}

impl Watchdog {
    /// Looks once at all sessions of applications, and stops those that were at one thing for too long.
    ///
    /// # Errors
    /// When a database cannot be asked.
    pub async fn look(&mut self, fleet: &Fleet) -> Result<(), PgError> {
        let config = &fleet.config.watchdog;
        let strictest = Limits::strictest(plans::strictest(&fleet.store).await?, config);
        if strictest.statement.is_none() && strictest.idle_in_transaction.is_none() {
            return Ok(());
        }
        let sessions = fleet
            .database
            .long_sessions(strictest.statement, strictest.idle_in_transaction)
            .await?;
        let known: Vec<Uuid> = sessions.iter().filter_map(|s| Some(s.schema.as_ref()?.0)).collect();
        let of_plans: HashMap<Uuid, RoleLimits> = if known.is_empty() {
            HashMap::new()
        } else {
            plans::limits_of(&fleet.store, &known).await?
        };
        let at_it: Vec<_> = sessions.iter().map(|s| (s.pid, s.since)).collect();
        self.asked.retain(|key, _| at_it.contains(key));
        for session in &sessions {
            let limits = match &session.schema {
                Some((id, _)) => {
                    Limits::over(of_plans.get(id).copied().unwrap_or_default(), config)
                }
                None => strictest,
            };
            if let Some(limit) = limits.of(session.doing)
                && session.seconds > limit.as_secs_f64()
            {
                self.stop(fleet, session, limit).await?;
            }
        }
        Ok(())
    }

    async fn stop(
        &mut self,
        fleet: &Fleet,
        session: &LongSession,
        limit: Duration,
    ) -> Result<(), PgError> {
        let key = (session.pid, session.since);
        let asked = self.asked.get(&key).copied();
        // there is nothing to cancel in a session that waits for its client
        let end = session.doing == Doing::IdleInTransaction
            || asked.is_some_and(|at| at.elapsed() >= fleet.config.quota.patience);
        if asked.is_some() && !end {
            return Ok(());
        }
        if !fleet.database.stop_session(session, end).await? {
            return Ok(());
        }
        self.asked.entry(key).or_insert_with(Instant::now);
        tell(fleet, session, limit, end).await
    }
}

impl Limits {
    /// A plan's, over the server's.
    fn over(plan: RoleLimits, config: &WatchdogConfig) -> Self {
        let time =
            |ms: Option<i64>| ms.and_then(|ms| u64::try_from(ms).ok()).map(Duration::from_millis);
        Self {
            statement: time(plan.statement_ms).or(config.statement),
            idle_in_transaction: time(plan.idle_ms).or(config.idle_in_transaction),
        }
    }

    /// The shortest of the plans' and the server's.
    fn strictest(plans: RoleLimits, config: &WatchdogConfig) -> Self {
        let of_plans = Self::over(plans, config);
        let shorter = |one: Option<Duration>, other: Option<Duration>| match (one, other) {
            (Some(one), Some(other)) => Some(one.min(other)),
            (one, other) => one.or(other),
        };
        Self {
            statement: shorter(of_plans.statement, config.statement),
            idle_in_transaction: shorter(of_plans.idle_in_transaction, config.idle_in_transaction),
        }
    }

    fn of(self, doing: Doing) -> Option<Duration> {
        match doing {
            Doing::Statement => self.statement,
            Doing::IdleInTransaction => self.idle_in_transaction,
        }
    }
}

async fn tell(
    fleet: &Fleet,
    session: &LongSession,
    limit: Duration,
    ended: bool,
) -> Result<(), PgError> {
    let action = if ended { "ended" } else { "cancelled" };
    let reason = match session.doing {
        Doing::Statement => "statement",
        Doing::IdleInTransaction => "idle_in_transaction",
    };
    let (id, name) = session.schema.clone().unzip();
    metrics::counter!("tenantry_watchdog_total", "action" => action, "reason" => reason)
        .increment(1);
    tracing::warn!(
        institution = name.as_deref().unwrap_or("not known"),
        role = session.role,
        pid = session.pid,
        seconds = session.seconds,
        limit_seconds = limit.as_secs_f64(),
        reason,
        "The watchdog {action} a session"
    );
    let data = json!({
        "name": name,
        "role": session.role,
        "pid": session.pid,
        "reason": reason,
        "seconds": session.seconds,
        "limitSeconds": limit.as_secs_f64(),
    });
    let event = if ended { "session.ended" } else { "session.cancelled" };
    let mut tx = fleet.store.begin().await?;
    events::insert(&mut tx, event, id, None, &data).await?;
    tx.commit().await
}
