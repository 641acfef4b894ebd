//! What the control plane does unasked, again and again: numbering events, mirroring SQL calls,
//! reconciling, measuring use, keeping pools of spares filled, firing schedules, and purging what nobody can recover any
//! more (where that is switched on).

use std::sync::Arc;
use std::time::Duration;

use tenantry_domain::schema::SchemaAction;
use tenantry_pg::PgError;
use tenantry_store::{events, operations, schedules as slots, schemas, usage};
use tokio::sync::Mutex;
use tokio::task::JoinSet;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use crate::backups::{copies, freshness};
use crate::doctor::examine;
use crate::fleet::Fleet;
use crate::mirror::mirror_calls;
use crate::pause;
use crate::plans::apply_plans;
use crate::pool::keep_pools;
use crate::quotas::{judge_all, watch, watch_writers};
use crate::reconcile::reconcile;
use crate::schedules::{fire_due, watch_schedules};
use crate::submit::{self, Refusal, Requester};
use crate::usage::sample_usage;
use crate::watchdog::Watchdog;

/// How often each chore is done.
#[derive(Clone, Debug)]
pub struct Rhythm {
    /// Numbering events; bounds how late a stream hears of one.
    pub events: Duration,
    /// Looking for calls made in SQL.
    pub mirror: Duration,
    /// Looking whether pools of spares want to be filled.
    pub pools: Duration,
    /// Looking whether institutions' roles are held to what their plans say.
    pub plans: Duration,
    /// Looking whether the managed database takes work, where it did not.
    pub pause: Duration,
    /// Looking whether schedules are due.
    pub schedules: Duration,
    /// Comparing the databases.
    pub reconcile: Duration,
    /// Examining the managed database.
    pub doctor: Duration,
    /// Everything else.
    pub chores: Duration,
}

impl Default for Rhythm {
    fn default() -> Self {
        Self {
            events: Duration::from_millis(200),
            mirror: Duration::from_secs(1),
            pools: Duration::from_secs(1),
            plans: Duration::from_secs(1),
            pause: Duration::from_secs(2),
            schedules: Duration::from_secs(2),
            reconcile: Duration::from_secs(60),
            doctor: Duration::from_secs(60 * 60),
            chores: Duration::from_secs(15),
        }
    }
}

/// For so long a stop waits for the statements that chores are in.
const PATIENCE: Duration = Duration::from_secs(5);

/// The chores at work.
pub struct Housekeeping {
    stop: CancellationToken,
    tasks: JoinSet<()>,
}

impl Housekeeping {
    /// Begins.
    pub fn start(fleet: &Fleet, rhythm: &Rhythm) -> Self {
        let stop = CancellationToken::new();
        let mut tasks = JoinSet::new();
        let every =
            |period, name, chore: Chore| repeat(fleet.clone(), stop.clone(), period, name, chore);
        tasks.spawn(every(rhythm.events, "numbering events", |fleet| {
            Box::pin(async move { events::number(&fleet.store).await.map(drop) })
        }));
        tasks.spawn(every(rhythm.mirror, "mirroring SQL calls", |fleet| {
            Box::pin(async move { mirror_calls(&fleet).await.map(drop) })
        }));
        tasks.spawn(every(rhythm.pools, "keeping pools", |fleet| {
            Box::pin(async move { keep_pools(&fleet).await })
        }));
        tasks.spawn(every(rhythm.plans, "applying plans", |fleet| {
            Box::pin(async move { apply_plans(&fleet).await })
        }));
        tasks.spawn(every(rhythm.pause, "looking after a paused database", |fleet| {
            Box::pin(async move { pause::tend(&fleet).await })
        }));
        tasks.spawn(every(rhythm.schedules, "firing schedules", |fleet| {
            Box::pin(async move { fire_due(&fleet).await })
        }));
        tasks.spawn(every(rhythm.reconcile, "reconciling", |fleet| {
            Box::pin(async move { reconcile(&fleet).await.map(drop) })
        }));
        tasks.spawn(every(rhythm.doctor, "examining the database", |fleet| {
            Box::pin(async move { examine(&fleet).await.map(drop) })
        }));
        tasks.spawn(every(rhythm.chores, "housekeeping", |fleet| Box::pin(chores(fleet))));
        let sampling = every(fleet.config.usage.look_every, "measuring use", |fleet| {
            Box::pin(async move {
                sample_usage(&fleet).await?;
                judge_all(&fleet).await
            })
        });
        tasks.spawn(every(fleet.config.quota.watch_every, "watching quotas", |fleet| {
            Box::pin(async move { watch(&fleet).await })
        }));
        tasks.spawn(every(fleet.config.quota.writers_every, "watching writers", |fleet| {
            Box::pin(async move { watch_writers(&fleet).await })
        }));
        let watchdog = Arc::new(Mutex::new(Watchdog::default()));
        let look = move |fleet: Fleet| -> Done {
            let watchdog = watchdog.clone();
            Box::pin(async move { watchdog.lock().await.look(&fleet).await })
        };
        let period = fleet.config.watchdog.look_every;
        tasks.spawn(repeat(fleet.clone(), stop.clone(), period, "watching sessions", look));
        // may take seconds, and may be left at any point: what is to be done stands in a table
        let at_the_end = stop.clone();
        tasks.spawn(async move {
            at_the_end.run_until_cancelled(sampling).await;
        });
        Self { stop, tasks }
    }

