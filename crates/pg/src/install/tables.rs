//! Forward-only table files: applied once each, in order, in one transaction, and never edited.

use std::time::Duration;

use sha2::{Digest, Sha256};
use sqlx::Executor;
use sqlx::postgres::PgConnection;

use crate::error::{PgError, Situation};

/// One file of tables.
#[derive(Clone, Copy, Debug)]
pub struct TableFile {
    /// Its number; files are applied in this order.
    pub version: i32,
    /// Its name, for people.
    pub name: &'static str,
    /// Its text: static SQL of ours.
    pub text: &'static str,
}

/// How often an installation that meets a lock is tried again.
pub(crate) const TRIES: u32 = 5;

/// Applies the files that the schema in front of the search path does not have yet, and says which.
/// Belongs into a transaction: killed half way, it leaves nothing. Waits at most 2 s for a lock.
///
/// # Errors
/// `Refused` when a newer binary was here, or when a file is not what was applied;
/// `Transient` when a lock was not to be had.
pub async fn apply_tables(
    tx: &mut PgConnection,
    files: &[TableFile],
) -> Result<Vec<&'static str>, PgError> {
    tx.execute("set local lock_timeout = '2s'; set local client_min_messages = warning").await?;
    tx.execute(
        "create table if not exists installed (
           version       integer primary key,
           name          text not null,
           checksum      text not null,
           installed_at  timestamptz not null default clock_timestamp())",
    )
    .await?;
    let applied: Vec<(i32, String)> =
        sqlx::query_as("select version, checksum from installed").fetch_all(&mut *tx).await?;
    let newest = files.last().map_or(0, |file| file.version);
    if let Some((version, _)) = applied.iter().max().filter(|(version, _)| *version > newest) {
        return Err(PgError::new(
            Situation::Refused,
            format!(
                "this database was set up by a newer Tenantry (its tables are at {version}, this \
                 binary knows {newest}); use that binary or a newer one"
            ),
        ));
    }
    let mut made = Vec::new();
    for file in files {
        let checksum = sha256_hex(file.text);
        match applied.iter().find(|(version, _)| *version == file.version) {
            Some((_, there)) if *there == checksum => {}
            Some(_) => {
                return Err(PgError::new(
                    Situation::Refused,
                    format!("this database has another {} than this binary", file.name),
                ));
            }
            None => {
                tx.execute(file.text).await?;
                sqlx::query("insert into installed (version, name, checksum) values ($1, $2, $3)")
                    .bind(file.version)
                    .bind(file.name)
                    .bind(checksum)
                    .execute(&mut *tx)
                    .await?;
                made.push(file.name);
            }
        }
    }
    Ok(made)
}

/// Runs an installation again while a lock of somebody else is in its way.
///
/// # Errors
/// `Transient` when the lock is still held after the last try; else the installation's own error.
pub async fn retry_on_lock<T, F>(mut install: F) -> Result<T, PgError>
where
    F: AsyncFnMut() -> Result<T, PgError>,
{
    for attempt in 1.. {
        match install().await {
            Err(error) if error.sqlstate() == Some("55P03") && attempt < TRIES => {
                tracing::warn!(
                    attempt,
                    "another session holds a lock on Tenantry's tables: {error}"
                );
                tokio::time::sleep(Duration::from_millis(200 * u64::from(attempt))).await;
            }
            // two installers of two databases changed one role
            Err(error)
                if error.is_transient() && error.sqlstate() == Some("XX000") && attempt < TRIES =>
            {
                tokio::time::sleep(Duration::from_millis(200 * u64::from(attempt))).await;
            }
            Err(error) if error.sqlstate() == Some("55P03") => {
                return Err(PgError::new(
                    Situation::Transient,
                    format!(
                        "another session holds a lock on Tenantry's tables, and {TRIES} tries met it \
                         ({error}); pg_locks and pg_stat_activity show whose it is: end that \
                         session, or try again when it is done"
                    ),
                ));
            }
            outcome => return outcome,
        }
    }
    unreachable!("the loop ends by returning")
}

pub(crate) fn sha256_hex(text: &str) -> String {
    Sha256::digest(text).iter().map(|byte| format!("{byte:02x}")).collect()
}
