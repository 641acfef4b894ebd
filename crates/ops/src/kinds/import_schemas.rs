//! Waits for the creations that an import asked for, which are operations of their own and were queued
//! with it. It works on nothing itself and holds no worker's place: it looks how far they are and lets go
//! again. When somebody cancels it, its undo cancels those that have not begun and waits for the others;
//! what was made stays.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tenantry_pg::PgError;
use tenantry_store::Tx;

use super::children::Children;
use crate::fleet::FleetConfig;
use crate::runner::{Ended, Kind, Step};

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
    children: Children,
}

impl ImportSchemas {
    /// Asks for it.
    pub fn new(
        create: usize,
        updated: usize,
        unchanged: usize,
        differs: usize,
        skipped: usize,
    ) -> Self {
        Self { create, updated, unchanged, differs, skipped, children: Children::default() }
    }
}

impl Kind for ImportSchemas {
    const NAME: &'static str = "import_schemas";
    const VERSION: i32 = 1;
    const STEPS: &'static [Step<Self>] = &[Step {
        name: "create institutions",
        run: |kind, cx| Box::pin(kind.children.wait_for_all(cx, "creations")),
        undo: Some(|kind, cx| Box::pin(kind.children.stop_all(cx))),
    }];

    fn plan(&self) -> Vec<String> {
        vec![format!("Create {} institutions, each by an operation of its own.", self.create)]
    }

    fn result(&self) -> Value {
        json!({
            "created": self.children.succeeded,
            "updated": self.updated,
            "unchanged": self.unchanged,
            "differs": self.differs,
            "skipped": self.skipped,
            "cancelled": self.children.cancelled,
        })
    }

    async fn conclude(&self, tx: &mut Tx, _: Ended<'_>, _: &FleetConfig) -> Result<(), PgError> {
        self.children.count(tx).await
    }
}