    /// Ends. What is under way has a moment to end by itself, and is given up then, which is no worse for it than a kill.
    pub async fn stop(mut self) {
        self.stop.cancel();
        let ended = async { while self.tasks.join_next().await.is_some() {} };
        if timeout(PATIENCE, ended).await.is_err() {
            tracing::warn!("A chore was still at work after {PATIENCE:?} and is given up.");
            self.tasks.shutdown().await;
        }
    }
}

type Done = futures::future::BoxFuture<'static, Result<(), PgError>>;
type Chore = fn(Fleet) -> Done;

async fn repeat(
    fleet: Fleet,
    stop: CancellationToken,
    period: Duration,
    name: &'static str,
    chore: impl Fn(Fleet) -> Done,
) {
    let mut failing = false;
    loop {
        match chore(fleet.clone()).await {
            Ok(()) => failing = false,
            // once when it begins, not every second
            Err(error) if !failing => {
                failing = true;
                tracing::warn!("Trouble with {name}: {error}");
            }
            Err(_) => {}
        }
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(period) => {}
        }
    }
}

async fn chores(fleet: Fleet) -> Result<(), PgError> {
    for count in operations::counts(&fleet.store).await? {
        metrics::gauge!("tenantry_operations_pending", "kind" => count.kind, "state" => count.state)
            .set(count.count as f64);
    }
    let (open, idle) = fleet.store.sessions();
    metrics::gauge!("tenantry_database_sessions", "pool" => "control", "state" => "open").set(open);
    metrics::gauge!("tenantry_database_sessions", "pool" => "control", "state" => "idle")
        .set(idle as f64);
    let (open, idle) = fleet.database.sessions();
    metrics::gauge!("tenantry_database_sessions", "pool" => "managed", "state" => "open").set(open);
    metrics::gauge!("tenantry_database_sessions", "pool" => "managed", "state" => "idle")
        .set(idle as f64);
    while events::forget_old(&fleet.store).await? == 10_000 {}
    let kept = &fleet.config.usage;
    while usage::forget_old(&fleet.store, kept.hours_kept, kept.days_kept).await? == 10_000 {}
    freshness::measure(&fleet).await?;
    copies::drop_expired(&fleet).await?;
    while slots::forget_old(&fleet.store).await? == 10_000 {}
    // here and not where they are fired: that may be what is dead
    watch_schedules(&fleet).await?;
    if fleet.config.auto_purge {
        purge_expired(&fleet).await?;
    }
    Ok(())
}

async fn purge_expired(fleet: &Fleet) -> Result<(), PgError> {
    for schema in schemas::past_recovery(&fleet.store, 20).await? {
        let who = Requester::system();
        match submit::change_this(fleet, &who, &schema, SchemaAction::Purge).await {
            Ok(_) => {}
            Err(Refusal::Store(error)) => return Err(error),
            Err(_) => {} // somebody was faster
        }
    }
    Ok(())
}
