//! Operations with a long history: how fast 10,000 are enqueued, one for each institution, and how
//! fast one worker takes them through their whole cycle (claim, step, journal, outcome, end).

mod do_nothing;
mod floor;
mod statements;

use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use tenantry_domain::access::Role;
use tenantry_ops::Fleet;
use tenantry_ops::housekeeping::{Housekeeping, Rhythm};
use tenantry_ops::runner::{Kind, Registry, Worker, WorkerConfig};
use tenantry_store::operations::{NewOperation, insert_many};
use uuid::Uuid;

use super::figure::{Figure, Goal};
use super::history;
use super::postgres::Postgres;
use super::samples::{Samples, ms_since};
use do_nothing::{DoNothing, ENDED};

/// Nothing takes this long unless it hangs.
const PATIENCE: Duration = Duration::from_secs(300);

/// Measures.
pub(crate) async fn run(quick: bool, show_statements: bool) -> Result<Vec<Figure>> {
    let (rounds, past) = if quick { (2, 50_000) } else { (7, 1_000_000) };
    let extra = if show_statements { statements::SETTINGS } else { &[] };
    let postgres = Postgres::start(extra).await?;
    let mut admin = postgres.admin().await?;
    let institutions = history::schemas(&mut admin).await?;
    history::operations(&mut admin, past).await?;
    let fleet = postgres.fleet()?;
    if show_statements {
        statements::begin(&mut admin).await?;
    }
    let (mut enqueue, mut rate, mut commits) = <(Samples, Samples, Samples)>::default();
    for _ in 0..rounds {
        enqueue.add(enqueue_all(&fleet, &institutions).await?);
        rate.add(drain(&fleet, institutions.len()).await?);
        commits.add(floor::commits_a_second(&postgres.control_url(), 8).await?);
    }
    if show_statements {
        statements::print(&mut admin).await?;
    }
    let spread = |samples: &Samples| {
        format!(
            "median of {} rounds, {:.0} to {:.0}; {past} operations of history",
            samples.len(),
            samples.min(),
            samples.max()
        )
    };
    Ok(vec![
        Figure {
            name: "operations, full cycles".into(),
            ours: rate.median(),
            unit: "/s",
            peer: Some(("bare commits", commits.median())),
            goal: Goal::AtLeast(1000.0),
            note: format!(
                "{}; the peer is 8 sessions that insert one row a transaction",
                spread(&rate)
            ),
        },
        Figure {
            name: "operations, 10,000 enqueued".into(),
            ours: enqueue.median(),
            unit: "ms",
            peer: None,
            goal: Goal::AtMost(200.0),
            note: spread(&enqueue),
        },
    ])
}

/// One operation for each institution, in one transaction; milliseconds.
async fn enqueue_all(fleet: &Fleet, institutions: &[(Uuid, String)]) -> Result<f64> {
    let pattern = NewOperation {
        id: Uuid::nil(),
        kind: DoNothing::NAME,
        kind_version: DoNothing::VERSION,
        schema_id: None,
        schema_name: None,
        input: serde_json::Value::Null,
        lane: "asked",
        steps_total: 1,
        priority: 0,
        actor: "bench".into(),
        token: None,
        required_role: Role::Operator,
        source: "system",
        request_id: None,
        idempotency: None,
        parent: None,
    };
    let start = Instant::now();
    let mut inputs = Vec::with_capacity(institutions.len());
    for (id, name) in institutions {
        let input = serde_json::to_value(DoNothing { institution: name.clone() })?;
        inputs.push((Uuid::now_v7(), Some(*id), Some(name.clone()), input));
    }
    let mut tx = fleet.store.begin().await?;
    insert_many(&mut tx, &pattern, &inputs).await?;
    tx.commit().await?;
    Ok(ms_since(start))
}

/// Puts one worker of the server's making to work, with the server's chores beside it, until `count`
/// operations have ended; operations a second.
async fn drain(fleet: &Fleet, count: usize) -> Result<f64> {
    let until = ENDED.load(Ordering::Relaxed) + count;
    let start = Instant::now();
    let housekeeping = Housekeeping::start(fleet, &Rhythm::default());
    let registry = Registry::default().with::<DoNothing>();
    let worker = Worker::start(fleet.clone(), registry, WorkerConfig::default());
    while ENDED.load(Ordering::Relaxed) < until {
        if start.elapsed() > PATIENCE {
            bail!("the worker hangs");
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let took = start.elapsed();
    worker.stop().await;
    housekeeping.stop().await;
    Ok(count as f64 / took.as_secs_f64())
}
