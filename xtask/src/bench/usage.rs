//! What every schema uses: the pass over the files of a database, held against asking PostgreSQL for the
//! size of every relation, with the memory that the server's process took for it. And what a quota is
//! worth: the time from crossing it to the refusal, and how much was written meanwhile.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use sqlx::{Connection as _, Executor as _, PgConnection};
use tenantry_domain::template::Spares;
use tenantry_ops::Fleet;
use tenantry_ops::housekeeping::{Housekeeping, Rhythm};
use tenantry_ops::kinds::registry;
use tenantry_ops::mirror::mirror_calls;
use tenantry_ops::runner::{Worker, WorkerConfig};
use tenantry_ops::submit::{self, Requester};
use tenantry_ops::usage::sample_usage;
use tenantry_pg::ddl;
use tenantry_pg::sql::Ident;
use tenantry_store::schemas::{self, Attributes};
use uuid::Uuid;

use super::figure::{Figure, Goal};
use super::postgres::Postgres;
use super::samples::{Samples, ms_since};
use super::school;

const MIB: f64 = 1024.0 * 1024.0;

const PASSWORD: &str = "only-for-a-benchmark";

/// Measures.
pub(crate) async fn run(root: &Path, quick: bool) -> Result<Vec<Figure>> {
    let (number, rounds) = if quick { (100, 2) } else { (1_000, 5) };
    // nothing is lost with it, and making so many tables is not what is measured
    let postgres = Postgres::start(&[("fsync", "off"), ("synchronous_commit", "off")]).await?;
    let fleet = postgres.fleet()?;
    make_schools(&fleet, &postgres, root, number).await?;
    let mut figures = sizes(&fleet, &postgres, number, rounds).await?;
    sample_usage(&fleet).await?;
    for way in WAYS {
        figures.extend(quota(fleet.clone(), &postgres, way).await?);
    }
    Ok(figures)
}

async fn make_schools(
    fleet: &Fleet,
    postgres: &Postgres,
    root: &Path,
    number: usize,
) -> Result<()> {
    let script = school::script(root)?;
    fleet
        .database
        .publish_template("default", &script, "bench", (Spares::Plain, None), Uuid::new_v4())
        .await?;
    school::make_many(postgres, 0..number).await?;
    let mut admin = postgres.managed_admin().await?;
    admin.execute("checkpoint").await?;
    admin.execute("vacuum analyze pg_class").await?;
    while mirror_calls(fleet).await? > 0 {}
    Ok(())
}

async fn sizes(
    fleet: &Fleet,
    postgres: &Postgres,
    number: usize,
    rounds: usize,
) -> Result<Vec<Figure>> {
    let (mut looks, mut passes, mut asking) =
        (Samples::default(), Samples::default(), Samples::default());
    let (mut our_memory, mut their_memory) = (Samples::default(), Samples::default());
    let mut files = 0;
    for _ in 0..rounds {
        let Some(mut sampler) = fleet.database.sampler().await? else {
            bail!("another sampler is at work");
        };
        let began = Instant::now();
        sampler.look().await?;
        looks.add(ms_since(began));
        let began = Instant::now();
        files = sampler.pass().await?.files;
        passes.add(ms_since(began));
        our_memory.add(peak_megabytes(sampler.backend_pid().await?)?);
        sampler.close().await?;

        let mut session = postgres.managed_admin().await?;
        let pid = sqlx::query_scalar("select pg_backend_pid()").fetch_one(&mut session).await?;
        let began = Instant::now();
        session
            .execute(
                "select relnamespace, sum(pg_total_relation_size(oid)) from pg_class group by 1",
            )
            .await?;
        asking.add(ms_since(began));
        their_memory.add(peak_megabytes(pid)?);
        session.close().await?;
    }
    let note = format!("{number} schemas of 40 tables, {files} files; fsync off");
    let peer = "sum(pg_total_relation_size)";
    Ok(vec![
        Figure {
            name: "size of every schema".into(),
            ours: passes.median(),
            unit: "ms",
            peer: Some((peer, asking.median())),
            goal: Goal::AtMost(8_000.0),
            note: note.clone(),
        },
        Figure {
            name: "size of every schema, memory of the server's process".into(),
            ours: our_memory.max(),
            unit: "MB",
            peer: Some((peer, their_memory.max())),
            goal: Goal::AtMost(300.0),
            note: "VmHWM, with what it has of the shared buffers".into(),
        },
        Figure {
            name: "which schemas changed".into(),
            ours: looks.median(),
            unit: "ms",
            peer: None,
            goal: Goal::None,
            note,
        },
    ])
}

