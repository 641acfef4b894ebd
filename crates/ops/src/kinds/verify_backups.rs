//! Drills of many backups: each by an operation of its own, queued with this one, which waits for
//! them. When somebody cancels it, its undo cancels those that have not begun; what was found stays.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tenantry_pg::PgError;
use tenantry_store::Tx;

use super::children::Children;
use crate::fleet::FleetConfig;
use crate::runner::{Ended, Kind, Step};

/// The drills that were asked for.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct VerifyBackups {
    /// How many backups.
    pub total: usize,
    #[serde(default)]
    children: Children,
}

impl VerifyBackups {
    /// Asks for it; `at_once`: how many are worked on at a time, none for as many as there are places.
    pub fn new(total: usize, at_once: Option<u32>) -> Self {
        Self { total, children: Children::at_once(at_once) }
    }
}

impl Kind for VerifyBackups {
    const NAME: &'static str = "verify_backups";
    const VERSION: i32 = 1;
    const STEPS: &'static [Step<Self>] = &[Step {
        name: "verify backups",
        run: |kind, cx| Box::pin(kind.children.wait_for_all(cx, "drills")),
        undo: Some(|kind, cx| Box::pin(kind.children.stop_all(cx))),
    }];

    fn plan(&self) -> Vec<String> {
        vec![format!(
            "Restore and compare {} backups, each by an operation of its own.",
            self.total
        )]
    }

    fn result(&self) -> Value {
        json!({
            "backups": self.total,
            "done": self.children.succeeded,
            "failed": self.children.failed,
            "cancelled": self.children.cancelled,
        })
    }

    async fn conclude(&self, tx: &mut Tx, _: Ended<'_>, _: &FleetConfig) -> Result<(), PgError> {
        self.children.count(tx).await
    }
}
