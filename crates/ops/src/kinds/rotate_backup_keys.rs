//! Seals the keys of all institutions anew, to the recipients of the settings as they are now. Archives are not
//! touched. It goes on where it was; there is nothing to take back, as either sealing opens the same key.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tenantry_pg::PgError;
use tenantry_store::{Tx, backups};
use uuid::Uuid;

use crate::archives::progress::Progress;
use crate::fleet::FleetConfig;
use crate::runner::{Context, Ended, Kind, Lane, Step, StepError};

/// How far the rotation is.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct RotateBackupKeys {
    #[serde(default)]
    institutions: usize,
    #[serde(default)]
    keys: usize,
}

impl RotateBackupKeys {
    async fn rotate(&mut self, cx: &Context) -> Result<(), StepError> {
        let backups = cx.fleet.backups()?;
        let institutions: Vec<Uuid> = backups::with_keys(&cx.fleet.store).await?;
        let progress = Progress::begin(cx, "rotate keys");
        (self.institutions, self.keys) = (0, 0);
        for institution in &institutions {
            let (identities, to) = (backups.identities()?, &backups.recipients);
            self.keys += backups.repository.rotate(*institution, identities, to).await?.len();
            self.institutions += 1;
            progress.items(self.institutions, institutions.len(), "institutions");
        }
        Ok(())
    }
}

impl Kind for RotateBackupKeys {
    const NAME: &'static str = "rotate_backup_keys";
    const VERSION: i32 = 1;
    const LANE: Lane = Lane::Backups;
    const STEPS: &'static [Step<Self>] =
        &[Step { name: "rotate keys", run: |kind, cx| Box::pin(kind.rotate(cx)), undo: None }];

    fn plan(&self) -> Vec<String> {
        vec![
            "Seal the keys of all institutions' backups to the recipients of the settings."
                .to_owned(),
        ]
    }

    fn result(&self) -> Value {
        json!({ "institutions": self.institutions, "keys": self.keys })
    }

    async fn conclude(&self, _: &mut Tx, _: Ended<'_>, _: &FleetConfig) -> Result<(), PgError> {
        Ok(())
    }
}
