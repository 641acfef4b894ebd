//! Waiting for operations that belong to another one and were queued with it. Whoever waits works on nothing
//! and holds no worker's place: it looks how far they are and lets go again.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tenantry_pg::PgError;
use tenantry_store::operations::{self, Child};
use tenantry_store::{Tx, audit, events};
use uuid::Uuid;

use super::registry;
use crate::fleet::FleetConfig;
use crate::runner::{Context, StepError};

/// What became of an operation's children, as of its last look.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Children {
    /// Whose they are, known when it ran.
    operation: Option<Uuid>,
    pub(crate) succeeded: i64,
    pub(crate) failed: i64,
    pub(crate) cancelled: i64,
    /// How many of them are let go at a time, where they were held back.
    at_once: Option<u32>,
}

/// How many children are cancelled in one transaction.
const BATCH: i64 = 200;

/// How many failures are told in the error.
const TOLD: i64 = 5;

impl Children {
    /// Of which so many are let go at a time.
    pub(crate) fn at_once(most: Option<u32>) -> Self {
        Self { at_once: most, ..Self::default() }
    }

    async fn look(&mut self, cx: &Context) -> Result<i64, StepError> {
        let tally = operations::tally(&cx.fleet.store, cx.fence.operation).await?;
        *self = Self {
            operation: Some(cx.fence.operation),
            succeeded: tally.succeeded,
            failed: tally.failed,
            cancelled: tally.cancelled,
            at_once: self.at_once,
        };
        Ok(tally.pending)
    }

    /// Lets go until all are over, and fails when some of them failed; `what` they are, in the plural.
    pub(crate) async fn wait_for_all(&mut self, cx: &Context, what: &str) -> Result<(), StepError> {
        let pending = self.look(cx).await?;
        if pending > 0 {
            if let Some(most) = self.at_once {
                operations::let_go(&cx.fleet.store, cx.fence.operation, most).await?;
                // what is under way is few, however many wait
                return Err(StepError::Later(pause(0)));
            }
            return Err(StepError::Later(pause(pending)));
        }
        if self.failed == 0 {
            return Ok(());
        }
        let parent = cx.fence.operation;
        let children = operations::failed_children(&cx.fleet.store, parent, TOLD).await?;
        let failures: Vec<Value> = children.iter().map(told).collect();
        let first = failures.first().map_or(String::new(), |first| {
            let text = |key: &str| first[key].as_str().unwrap_or_default().to_owned();
            format!("; the first: {}: {}", text("schema"), text("message"))
        });
        let all = self.succeeded + self.failed + self.cancelled;
        Err(StepError::Fail(json!({
            "code": "children_failed",
            "message": format!("{} of {all} {what} failed{first}", self.failed),
            "hint": format!("See `tenantry operation list --parent {parent} --state failed,stuck`, mend \
                             the cause, then `tenantry operation retry {parent}`: it tries those again."),
            "failures": failures,
        })))
    }

    /// When somebody asked for it to stop, cancels those that have not begun and waits for the others; what
    /// was done stays. Nothing otherwise: one that failed is no reason to undo others.
    pub(crate) async fn stop_all(&mut self, cx: &Context) -> Result<(), StepError> {
        let (store, parent) = (&cx.fleet.store, cx.fence.operation);
        let row = operations::by_id(store, parent).await?;
        if row.is_none_or(|row| row.cancel_requested_at.is_none()) {
            return Ok(());
        }
        loop {
            let mut tx = store.begin().await?;
            let stopped = operations::cancel_queued(&mut tx, parent, BATCH).await?;
            for child in &stopped {
                conclude_cancelled(&mut tx, child, &cx.fleet.config).await?;
            }
            tx.commit().await?;
            if stopped.is_empty() {
                break;
            }
        }
        operations::cancel_waiting(store, parent).await?;
        match self.look(cx).await? {
            0 => Ok(()),
            pending => Err(StepError::Later(pause(pending))),
        }
    }

    /// Notes in the parent's row how many are over, in the transaction that ends it.
    pub(crate) async fn count(&self, tx: &mut Tx) -> Result<(), PgError> {
        match self.operation {
            Some(operation) => operations::count_children(tx, operation).await,
            None => Ok(()),
        }
    }
}

/// Few are soon over.
fn pause(pending: i64) -> Duration {
    Duration::from_millis(if pending <= 50 { 150 } else { 750 })
}

fn told(child: &Child) -> Value {
    let error = child.error.clone().unwrap_or_default();
    json!({
        "operation": child.id,
        "schema": child.schema_name,
        "code": error["code"],
        "message": error["message"],
    })
}

/// What cancelling a queued operation by hand writes, too.
async fn conclude_cancelled(
    tx: &mut Tx,
    child: &Child,
    config: &FleetConfig,
) -> Result<(), PgError> {
    let known = registry();
    let Some(kind) = known.get(&child.kind) else {
        return Ok(()); // a newer binary's; its schema stays as asked for, and can be dropped
    };
    (kind.conclude_cancelled)(&child.input, tx, config).await?;
    let entry = audit::Entry {
        action: kind.name,
        schema_id: child.schema_id,
        schema_name: child.schema_name.as_deref(),
        operation_id: Some(child.id),
        outcome: "cancelled",
        detail: json!({}),
    };
    audit::insert(tx, &audit::Actor::system(), &entry).await?;
    let data = json!({ "kind": child.kind, "schema": child.schema_name, "state": "cancelled" });
    events::insert(tx, "operation.finished", child.schema_id, Some(child.id), &data).await
}
