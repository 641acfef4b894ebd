//! Poolers between us and a server: whether one is there, and whether it mixes its clients' sessions.
//!
//! A pooler in transaction mode gives a server session to one client after the other. What a client
//! set for its session is then another's: with `set search_path`, the usual way to choose an
//! institution, one institution's request reads another's rows, without any error.

use std::str::FromStr;

use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{Connection, Executor, Row};
use tenantry_domain::clock;
use url::Url;

use crate::connect::{LOCK_TIMEOUT, connect_options};
use crate::database::ManagedDatabase;
use crate::ddl;
use crate::error::{PgError, Situation};
use crate::sql::{Ident, script};

/// What two clients at one address found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Each client has a server session of its own, as long as it is connected.
    Apart,
    /// Clients share server sessions, and none reads the rows of what another has chosen.
    SharedAndReset,
    /// One client reads where another has chosen to, but this login may use one schema at most: there is nobody
    /// whose rows it could read.
    LeakingInOneSchema,
    /// Clients share server sessions, and one read the other's rows: `search_path` leaks.
    Leaking,
}

/// Turns until we believe that two clients never meet on one server session.
const TURNS: usize = 50;

/// Connects two clients, has them meet on one server session if that can be, and looks whether one reads
/// the rows of the other: those of two institutions that are made for it in the managed database, with
/// nothing in them but their names, readable by the pooler's login alone, and removed whatever happens.
///
/// # Errors
/// When the address cannot be reached or refuses the login; `Forbidden` when schemas may not be made in
/// the managed database; `Refused` when a `search_path` that was set for a transaction only is seen
/// after it, which no PostgreSQL does, or when both addresses are not of one database.
pub async fn probe(url: &Url, database: &ManagedDatabase) -> Result<Verdict, PgError> {
    // no startup parameters but user and database: a pooler refuses those that it does not know
    let options = PgConnectOptions::from_str(url.as_str())?
        .extra_float_digits(None)
        .statement_cache_capacity(0);
    let mut one = PgConnection::connect_with(&options).await?;
    let mut other = PgConnection::connect_with(&options).await?;
    let login = Ident::new(options.get_username())
        .map_err(|error| PgError::new(Situation::Refused, error.to_string()))?;
    let stand_ins = StandIns::make(database, &login).await?;
    let verdict = watch(&mut one, &mut other, &stand_ins).await;
    let removed = stand_ins.remove(database).await;
    // the sessions that we used may live on in the pool
    for client in [&mut one, &mut other] {
        client.execute("reset search_path").await?;
    }
    one.close().await?;
    other.close().await?;
    removed?;
    verdict
}

/// Two institutions that are none: a schema each, and in it one row with its name.
struct StandIns {
    one: Ident,
    other: Ident,
}

/// What an earlier probe left that was killed is removed when it is so old, in seconds.
const LEFT_BEHIND: i64 = 60 * 60;

impl StandIns {
    async fn make(database: &ManagedDatabase, login: &Ident) -> Result<Self, PgError> {
        let (now, mark) = (clock::now().as_second(), rand::random::<u32>());
        let name = |which: &str| {
            Ident::new(format!("tenantry_probe_{now}_{mark:08x}_{which}")).expect("a short name")
        };
        let made = Self { one: name("one"), other: name("other") };
        sweep(database, now - LEFT_BEHIND).await?;
        let mut tx = database.pool().begin().await?;
        for (schema, row) in [(&made.one, "one"), (&made.other, "other")] {
            for statement in [
                ddl!("create schema {}", schema),
                ddl!("create table {}.tenantry_probe (institution text)", schema),
                ddl!("grant usage on schema {} to {}", schema, login),
                ddl!("grant select on {}.tenantry_probe to {}", schema, login),
                ddl!("set local search_path = {}", schema),
            ] {
                tx.execute(statement.into_sql()).await?;
            }
            sqlx::query("insert into tenantry_probe values ($1)")
                .bind(row)
                .execute(&mut *tx)
                .await?;
        }
        tx.commit().await?;
        Ok(made)
    }

    async fn remove(&self, database: &ManagedDatabase) -> Result<(), PgError> {
        for schema in [&self.one, &self.other] {
            let drop = ddl!("drop schema if exists {} cascade", schema);
            database.pool().execute(drop.into_sql()).await?;
        }
        Ok(())
    }
}

