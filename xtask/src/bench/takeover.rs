//! How long an operation is orphaned when its worker is killed: from `kill -9` to the second claim.
//! Workers are processes of this very program.

use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use serde::{Deserialize, Serialize};
use sqlx::PgConnection;
use tenantry_ops::FleetConfig;
use tenantry_ops::runner::{Ended, Kind, Registry, Step, Worker, WorkerConfig};
use tenantry_store::{PgError, Tx};
use tokio::process::{Child, Command};
use url::Url;
use uuid::Uuid;

use super::figure::{Figure, Goal};
use super::postgres::{Postgres, fleet};
use super::samples::Samples;

/// What a worker process is told.
#[derive(clap::Args)]
pub(crate) struct WorkerArguments {
    control: Url,
    managed: Url,
}

/// An operation that does not end while it is measured.
#[derive(Serialize, Deserialize)]
struct Sleep {}

impl Kind for Sleep {
    const NAME: &'static str = "sleep";
    const VERSION: i32 = 1;
    const STEPS: &'static [Step<Self>] = &[Step {
        name: "sleep",
        run: |_, _| {
            Box::pin(async {
                tokio::time::sleep(Duration::from_secs(3600)).await;
                Ok(())
            })
        },
        undo: None,
    }];

    fn plan(&self) -> Vec<String> {
        vec!["Sleep for an hour.".into()]
    }

    async fn conclude(&self, _: &mut Tx, _: Ended<'_>, _: &FleetConfig) -> Result<(), PgError> {
        Ok(())
    }
}

/// Measures.
pub(crate) async fn run(quick: bool) -> Result<Vec<Figure>> {
    let rounds = if quick { 1 } else { 5 };
    let postgres = Postgres::start(&[]).await?;
    let mut admin = postgres.admin().await?;
    let mut samples = Samples::default();
    for _ in 0..rounds {
        samples.add(one(&postgres, &mut admin).await?);
    }
    Ok(vec![Figure {
        name: "takeover after kill -9, longest".into(),
        ours: samples.max(),
        unit: "s",
        peer: None,
        goal: Goal::AtMost(45.0),
        note: format!(
            "{} rounds, {:.1} to {:.1} s, median {:.1} s; a lease is 30 s, renewed every second",
            samples.len(),
            samples.min(),
            samples.max(),
            samples.median()
        ),
    }])
}

/// One worker gets an operation and is killed, another one waits for it; seconds.
async fn one(postgres: &Postgres, admin: &mut PgConnection) -> Result<f64> {
    let id = Uuid::now_v7();
    let mut victim = spawn(postgres)?;
    sqlx::query(
        "insert into operation
           (id, kind, kind_version, input, memo, state, steps_total, actor, source)
         values ($1, 'sleep', 1, '{}', '{}', 'queued', 1, 'bench', 'system')",
    )
    .bind(id)
    .execute(&mut *admin)
    .await?;
    await_crashes(admin, id, 0, Duration::from_secs(10)).await?;
    let mut heir = spawn(postgres)?;
    // At any moment between two signs of life.
    tokio::time::sleep(Duration::from_millis(2000 + u64::from(rand::random::<u16>() % 1000))).await;
    let killed = Instant::now();
    victim.kill().await?;
    await_crashes(admin, id, 1, Duration::from_secs(120)).await?;
    let took = killed.elapsed().as_secs_f64();
    heir.kill().await?;
    sqlx::query("update operation set state = 'cancelled' where id = $1")
        .bind(id)
        .execute(admin)
        .await?;
    Ok(took)
}

/// Waits until the operation runs after so many of its workers have died.
async fn await_crashes(
    admin: &mut PgConnection,
    id: Uuid,
    crashes: i32,
    patience: Duration,
) -> Result<()> {
    let start = Instant::now();
    while start.elapsed() < patience {
        let there: bool = sqlx::query_scalar(
            "select exists (select from operation
                            where id = $1 and state = 'running' and crash_count = $2)",
        )
        .bind(id)
        .bind(crashes)
        .fetch_one(&mut *admin)
        .await?;
        if there {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    bail!("nobody claimed the operation within {} s", patience.as_secs())
}

fn spawn(postgres: &Postgres) -> Result<Child> {
    Ok(Command::new(std::env::current_exe()?)
        .arg("bench-worker")
        .args([postgres.control_url().as_str(), postgres.managed_url().as_str()])
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .spawn()?)
}

/// Such a worker; works until it is killed.
pub(crate) async fn work(arguments: &WorkerArguments) -> Result<()> {
    let fleet = fleet(&arguments.control, &arguments.managed)?;
    let registry = Registry::default().with::<Sleep>();
    let _worker = Worker::start(fleet, registry, WorkerConfig::default());
    std::future::pending().await
}
