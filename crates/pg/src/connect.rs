//! How every session of Tenantry is set up, whatever it is for.

use std::str::FromStr;
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use sqlx::{ConnectOptions as _, Connection as _};
use url::Url;

use crate::error::PgError;

/// For how long a session of ours waits for a lock, as the server prints it.
pub(crate) const LOCK_TIMEOUT: &str = "5s";

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
