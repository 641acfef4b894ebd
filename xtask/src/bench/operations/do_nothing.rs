//! A kind of operation whose only step does nothing: what is left is the runner.

use std::sync::atomic::{AtomicUsize, Ordering};

use serde::{Deserialize, Serialize};
use tenantry_ops::FleetConfig;
use tenantry_ops::runner::{Ended, Kind, Step};
use tenantry_store::{PgError, Tx};

/// Ended so far, in this process; every benchmark is a process's only user of this kind.
pub(super) static ENDED: AtomicUsize = AtomicUsize::new(0);

/// The operation.
#[derive(Serialize, Deserialize)]
pub(super) struct DoNothing {
    pub(super) institution: String,
}

impl Kind for DoNothing {
    const NAME: &'static str = "do_nothing";
    const VERSION: i32 = 1;
    const STEPS: &'static [Step<Self>] =
        &[Step { name: "do nothing", run: |_, _| Box::pin(async { Ok(()) }), undo: None }];

    fn plan(&self) -> Vec<String> {
        vec!["Do nothing.".into()]
    }

    async fn conclude(&self, _: &mut Tx, _: Ended<'_>, _: &FleetConfig) -> Result<(), PgError> {
        ENDED.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }
}
