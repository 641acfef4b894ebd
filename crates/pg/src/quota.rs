//! Keeps an institution from writing, and ends those who are at it.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::database::ManagedDatabase;
use crate::error::PgError;
use crate::fence::Fence;
use crate::guard::brief;
use crate::schema::Marker;

/// A transaction of an application role that holds a lock for writing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, sqlx::FromRow)]
pub struct Writer {
    /// The server's process.
    pub pid: i32,
    /// Its transaction: the process may be in another one by now.
    pub xact: String,
}

impl ManagedDatabase {
    /// Takes the rights to insert and update, and those on sequences, from a schema's role; does
    /// nothing when they are taken. Transactions that hold their locks go on:
    /// [`writers`](Self::writers).
    ///
    /// # Errors
    /// `Fenced`, `NotFound`, `InvalidState`, `ChangedByHand`.
    pub async fn block_writes(&self, id: Uuid, fence: Fence) -> Result<Marker, PgError> {
        self.change(sqlx::query_as("select * from tenantry.block_writes($1, $2, $3)"), id, fence)
            .await
    }

    /// Gives them back; does nothing when they are there.
    ///
    /// # Errors
    /// `Fenced`, `NotFound`, `ChangedByHand`.
    pub async fn unblock_writes(&self, id: Uuid, fence: Fence) -> Result<Marker, PgError> {
        self.change(sqlx::query_as("select * from tenantry.unblock_writes($1, $2, $3)"), id, fence)
            .await
    }

    /// The transactions that write to a schema now.
    ///
    /// # Errors
    /// When the server cannot be asked.
    pub async fn writers(&self, id: Uuid) -> Result<Vec<Writer>, PgError> {
        brief(
            sqlx::query_as("select * from tenantry.writers_of($1)").bind(id).fetch_all(self.pool()),
        )
        .await
    }

    /// Cancels the statements of those transactions, or (`end`) ends their sessions, and says how
    /// many of them are still there. A transaction that is over is left alone, and so is what its
    /// session does now.
    ///
    /// # Errors
    /// When the server cannot be asked, or we lack `pg_signal_backend`.
    pub async fn stop_writers(&self, writers: &[Writer], end: bool) -> Result<i64, PgError> {
        let pids: Vec<i32> = writers.iter().map(|writer| writer.pid).collect();
        let xacts: Vec<&str> = writers.iter().map(|writer| writer.xact.as_str()).collect();
        brief(
            sqlx::query_scalar(
                "select count(*) from (
                   select case when $3 then pg_terminate_backend(l.pid)
                            else pg_cancel_backend(l.pid) end
                   from (select distinct pid, virtualtransaction from pg_locks
                         where locktype = 'relation' and mode = 'RowExclusiveLock') l
                   join unnest($1::int4[], $2::text[]) as w(pid, xact)
                     on w.pid = l.pid and w.xact = l.virtualtransaction
                   offset 0
                 ) stopped",
            )
            .bind(pids)
            .bind(xacts)
            .bind(end)
            .fetch_one(self.pool()),
        )
        .await
    }
}
