//! A backup of many institutions: each by an operation of its own, queued with this one, which waits for
//! them. When somebody cancels it, its undo cancels those that have not begun; what was taken stays.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tenantry_pg::PgError;
use tenantry_store::Tx;

use super::children::Children;
use crate::fleet::FleetConfig;
use crate::runner::{Ended, Kind, Step};

/// The backups that were asked for.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct BackupSchemas {
    /// How many institutions.
    pub total: usize,
    /// Whether those are passed over in which nothing changed.
    pub skip_unchanged: bool,
    #[serde(default)]
    children: Children,
}

impl BackupSchemas {
    /// Asks for it; `at_once`: how many are worked on at a time, none for as many as there are places.
    pub fn new(total: usize, skip_unchanged: bool, at_once: Option<u32>) -> Self {
        Self { total, skip_unchanged, children: Children::at_once(at_once) }
    }
}

impl Kind for BackupSchemas {
    const NAME: &'static str = "backup_schemas";
    const VERSION: i32 = 1;
    const STEPS: &'static [Step<Self>] = &[Step {
        name: "back up institutions",
        run: |kind, cx| Box::pin(kind.children.wait_for_all(cx, "backups")),
        undo: Some(|kind, cx| Box::pin(kind.children.stop_all(cx))),
    }];

    fn plan(&self) -> Vec<String> {
        let unless =
            if self.skip_unchanged { ", but for those in which nothing changed" } else { "" };
        vec![format!(
            "Back up {} institutions, each by an operation of its own{unless}.",
            self.total
        )]
    }

    fn result(&self) -> Value {
        json!({
            "institutions": self.total,
            "done": self.children.succeeded,
            "failed": self.children.failed,
            "cancelled": self.children.cancelled,
        })
    }

    async fn conclude(&self, tx: &mut Tx, _: Ended<'_>, _: &FleetConfig) -> Result<(), PgError> {
        self.children.count(tx).await
    }
}
