//! A managed database that cannot take any work is left alone until it can: its disk is full, or the
//! server does not come up. One operation finds out; it and all others wait, without using up their tries.
//!
//! That it is so is a finding in the control database, so every server of the fleet knows, also one that
//! starts later. Who knows it asks the database now and then with a small write that takes space.

use serde_json::json;
use tenantry_pg::PgError;
use tenantry_store::findings::{self, Observation};
use tenantry_store::{Tx, events};

use crate::fleet::Fleet;
use crate::gate::Reason;

/// Lets no operation begin any more, in no server of the fleet. Told once, whoever finds it again.
///
/// # Errors
/// When the control database cannot be asked; then only this process knows.
pub(crate) async fn begin(fleet: &Fleet, reason: Reason, error: &str) -> Result<(), PgError> {
    fleet.gate().close(reason);
    let object = database(fleet);
    let mut tx = fleet.store.begin().await?;
    if findings::open_one(&mut tx, &observation(reason, object.clone(), error)).await? {
        tell(&mut tx, "database.paused", &object, reason).await?;
        tracing::error!(
            database = object,
            reason = reason.as_str(),
            "Operations are paused: {error}"
        );
    }
    tx.commit().await
}

/// Follows what the fleet knows, and asks a paused database whether it takes work again.
///
/// # Errors
/// When the control database cannot be asked.
pub async fn tend(fleet: &Fleet) -> Result<(), PgError> {
    let object = database(fleet);
    let known = findings::of_target(&fleet.store, &object).await?;
    let Some(reason) = known.as_deref().and_then(Reason::of_kind) else {
        if fleet.gate().closed().is_some() {
            resume(fleet);
        }
        gauge(None);
        return Ok(());
    };
    fleet.gate().close(reason);
    gauge(Some(reason));
    if !fleet.gate().is_due() || fleet.database.try_space().await.is_err() {
        return Ok(());
    }
    let mut tx = fleet.store.begin().await?;
    if findings::close_target(&mut tx, &object).await? {
        tell(&mut tx, "database.resumed", &object, reason).await?;
        tracing::info!(database = object, reason = reason.as_str(), "Operations go on");
    }
    tx.commit().await?;
    resume(fleet);
    gauge(None);
    Ok(())
}

fn resume(fleet: &Fleet) {
    fleet.gate().open();
    fleet.wake_workers();
}

async fn tell(
    tx: &mut Tx,
    event: &'static str,
    database: &str,
    reason: Reason,
) -> Result<(), PgError> {
    let data = json!({ "database": database, "reason": reason.as_str() });
    events::insert(tx, event, None, None, &data).await
}

fn gauge(now: Option<Reason>) {
    for reason in [Reason::DiskFull, Reason::ServerDown] {
        let value = if now == Some(reason) { 1.0 } else { 0.0 };
        metrics::gauge!("tenantry_database_paused", "reason" => reason.as_str()).set(value);
    }
}

/// The managed database's name.
fn database(fleet: &Fleet) -> String {
    fleet.database.address().path().trim_start_matches('/').to_owned()
}

fn observation(reason: Reason, object: String, error: &str) -> Observation {
    let (detail, remedy) = match reason {
        Reason::DiskFull => (
            "The disk of the managed database is full. Operations wait; reading goes on.",
            "Make room on the server: see the runbook the-disk-is-full. Operations go on by \
                 themselves then.",
        ),
        Reason::ServerDown => (
            "The server of the managed database does not come up. Operations wait.",
            "See the server's log; a full disk of its WAL keeps it from starting (runbook \
                 the-disk-is-full). Operations go on by themselves when it answers.",
        ),
    };
    Observation {
        kind: reason.as_str().into(),
        severity: "critical",
        object,
        schema_id: None,
        detail: format!("{detail} It said: {error}"),
        remedy: remedy.into(),
    }
}
