//! A managed database: the sessions that work in it.

use std::fmt;

use sqlx::postgres::PgPool;
use url::Url;

use crate::connect::{connect_options, pool};
use crate::error::{PgError, Situation};
use crate::export::Sessions;

/// The role that the control plane works as. It owns nothing and is no superuser.
pub const CONTROL_ROLE: &str = "tenantry_control";

/// For how long a session in a managed database waits for a lock, while we hold locks that applications may
/// wait for. Shorter than the `deadlock_timeout` of their sessions (1 s unless somebody changed it): where an application's wait
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
