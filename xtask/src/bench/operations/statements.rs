//! What the server was busy with, by `pg_stat_statements`, on request only: it costs time itself.

use anyhow::Result;
use sqlx::{Executor as _, PgConnection};

/// Settings of a server that counts.
pub(super) const SETTINGS: &[(&str, &str)] = &[
    ("shared_preload_libraries", "pg_stat_statements"),
    ("track_io_timing", "on"),
    ("compute_query_id", "on"),
];

/// Starts counting.
pub(super) async fn begin(admin: &mut PgConnection) -> Result<()> {
    admin
        .execute(
            "create extension if not exists pg_stat_statements; select pg_stat_statements_reset()",
        )
        .await?;
    Ok(())
}

/// Prints the statements with the most time to stderr.
pub(super) async fn print(admin: &mut PgConnection) -> Result<()> {
    let rows: Vec<(i64, f64, f64, i64, String)> = sqlx::query_as(
        "select calls, total_exec_time, mean_exec_time, wal_bytes::int8,
                left(regexp_replace(query, '\\s+', ' ', 'g'), 100)
         from pg_stat_statements order by total_exec_time desc limit 16",
    )
    .fetch_all(admin)
    .await?;
    eprintln!("{:>8} {:>10} {:>9} {:>9}  statement", "calls", "total ms", "mean ms", "WAL kB");
    for (calls, total, mean, wal, query) in rows {
        eprintln!("{calls:>8} {total:>10.0} {mean:>9.3} {:>9}  {query}", wal / 1024);
    }
    Ok(())
}
