//! Keeps an institution that is over its quota from inserting and updating; it may read and delete. Whoever
//! was writing is ended. Undo gives the rights back.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tenantry_pg::PgError;
use tenantry_pg::quota::Writer;
use tenantry_store::{Tx, quotas};
use uuid::Uuid;

use super::marker::{Seen, is_own_change};
use crate::fleet::FleetConfig;
use crate::runner::{Context, Ended, Kind, Step, StepError};
use crate::usage::measure_now;

/// The schema to be blocked.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct BlockWrites {
    /// Its id.
    pub schema: Uuid,
    /// The institution's name.
    pub institution: String,
    /// Bytes that it may use.
    pub quota_bytes: i64,
    #[serde(default)]
    seen: Option<Seen>,
    /// Who was writing when the rights had been taken.
    #[serde(default)]
    writers: Vec<Writer>,
    /// Bytes that it uses, measured when nobody wrote any more.
    #[serde(default)]
    used_bytes: Option<i64>,
}

/// How often writers are asked to stop.
const ASK_EVERY: Duration = Duration::from_millis(250);

impl BlockWrites {
    /// Asks for it.
    pub fn new(schema: Uuid, institution: impl Into<String>, quota_bytes: i64) -> Self {
        Self {
            schema,
            institution: institution.into(),
            quota_bytes,
            seen: None,
            writers: Vec::new(),
            used_bytes: None,
        }
    }

    async fn take_rights(&mut self, cx: &Context) -> Result<(), StepError> {
        let database = &cx.fleet.database;
        self.seen = Some(Seen::of(database.block_writes(self.schema, cx.fence).await?));
        // after the commit: what begins now has not the right any more
        self.writers = database.writers(self.schema).await?;
        Ok(())
    }

    async fn give_back(&mut self, cx: &Context) -> Result<(), StepError> {
        if is_own_change(cx, self.schema).await? {
            cx.fleet.database.unblock_writes(self.schema, cx.fence).await?;
        }
        self.seen = None;
        Ok(())
    }

    /// A statement that is cancelled gives its application an error to handle; a transaction that
    /// stays open all the same could go on writing, so its session is ended.
    async fn end_writers(&mut self, cx: &Context) -> Result<(), StepError> {
        let database = &cx.fleet.database;
        let patience = cx.fleet.config.quota.patience;
        let asking = async {
            while database.stop_writers(&self.writers, false).await? > 0 {
                tokio::time::sleep(ASK_EVERY).await;
            }
            Ok::<_, PgError>(())
        };
        match tokio::time::timeout(patience, asking).await {
            Ok(asked) => asked?,
            Err(_) => {
                database.stop_writers(&self.writers, true).await?;
            }
        }
        Ok(())
    }

    async fn measure(&mut self, cx: &Context) -> Result<(), StepError> {
        self.used_bytes = measure_now(&cx.fleet, self.schema).await?;
        Ok(())
    }
}

impl Kind for BlockWrites {
    const NAME: &'static str = "block_writes";
    const VERSION: i32 = 1;
    const STEPS: &'static [Step<Self>] = &[
        Step {
            name: "take rights",
            run: |kind, cx| Box::pin(kind.take_rights(cx)),
            undo: Some(|kind, cx| Box::pin(kind.give_back(cx))),
        },
        Step { name: "end writers", run: |kind, cx| Box::pin(kind.end_writers(cx)), undo: None },
        Step { name: "measure", run: |kind, cx| Box::pin(kind.measure(cx)), undo: None },
    ];

    fn plan(&self) -> Vec<String> {
        vec![
            format!("Take the rights to insert and update from the role of {}.", self.institution),
            "Cancel its statements that write, and end its sessions that go on.".to_owned(),
            "Measure how far over its quota it came.".to_owned(),
        ]
    }

    fn result(&self) -> Value {
        json!({
            "quotaBytes": self.quota_bytes,
            "usedBytes": self.used_bytes,
            "overshootBytes": self.used_bytes.map(|used| (used - self.quota_bytes).max(0)),
            "writersEnded": self.writers.len(),
        })
    }

    async fn conclude(
        &self,
        tx: &mut Tx,
        ended: Ended<'_>,
        _config: &FleetConfig,
    ) -> Result<(), PgError> {
        match ended {
            Ended::Succeeded => {
                quotas::set_blocked(tx, self.schema, true).await?;
                quotas::tell(tx, self.schema, "quota.blocked", &self.result()).await
            }
            _ => Ok(()),
        }
    }
}
