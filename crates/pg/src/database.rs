//! A managed database: the pool of sessions that works in it, and how those sessions are set up.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use sqlx::{ConnectOptions, Connection as _};
use url::Url;

use crate::error::{PgError, Situation};
use crate::export::Sessions;

/// The role that the control plane works as. It owns nothing and is no superuser.
pub const CONTROL_ROLE: &str = "tenantry_control";

/// For how long a session of ours waits for a lock, as the server prints it.
pub(crate) const LOCK_TIMEOUT: &str = "5s";

/// The same in a managed database, while we hold locks that applications may wait for. Shorter than the
/// `deadlock_timeout` of their sessions (1 s unless somebody changed it): where an application's wait
/// closes a circle with ours, we have given up before its session looks for one, and it is not the one
/// that is ended. Where ours closes the circle our own session finds it first: the installation gives
/// `tenantry_control` a `deadlock_timeout` of 50 ms.
const PATIENCE: &str = "900ms";

/// How the pool of a managed database is sized.
#[derive(Clone, Debug)]
pub struct DatabaseConfig {
    /// Where it is: `postgres://role:password@host:port/database`.
    pub url: Url,
    /// The most sessions that we hold at a time.
    pub max_connections: u32,
}

/// A database in which institutions' schemas live. Cloning shares the pool.
#[derive(Clone)]
pub struct ManagedDatabase {
    pool: PgPool,
    address: Url,
    /// With our own role and password.
    login: Url,
    exports: Sessions,
}

/// Without what the URL may say beside the address.
impl fmt::Debug for ManagedDatabase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ManagedDatabase")
            .field("pool", &self.pool)
            .field("address", &self.address)
            .finish_non_exhaustive()
    }
}

impl ManagedDatabase {
    /// Makes the pool; sessions are opened when they are needed, so this does not wait for a
    /// server that is down.
    ///
    /// # Errors
    /// When the URL is not one of PostgreSQL's.
    pub fn new(config: &DatabaseConfig) -> Result<Self, PgError> {
        let options = connect_options(&config.url)?
            .application_name("tenantry")
            .options([("lock_timeout", PATIENCE)]);
        Ok(Self {
            pool: pool(options, config.max_connections),
            address: keeping(&config.url, |key| key == "sslmode"),
            login: config.url.clone(),
            exports: Sessions::new(&config.url)?,
        })
    }

    /// Where it is, without role and password.
    pub fn address(&self) -> &Url {
        &self.address
    }

    /// Where it is, with our own role and password: for sessions beside the pool. Never to be shown.
    pub fn login(&self) -> &Url {
        &self.login
    }

    /// The sessions that exports have.
    pub fn exports(&self) -> &Sessions {
        &self.exports
    }

    /// The URL for logging in as another role.
    ///
    /// # Errors
    /// When our own URL has no host that a login could be put before.
    pub(crate) fn url_as(&self, role: &str, password: &str) -> Result<Url, PgError> {
        let mut url = keeping(&self.login, |key| !matches!(key, "user" | "password"));
        let named = url.set_username(role).and_then(|()| url.set_password(Some(password)));
        named.map_err(|()| {
            PgError::new(Situation::Refused, "the managed database's URL names no host")
        })?;
        Ok(url)
    }

    /// The sessions; for this crate's own statements.
    pub(crate) fn pool(&self) -> &PgPool {
        &self.pool
    }

    /// Waits until the server answers a query.
    ///
    /// # Errors
    /// When it does not.
    pub async fn ping(&self) -> Result<(), PgError> {
        sqlx::query("select 1").execute(&self.pool).await?;
        Ok(())
    }

    /// How many sessions are open and how many of those are idle.
    pub fn sessions(&self) -> (u32, usize) {
        (self.pool.size(), self.pool.num_idle())
    }

    /// Ends all sessions of the pool, and those of exports.
    pub async fn close(&self) {
        self.pool.close().await;
        self.exports.close().await;
    }
}

/// A URL of which nothing is left that says who we are, and of its options those that are wanted.
fn keeping(url: &Url, wanted: impl Fn(&str) -> bool) -> Url {
    let mut address = url.clone();
    // both are taken by every URL with a host; one without has none
    let _ = address.set_password(None);
    let _ = address.set_username("");
    let kept: Vec<(String, String)> = url
        .query_pairs()
        .filter(|(key, _)| wanted(key))
        .map(|(key, value)| (key.into_owned(), value.into_owned()))
        .collect();
    address.set_query(None);
    if !kept.is_empty() {
        address.query_pairs_mut().extend_pairs(kept);
    }
    address
}

/// Options for a session as every part of Tenantry wants it.
///
/// # Errors
/// When the URL is not one of PostgreSQL's.
pub fn connect_options(url: &Url) -> Result<PgConnectOptions, PgError> {
    let options = PgConnectOptions::from_str(url.as_str())?;
    Ok(options
        // a statement that takes seconds is nothing to warn of: making schemas is what we do
        .log_slow_statements(log::LevelFilter::Off, Duration::ZERO)
        // Bounds how long others queue behind us: a waiting ACCESS EXCLUSIVE lock blocks everyone
        // who comes after it.
        .options([("lock_timeout", LOCK_TIMEOUT), ("idle_in_transaction_session_timeout", "60s")])
        // A peer that vanished without a word is noticed within 30 s.
        .options([
            ("tcp_keepalives_idle", "10"),
            ("tcp_keepalives_interval", "5"),
            ("tcp_keepalives_count", "3"),
            ("tcp_user_timeout", "25000"),
        ]))
}

/// A session that was given back so recently is taken for alive.
const FRESH: Duration = Duration::from_secs(1);

/// A pool that opens its sessions when they are needed.
pub fn pool(options: PgConnectOptions, max_connections: u32) -> PgPool {
    PgPoolOptions::new()
        .max_connections(max_connections)
        .min_connections(0)
        .acquire_timeout(Duration::from_secs(10))
        .max_lifetime(Duration::from_secs(30 * 60))
        .idle_timeout(Duration::from_secs(5 * 60))
        // A session that was just in use needs no question whether it is still there: that would be a
        // round trip more for each statement.
        .test_before_acquire(false)
        .before_acquire(|session, used| {
            Box::pin(async move {
                if used.idle_for > FRESH {
                    session.ping().await?;
                }
                Ok(true)
            })
        })
        .connect_lazy_with(options)
}
