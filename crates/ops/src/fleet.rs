//! What operations work with: the control database, the managed database, and the settings that
//! are the same for the whole fleet.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tenantry_domain::pool::PoolSettings;
use tenantry_domain::retention::Policy;
use tenantry_pg::ManagedDatabase;
use tenantry_store::Store;
use tokio::sync::{Notify, broadcast};
use url::Url;
use uuid::Uuid;

use crate::backup_store::Backups;
use crate::gate::Gate;

/// Settings of the fleet.
#[derive(Clone, Debug)]
pub struct FleetConfig {
    /// How long a dropped schema can be recovered.
    pub recoverable_for: Duration,
    /// Whether a schema is purged by itself when that time is over. Off by default: what was not
    /// purged by name stays.
    pub auto_purge: bool,
    /// How many spares are kept, for templates that have no settings of their own.
    pub pool: PoolSettings,
    /// Where applications reach the managed database (a pooler, a public name), without user and
    /// password; where we reach it ourselves when it is none.
    pub applications_url: Option<Url>,
    /// Where the managed database's files lie, when that is on this machine.
    pub database_files: Option<PathBuf>,
    /// How use is measured and kept.
    pub usage: UsageConfig,
    /// How quotas are held.
    pub quota: QuotaConfig,
    /// What sessions of applications are held to.
    pub watchdog: WatchdogConfig,
    /// Which backups are kept.
    pub retention: Policy,
    /// Within this time each institution's newest backup is to be verified again.
    pub verify_within: Duration,
}

/// How quotas are held.
#[derive(Clone, Debug)]
pub struct QuotaConfig {
    /// How often the schemas nearest to their quotas are measured.
    pub watch_every: Duration,
    /// How often it is looked who is writing now, because no counter tells of that before the transaction
    /// ends; and how old a transaction is that is always measured then.
    pub writers_every: Duration,
    /// How long whoever writes to a schema that is being blocked is asked to stop, before the session
    /// is ended.
    pub patience: Duration,
}

/// What sessions of applications are held to where their institution's plan says nothing.
#[derive(Clone, Debug)]
pub struct WatchdogConfig {
    /// How often they are looked at.
    pub look_every: Duration,
    /// How long a statement may run; none for as long as it likes.
    pub statement: Option<Duration>,
    /// How long a transaction may be open with nothing going on in it; none for as long as it likes.
    pub idle_in_transaction: Option<Duration>,
}

/// How often use is measured, and for how long its history is kept.
#[derive(Clone, Debug)]
pub struct UsageConfig {
    /// How often every schema is looked at for changes, and what changed is measured.
    pub look_every: Duration,
    /// How old a size may become before it is measured again although nothing seems to have changed.
    pub measure_every: Duration,
    /// How many tables a session measures before it is ended: it remembers about 10 KB of each.
    pub tables_of_a_session: i32,
    /// How long points by the hour are kept.
    pub hours_kept: Duration,
    /// How long points by the day are kept.
    pub days_kept: Duration,
}

impl Default for FleetConfig {
    fn default() -> Self {
        Self {
            recoverable_for: Duration::from_secs(7 * 24 * 60 * 60),
            auto_purge: false,
            pool: PoolSettings::default(),
            applications_url: None,
            database_files: None,
            usage: UsageConfig::default(),
            quota: QuotaConfig::default(),
            watchdog: WatchdogConfig::default(),
            retention: Policy::default(),
            verify_within: Duration::from_secs(7 * 24 * 60 * 60),
        }
    }
}

impl Default for QuotaConfig {
    fn default() -> Self {
        Self {
            watch_every: Duration::from_secs(10),
            writers_every: Duration::from_secs(2),
            patience: Duration::from_secs(10),
        }
    }
}

impl Default for WatchdogConfig {
    fn default() -> Self {
        Self {
            look_every: Duration::from_secs(5),
            statement: None,
            // nobody works on one transaction for so long, and vacuum has waited for all of it
            idle_in_transaction: Some(Duration::from_secs(60 * 60)),
        }
    }
}

impl Default for UsageConfig {
    fn default() -> Self {
        const DAY: Duration = Duration::from_secs(24 * 60 * 60);
        Self {
            look_every: Duration::from_secs(60),
            measure_every: Duration::from_secs(15 * 60),
            tables_of_a_session: 10_000,
            hours_kept: 14 * DAY,
            days_kept: 400 * DAY,
        }
    }
}

/// The databases and settings. Cloning shares them.
#[derive(Clone, Debug)]
pub struct Fleet {
    /// The control database.
    pub store: Store,
    /// The managed database.
    pub database: ManagedDatabase,
    /// The settings.
    pub config: FleetConfig,
    /// Where backups are kept; none where that was not set up.
    pub backups: Option<Arc<Backups>>,
    signals: Arc<Signals>,
}

/// What this process tells itself; other processes find out by looking at the tables.
#[derive(Debug)]
struct Signals {
    queued: Notify,
    ended: broadcast::Sender<Uuid>,
    gate: Gate,
}

impl Fleet {
    /// Puts both databases together.
    pub fn new(store: Store, database: ManagedDatabase, config: FleetConfig) -> Self {
        let signals = Arc::new(Signals {
            queued: Notify::new(),
            ended: broadcast::channel(1024).0,
            gate: Gate::default(),
        });
        Self { store, database, config, backups: None, signals }
    }

    /// With a place for backups.
    #[must_use]
    pub fn with_backups(self, backups: Backups) -> Self {
        Self { backups: Some(Arc::new(backups)), ..self }
    }

    /// Says that there is work (or a request to cancel some), so that no worker of this process
    /// waits for its next look.
    pub fn wake_workers(&self) {
        self.signals.queued.notify_one();
    }

    /// Waits for [`wake_workers`](Self::wake_workers).
    pub(crate) async fn woken(&self) {
        self.signals.queued.notified().await;
    }

    /// Why no operation may begin at present, in the words of the findings.
    pub fn paused(&self) -> Option<&'static str> {
        self.signals.gate.closed().map(|reason| reason.as_str())
    }

    pub(crate) fn gate(&self) -> &Gate {
        &self.signals.gate
    }

    /// Says that an operation ended.
    pub(crate) fn announce_end(&self, operation: Uuid) {
        // nobody listening is fine
        let _ = self.signals.ended.send(operation);
    }

    /// Operations that end in this process, from now on.
    pub fn endings(&self) -> broadcast::Receiver<Uuid> {
        self.signals.ended.subscribe()
    }
}
