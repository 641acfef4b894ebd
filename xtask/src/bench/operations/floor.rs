//! What the machine can do at best: transactions of one row, made durable, with nothing around them.

use std::time::{Duration, Instant};

use anyhow::Result;
use sqlx::{Connection as _, Executor as _, PgConnection};
use tokio::task::JoinSet;
use url::Url;

/// Long enough for a rate, short enough to be done every round.
const SPAN: Duration = Duration::from_secs(2);

/// Durable transactions a second of so many sessions at once.
pub(super) async fn commits_a_second(url: &Url, sessions: usize) -> Result<f64> {
    let mut first = PgConnection::connect(url.as_str()).await?;
    first.execute("create table if not exists bench_floor (n int8)").await?;
    let mut tasks = JoinSet::new();
    for _ in 0..sessions {
        let mut session = PgConnection::connect(url.as_str()).await?;
        tasks.spawn(async move {
            let (start, mut done) = (Instant::now(), 0_u32);
            while start.elapsed() < SPAN {
                sqlx::query("insert into bench_floor values (1)").execute(&mut session).await?;
                done += 1;
            }
            session.close().await?;
            Ok::<_, sqlx::Error>(f64::from(done) / start.elapsed().as_secs_f64())
        });
    }
    let mut rate = 0.0;
    while let Some(one) = tasks.join_next().await {
        rate += one??;
    }
    first.execute("drop table bench_floor").await?;
    Ok(rate)
}