/// The most that a process ever had in memory, in MB (a million bytes).
fn peak_megabytes(pid: i32) -> Result<f64> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib: f64 = line
        .and_then(|line| line.split_whitespace().next())
        .and_then(|kib| kib.parse().ok())
        .context("no VmHWM")?;
    Ok(kib * 1024.0 / 1e6)
}

/// How an application writes as fast as it can.
struct Way {
    institution: &'static str,
    /// As the figures name it.
    name: &'static str,
    insert: &'static str,
}

const WAYS: [Way; 2] = [
    Way {
        institution: "school_0",
        name: "statements of 2 MB",
        insert: "insert into load select repeat(md5(n::text), 30) from generate_series(1, 2000) n",
    },
    Way {
        institution: "school_1",
        name: "one statement",
        insert: "insert into load select repeat(md5(n::text), 30)
                 from (select generate_series(1, 100000000) as n) one_by_one",
    },
];

/// An application that writes without end, with the product's own rhythm.
async fn quota(fleet: Fleet, postgres: &Postgres, way: Way) -> Result<Vec<Figure>> {
    let school = schemas::by_name(&fleet.store, way.institution).await?.context("no school")?;
    let used = school.usage_bytes.context("not measured")?;
    let (schema, role) =
        (school.schema_name.context("no name")?, school.role_name.context("no role")?);
    let mut admin = postgres.managed_admin().await?;
    let (schema, name) = (Ident::new(schema)?, Ident::new(role.clone())?);
    let password = ddl!("alter role {} password 'only-for-a-benchmark'", name);
    admin.execute(password.into_sql()).await?;
    admin.execute("set role tenantry_schema_owner").await?;
    admin.execute(ddl!("create table {}.load (t text)", schema).into_sql()).await?;
    // far enough that it is not watched from the beginning: the usual rhythm has to notice
    let quota = used + 200 * 1024 * 1024;
    let change = Attributes { quota_bytes: Some(Some(quota)), ..Attributes::default() };
    if submit::set_attributes(&fleet, &Requester::system(), way.institution, &change).await.is_err()
    {
        bail!("the quota was refused");
    }
    let housekeeping = Housekeeping::start(&fleet, &Rhythm::default());
    let worker = Worker::start(fleet.clone(), registry(), WorkerConfig::default());

    let mut url = postgres.managed_url();
    let _ = url.set_username(&role);
    let _ = url.set_password(Some(PASSWORD));
    let mut app = PgConnection::connect(url.as_str()).await?;
    let limit = quota * 11 / 10;
    // beside the application, which may be in the middle of its only statement
    let writing = tokio::spawn(async move {
        while app.execute(way.insert).await.is_ok() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Instant::now()
    });
    admin.execute(ddl!("set search_path = {}", schema).into_sql()).await?;
    let size = "select pg_total_relation_size('load')";
    let (mut crossed, mut written) = (None, 0_i64);
    while !writing.is_finished() {
        written = sqlx::query_scalar(size).fetch_one(&mut admin).await?;
        if used + written >= limit {
            crossed.get_or_insert_with(Instant::now);
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let refused = writing.await?;
    worker.stop().await;
    housekeeping.stop().await;
    let crossed = crossed.context("refused before the quota was crossed")?;
    let figure = |name: &str, ours, unit, goal, note: &str| Figure {
        name: format!("quota, {}: {name}", way.name),
        ours,
        unit,
        peer: None,
        goal,
        note: note.into(),
    };
    Ok(vec![
        figure(
            "from crossing 110 % to the refusal",
            refused.duration_since(crossed).as_secs_f64(),
            "s",
            Goal::AtMost(90.0),
            "one application that writes without end; default rhythm; fsync off",
        ),
        figure(
            "overshoot over 110 %",
            (used + written - limit).max(0) as f64 / MIB,
            "MiB",
            Goal::None,
            "what that application wrote meanwhile",
        ),
    ])
}
