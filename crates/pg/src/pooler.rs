//! Poolers between us and a server: whether one is there, and whether it mixes its clients' sessions.
//!
//! A pooler in transaction mode gives a server session to one client after the other. What a client
//! set for its session is then another's: with `set search_path`, the usual way to choose an
//! institution, one institution's request reads another's rows, without any error.

use std::str::FromStr;

use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{Connection, Executor, Row};
use url::Url;

use crate::database::{LOCK_TIMEOUT, connect_options};
use crate::error::{PgError, Situation};
use crate::sql::script;

/// What two clients at one address found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Each client has a server session of its own, as long as it is connected.
    Apart,
    /// Clients share server sessions, and what one sets for its session is not seen by the other.
    SharedAndReset,
    /// One client sees what another has set, but this login may use one schema at most: there is nobody
    /// whose rows it could read.
    LeakingInOneSchema,
    /// Clients share server sessions, and one sees what the other set: `search_path` leaks.
    Leaking,
}

/// Turns until we believe that two clients never meet on one server session.
const TURNS: usize = 50;

/// Connects two clients, has them meet on one server session if that can be, and looks whether the
/// `search_path` that one of them set for its session is the other's.
///
/// # Errors
/// When the address cannot be reached or refuses the login; `Refused` when a `search_path` that was
/// set for a transaction only is seen after it, which no PostgreSQL does.
pub async fn probe(url: &Url) -> Result<Verdict, PgError> {
    // no startup parameters but user and database: a pooler refuses those that it does not know
    let options = PgConnectOptions::from_str(url.as_str())?
        .extra_float_digits(None)
        .statement_cache_capacity(0);
    let mut one = PgConnection::connect_with(&options).await?;
    let mut other = PgConnection::connect_with(&options).await?;
    let verdict = watch(&mut one, &mut other).await;
    // the sessions that we used may live on in the pool
    for client in [&mut one, &mut other] {
        client.execute("reset search_path").await?;
    }
    one.close().await?;
    other.close().await?;
    verdict
}

async fn watch(one: &mut PgConnection, other: &mut PgConnection) -> Result<Verdict, PgError> {
    let mut met = false;
    for _ in 0..TURNS {
        one.execute("set search_path = tenantry_probe_one").await?;
        let (here, _) = session(one).await?;
        let (there, path) = session(other).await?;
        if here == there {
            met = true;
            if path.contains("tenantry_probe_one") {
                return leaking(one).await;
            }
        }
        one.execute("reset search_path").await?;
    }
    if !met {
        return Ok(Verdict::Apart);
    }
    one.execute("begin; set local search_path = tenantry_probe_local; commit").await?;
    let (_, path) = session(other).await?;
    if path.contains("tenantry_probe_local") {
        return Err(PgError::new(
            Situation::Refused,
            "what was set for one transaction outlived it; what is at this address?",
        ));
    }
    Ok(Verdict::SharedAndReset)
}

/// How bad a leak is, by the schemas that this login may use.
async fn leaking(client: &mut PgConnection) -> Result<Verdict, PgError> {
    let row = client
        .fetch_one(sqlx::raw_sql(script(
            "select (count(*) > 1)::text from pg_namespace
             where has_schema_privilege(oid, 'usage')
               and nspname not in ('public', 'information_schema', 'tenantry') and nspname !~ '^pg_'",
        )))
        .await?;
    let several: String = row.try_get(0)?;
    Ok(if several == "true" { Verdict::Leaking } else { Verdict::LeakingInOneSchema })
}

/// The server session that answers, and its search path. By the simple protocol: a prepared statement
/// may be in another session than the one that is asked next.
async fn session(client: &mut PgConnection) -> Result<(String, String), PgError> {
    let row = client
        .fetch_one(sqlx::raw_sql(script(
            "select pg_backend_pid()::text, current_setting('search_path')",
        )))
        .await?;
    Ok((row.try_get(0)?, row.try_get(1)?))
}

/// Refuses an address behind which a pooler drops the settings of our sessions. Without them a lock
/// that we wait for blocks everybody behind us, and a worker cannot tell its sessions from others.
///
/// # Errors
/// `Refused` when the settings do not arrive; else when the server cannot be asked.
pub async fn refuse_pooler(url: &Url) -> Result<(), PgError> {
    let mut session = match PgConnection::connect_with(&connect_options(url)?).await {
        Ok(session) => session,
        // PgBouncer names the parameter that it does not pass on
        Err(error) if error.to_string().contains("unsupported startup parameter") => {
            return Err(pooler_in_the_way());
        }
        Err(error) => return Err(error.into()),
    };
    let timeout: String = sqlx::query_scalar("select current_setting('lock_timeout')")
        .fetch_one(&mut session)
        .await?;
    session.close().await?;
    if timeout == LOCK_TIMEOUT { Ok(()) } else { Err(pooler_in_the_way()) }
}

fn pooler_in_the_way() -> PgError {
    PgError::new(
        Situation::Refused,
        "a connection pooler is between Tenantry and the server: it does not pass on the settings of \
         our sessions. Give the address of PostgreSQL itself; applications may use the pooler",
    )
}
