//! Measures what every schema uses and takes it into the control plane's lists.
//!
//! A round looks at cheap counters, measures exactly what changed, and now and then measures all by
//! the files of the database. What is left to do stands in the managed database, so a round may end
//! anywhere. Holds no more than a page of schemas at a time, and keeps no session.

use std::sync::Once;

use tenantry_domain::clock;
use tenantry_pg::PgError;
use tenantry_pg::usage::{Sampler, SeenUsage};
use tenantry_store::usage;
use uuid::Uuid;

use crate::fleet::Fleet;

/// What a round did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Round {
    /// Schemas that were measured one by one.
    pub measured: usize,
    /// Schemas of which a table was locked: they keep their last size and are tried again.
    pub locked: usize,
    /// Schemas that were measured by the files of the database.
    pub passed: usize,
    /// Schemas of which the lists learned something.
    pub reported: usize,
}

/// Schemas in a page.
const PAGE: i64 = 500;

/// With more stale schemas than this a pass over all files takes less time than measuring each.
const MANY: i32 = 1_000;

/// Where the files cannot be read: how many of the oldest sizes a round measures again.
const OLDEST: i64 = 50;

/// Does one round; does nothing while another server is at it.
///
/// # Errors
/// When a database cannot be asked; the next round goes on where this one ended.
pub async fn sample_usage(fleet: &Fleet) -> Result<Round, PgError> {
    let began = clock::now();
    let mut round = Round::default();
    let Some(mut sampler) = fleet.database.sampler().await? else {
        return Ok(round);
    };
    let look = sampler.look().await?;
    if look.reset {
        tracing::warn!("The server has lost its statistics, as in a crash: all sizes are measured");
    }
    let oldest = fleet.config.usage.measure_every.as_secs_f64();
    if !sampler.may_read_files().await? {
        tell_once_that_files_are_closed();
        for id in sampler.oldest(oldest, OLDEST).await? {
            round.count(sampler.measure(id).await?);
        }
    } else if sampler.pass_is_due(if look.stale > MANY { 0.0 } else { oldest }).await? {
        round.passed = sampler.pass().await?.schemas;
    }
    if let Some(mut sampler) = measure_stale(fleet, sampler, &mut round).await? {
        round.reported = report(fleet, &mut sampler).await?;
        sampler.close().await?;
    }
    let took = clock::now().duration_since(began);
    metrics::histogram!("tenantry_usage_round_seconds").record(took.as_secs_f64());
    metrics::gauge!("tenantry_usage_locked_schemas").set(round.locked as f64);
    tell_totals(fleet).await?;
    Ok(round)
}

/// Measures one schema now, whoever else is at it, takes what was found into the lists and says how
/// many bytes it uses. Where a table is locked the last size stays.
///
/// # Errors
/// When a database cannot be asked.
pub async fn measure_now(fleet: &Fleet, id: Uuid) -> Result<Option<i64>, PgError> {
    let Some(seen) = fleet.database.measure_schema(id).await? else {
        return Ok(None);
    };
    let bytes = seen.usage.bytes();
    write(fleet, &[seen]).await?;
    Ok(bytes)
}

impl Round {
    fn count(&mut self, tables: Option<i32>) {
        match tables {
            Some(_) => self.measured += 1,
            None => self.locked += 1,
        }
    }
}

/// Measures each stale schema once, with a new session now and then. None when another server took
/// the turn in between.
async fn measure_stale(
    fleet: &Fleet,
    mut sampler: Sampler,
    round: &mut Round,
) -> Result<Option<Sampler>, PgError> {
    let mut last = Uuid::nil();
    let mut tables = 0;
    loop {
        let page = sampler.stale_after(last, PAGE).await?;
        for id in &page {
            let measured = sampler.measure(*id).await?;
            round.count(measured);
            tables += measured.unwrap_or(0);
            if tables >= fleet.config.usage.tables_of_a_session {
                sampler.close().await?;
                match fleet.database.sampler().await? {
                    Some(new) => sampler = new,
                    None => return Ok(None),
                }
                tables = 0;
            }
        }
        match page.last() {
            Some(id) => last = *id,
            None => return Ok(Some(sampler)),
        }
    }
}

async fn report(fleet: &Fleet, sampler: &mut Sampler) -> Result<usize, PgError> {
    let mut last = Uuid::nil();
    let mut reported = 0;
    loop {
        let news = sampler.news_after(last, PAGE).await?;
        match news.last() {
            Some(seen) => last = seen.id,
            None => return Ok(reported),
        }
        write(fleet, &news).await?;
        reported += news.len();
    }
}

async fn write(fleet: &Fleet, news: &[SeenUsage]) -> Result<(), PgError> {
    let rows: Vec<_> = news.iter().map(|seen| (seen.id, &seen.usage)).collect();
    usage::record(&fleet.store, &rows).await?;
    // told twice is no harm, told never would be: so afterwards
    fleet.database.note_reported(news).await
}

async fn tell_totals(fleet: &Fleet) -> Result<(), PgError> {
    let totals = usage::totals(&fleet.store).await?;
    usage::record_fleet(&fleet.store, &totals).await?;
    for (kind, bytes) in [
        ("table", totals.table_bytes),
        ("index", totals.index_bytes),
        ("toast", totals.toast_bytes),
    ] {
        metrics::gauge!("tenantry_usage_bytes", "kind" => kind).set(bytes as f64);
    }
    metrics::gauge!("tenantry_usage_stale_schemas").set(totals.stale as f64);
    if let Some(oldest) = totals.oldest_measured_at {
        let age = clock::now().duration_since(oldest);
        metrics::gauge!("tenantry_usage_oldest_seconds").set(age.as_secs_f64());
    }
    Ok(())
}

fn tell_once_that_files_are_closed() {
    static TOLD: Once = Once::new();
    TOLD.call_once(|| {
        tracing::warn!(
            "The sizes of the database's files cannot be read, so that sizes are measured table by \
             table, a few schemas at a time. `tenantry install` as a superuser allows it: grant \
             execute on function pg_ls_dir(text, boolean, boolean), pg_stat_file(text, boolean) to \
             tenantry_owner"
        );
    });
}