async fn sweep(database: &ManagedDatabase, before: i64) -> Result<(), PgError> {
    let left: Vec<String> = sqlx::query_scalar(
        "select nspname::text from pg_namespace
         where nspname ~ '^tenantry_probe_[0-9]{1,12}_[0-9a-f]{8}_(one|other)$'
           and split_part(nspname, '_', 3)::int8 < $1",
    )
    .bind(before)
    .fetch_all(database.pool())
    .await?;
    for name in left {
        let name = Ident::new(name).map_err(|e| PgError::new(Situation::Refused, e.to_string()))?;
        let drop = ddl!("drop schema if exists {} cascade", name);
        database.pool().execute(drop.into_sql()).await?;
    }
    Ok(())
}

async fn watch(
    one: &mut PgConnection,
    other: &mut PgConnection,
    stand_ins: &StandIns,
) -> Result<Verdict, PgError> {
    let mut met = false;
    for turn in 0..TURNS {
        choose(one, &stand_ins.one).await?;
        let here = session(one).await?;
        choose(other, &stand_ins.other).await?;
        if turn == 0 && institution(other).await?.is_none() && institution(one).await?.is_none() {
            // either nothing that is set lasts, or the rows are not there at all
            check_rows(one, stand_ins).await?;
        }
        met |= here == session(other).await?;
        // the client that chose the first institution, and nothing else since
        if institution(one).await?.as_deref() == Some("other") {
            return leaking(one).await;
        }
        for client in [&mut *one, &mut *other] {
            client.execute("reset search_path").await?;
        }
    }
    if !met {
        return Ok(Verdict::Apart);
    }
    let local = ddl!("begin; set local search_path = {}; commit", stand_ins.other);
    one.execute(sqlx::raw_sql(local.into_sql())).await?;
    if institution(other).await?.as_deref() == Some("other") {
        return Err(PgError::new(
            Situation::Refused,
            "what was set for one transaction outlived it; what is at this address?",
        ));
    }
    Ok(Verdict::SharedAndReset)
}

/// Chooses an institution for the session, as many applications do.
async fn choose(client: &mut PgConnection, schema: &Ident) -> Result<(), PgError> {
    let set = ddl!("set search_path = {}", schema);
    client.execute(sqlx::raw_sql(set.into_sql())).await?;
    Ok(())
}

/// Whose row the client reads; none where its search path leads to none.
async fn institution(client: &mut PgConnection) -> Result<Option<String>, PgError> {
    let read =
        client.fetch_one(sqlx::raw_sql(script("select institution from tenantry_probe"))).await;
    match read {
        Ok(row) => Ok(Some(row.try_get(0)?)),
        // there is no such table
        Err(error)
            if error.as_database_error().and_then(|e| e.code()).as_deref() == Some("42P01") =>
        {
            Ok(None)
        }
        Err(error) => Err(error.into()),
    }
}

/// Makes sure that the address leads to the database in which the rows are.
async fn check_rows(client: &mut PgConnection, stand_ins: &StandIns) -> Result<(), PgError> {
    let read = ddl!("select institution from {}.tenantry_probe", stand_ins.one);
    match client.fetch_one(sqlx::raw_sql(read.into_sql())).await {
        Ok(_) => Ok(()),
        Err(_) => Err(PgError::new(
            Situation::Refused,
            "this address does not lead to the managed database that is examined",
        )),
    }
}

/// How bad a leak is, by the schemas that this login may use.
async fn leaking(client: &mut PgConnection) -> Result<Verdict, PgError> {
    let row = client
        .fetch_one(sqlx::raw_sql(script(
            "select (count(*) > 1)::text from pg_namespace
             where has_schema_privilege(oid, 'usage')
               and nspname not in ('public', 'information_schema', 'tenantry')
               and nspname !~ '^(pg|tenantry_probe)_'",
        )))
        .await?;
    let several: String = row.try_get(0)?;
    Ok(if several == "true" { Verdict::Leaking } else { Verdict::LeakingInOneSchema })
}

/// The server session that answers. By the simple protocol: a prepared statement may be in another
/// session than the one that is asked next.
async fn session(client: &mut PgConnection) -> Result<String, PgError> {
    let row = client.fetch_one(sqlx::raw_sql(script("select pg_backend_pid()::text"))).await?;
    Ok(row.try_get(0)?)
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
