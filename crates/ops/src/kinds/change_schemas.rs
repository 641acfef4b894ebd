//! One change of many institutions: each by an operation of its own, queued with this one, which waits for
//! them. When somebody cancels it, its undo cancels those that have not begun; what was changed stays.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tenantry_domain::bulk::BulkAction;
use tenantry_pg::PgError;
use tenantry_store::Tx;

use super::children::Children;
use crate::fleet::FleetConfig;
use crate::runner::{Ended, Kind, Step};

/// The change that was asked for.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ChangeSchemas {
    /// What is done to each.
    pub action: BulkAction,
    /// How many institutions.
    pub total: usize,
    #[serde(default)]
    children: Children,
}

impl ChangeSchemas {
    /// Asks for it.
    pub fn new(action: BulkAction, total: usize) -> Self {
        Self { action, total, children: Children::default() }
    }
}

impl Kind for ChangeSchemas {
    const NAME: &'static str = "change_schemas";
    const VERSION: i32 = 1;
    const STEPS: &'static [Step<Self>] = &[Step {
        name: "change institutions",
        run: |kind, cx| Box::pin(kind.children.wait_for_all(cx, "changes")),
        undo: Some(|kind, cx| Box::pin(kind.children.stop_all(cx))),
    }];

    fn plan(&self) -> Vec<String> {
        vec![format!(
            "Do `{}` to {} institutions, each by an operation of its own.",
            self.action, self.total
        )]
    }

    fn result(&self) -> Value {
        json!({
            "action": self.action,
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
