//! Waits for the creations that an import asked for, which are operations of their own and were queued
//! with it. It works on nothing itself and holds no worker's place: it looks how far they are and lets go
//! again. When somebody cancels it, its undo cancels those that have not begun and waits for the others;
//! what was made stays.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tenantry_pg::PgError;
use tenantry_store::operations::{self, Child, Tally};
use tenantry_store::{Tx, audit, events};
use uuid::Uuid;

use super::CreateSchema;
use crate::fleet::FleetConfig;
use crate::runner::{Context, Ended, Kind, Step, StepError};

/// The import, and what it had to do besides creating.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ImportSchemas {
    /// How many institutions are to be made.
    pub create: usize,
    /// How many were changed when it was asked for.
    pub updated: usize,
    /// How many were there as the file has them.
    pub unchanged: usize,
    /// How many differ from the file and were left alone.
    pub differs: usize,
    /// How many rows were invalid and left out.
    pub skipped: usize,
    #[serde(default)]
    created: i64,
    #[serde(default)]
    failed: i64,
    #[serde(default)]
    cancelled: i64,
    /// Its own id, known when it ran.
    #[serde(default)]
    operation: Option<Uuid>,
}

/// How many creations are cancelled in one transaction.
const BATCH: i64 = 200;

/// How many failures are told in the error.
const TOLD: i64 = 5;

impl ImportSchemas {
    /// Asks for it.
    pub fn new(
        create: usize,
        updated: usize,
        unchanged: usize,
        differs: usize,
        skipped: usize,
    ) -> Self {
        Self {
            create,
            updated,
            unchanged,
            differs,
            skipped,
            created: 0,
            failed: 0,
            cancelled: 0,
            operation: None,
        }
    }

    async fn look(&mut self, cx: &Context) -> Result<Tally, StepError> {
        let tally = operations::tally(&cx.fleet.store, cx.fence.operation).await?;
        self.operation = Some(cx.fence.operation);
        (self.created, self.failed, self.cancelled) =
            (tally.succeeded, tally.failed, tally.cancelled);
        Ok(tally)
    }

    async fn wait_for_all(&mut self, cx: &Context) -> Result<(), StepError> {
        let tally = self.look(cx).await?;
        if tally.pending > 0 {
            return Err(StepError::Later(pause(tally.pending)));
        }
        if tally.failed == 0 {
            return Ok(());
        }
        let parent = cx.fence.operation;
        let children = operations::failed_children(&cx.fleet.store, parent, TOLD).await?;
        let failures: Vec<Value> = children.iter().map(told).collect();
        let first = failures.first().map_or(String::new(), |first| {
            let text = |key: &str| first[key].as_str().unwrap_or_default().to_owned();
            format!("; the first: {}: {}", text("schema"), text("message"))
        });
        Err(StepError::Fail(json!({
            "code": "children_failed",
            "message": format!("{} of {} creations failed{first}", tally.failed, self.create),
            "hint": format!("See `tenantry operation list --parent {parent} --state failed,stuck`, mend \
                             the cause, then `tenantry operation retry {parent}`: it tries those again."),
            "failures": failures,
        })))
    }

    /// Nothing unless somebody asked for it to stop: a creation that failed is no reason to undo others.
    async fn stop_all(&mut self, cx: &Context) -> Result<(), StepError> {
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
        match self.look(cx).await?.pending {
            0 => Ok(()),
            pending => Err(StepError::Later(pause(pending))),
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

/// What cancelling a queued creation by hand writes, too.
async fn conclude_cancelled(
    tx: &mut Tx,
    child: &Child,
    config: &FleetConfig,
) -> Result<(), PgError> {
    let Ok(kind) = serde_json::from_value::<CreateSchema>(child.input.clone()) else {
        return Ok(()); // a newer binary's; its schema stays as asked for, and can be dropped
    };
    kind.conclude(tx, Ended::Cancelled, config).await?;
    let entry = audit::Entry {
        action: CreateSchema::NAME,
        schema_id: Some(kind.schema),
        schema_name: child.schema_name.as_deref(),
        operation_id: Some(child.id),
        outcome: "cancelled",
        detail: json!({}),
    };
    audit::insert(tx, &audit::Actor::system(), &entry).await?;
    let data = json!({ "kind": child.kind, "schema": child.schema_name, "state": "cancelled" });
    events::insert(tx, "operation.finished", Some(kind.schema), Some(child.id), &data).await
}

impl Kind for ImportSchemas {
    const NAME: &'static str = "import_schemas";
    const VERSION: i32 = 1;
    const STEPS: &'static [Step<Self>] = &[Step {
        name: "create institutions",
        run: |kind, cx| Box::pin(kind.wait_for_all(cx)),
        undo: Some(|kind, cx| Box::pin(kind.stop_all(cx))),
    }];

    fn plan(&self) -> Vec<String> {
        vec![format!("Create {} institutions, each by an operation of its own.", self.create)]
    }

    fn result(&self) -> Value {
        json!({
            "created": self.created,
            "updated": self.updated,
            "unchanged": self.unchanged,
            "differs": self.differs,
            "skipped": self.skipped,
            "cancelled": self.cancelled,
        })
    }

    async fn conclude(&self, tx: &mut Tx, _: Ended<'_>, _: &FleetConfig) -> Result<(), PgError> {
        match self.operation {
            Some(operation) => operations::count_children(tx, operation).await,
            None => Ok(()),
        }
    }
}
