//! Drops a copy of an institution's schema, in batches that the server's lock table bears. There is no undo:
//! stopped half way, what is left can be dropped by asking again.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tenantry_pg::PgError;
use tenantry_store::{Tx, copies};
use uuid::Uuid;

use crate::fleet::FleetConfig;
use crate::runner::{Context, Ended, Kind, Lane, Step, StepError};

/// The copy to be dropped.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct DropCopy {
    /// The institution's id.
    pub schema: Uuid,
    /// The institution's name.
    pub institution: String,
    /// The copy.
    pub copy: Uuid,
    /// Its name.
    pub copy_name: String,
}

impl DropCopy {
    async fn drop_objects(&mut self, cx: &Context) -> Result<(), StepError> {
        drop_whole_copy(cx, self.copy, self.schema).await
    }
}

impl Kind for DropCopy {
    const NAME: &'static str = "drop_copy";
    const VERSION: i32 = 1;
    const LANE: Lane = Lane::Backups;
    const STEPS: &'static [Step<Self>] = &[Step {
        name: "drop objects",
        run: |kind, cx| Box::pin(kind.drop_objects(cx)),
        undo: None,
    }];

    fn plan(&self) -> Vec<String> {
        vec![format!("Drop {}, a copy of the schema of {}.", self.copy_name, self.institution)]
    }

    fn result(&self) -> Value {
        json!({ "dropped": self.copy_name })
    }

    async fn conclude(
        &self,
        tx: &mut Tx,
        ended: Ended<'_>,
        _: &FleetConfig,
    ) -> Result<(), PgError> {
        match ended {
            Ended::Succeeded => copies::note_gone(tx, self.copy).await,
            _ => Ok(()),
        }
    }
}

/// Drops a copy, batch by batch; one that is gone is fine.
pub(super) async fn drop_whole_copy(
    cx: &Context,
    copy: Uuid,
    schema: Uuid,
) -> Result<(), StepError> {
    let mut left = i32::MAX;
    while left > 0 {
        let now = cx.fleet.database.drop_copy(copy, schema, cx.fence).await?;
        if now >= left {
            let message = format!("{now} objects of the copy are left that cannot be dropped");
            return Err(StepError::fail("drop_stalled", message));
        }
        left = now;
    }
    Ok(())
}
