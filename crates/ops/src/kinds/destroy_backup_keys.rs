//! Destroys the keys of an institution's backups: nobody can open any of them afterwards, wherever copies of them
//! are. A signed proof stays. There is no undo.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tenantry_domain::clock;
use tenantry_pg::PgError;
use tenantry_store::{Tx, backups};
use uuid::Uuid;

use crate::fleet::FleetConfig;
use crate::runner::{Context, Ended, Kind, Step, StepError};

/// Whose keys are to be destroyed.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct DestroyBackupKeys {
    /// The institution's id.
    pub schema: Uuid,
    /// The institution's name.
    pub institution: String,
    /// Who asked.
    pub actor: String,
    #[serde(default)]
    proof: Option<Value>,
}

impl DestroyBackupKeys {
    /// Asks for it.
    pub fn new(schema: Uuid, institution: &str, actor: &str) -> Self {
        Self { schema, institution: institution.to_owned(), actor: actor.to_owned(), proof: None }
    }

    async fn destroy(&mut self, cx: &Context) -> Result<(), StepError> {
        let repository = &cx.fleet.backups()?.repository;
        self.proof = Some(repository.destroy_keys(self.schema, &self.actor, clock::now()).await?);
        Ok(())
    }
}

impl Kind for DestroyBackupKeys {
    const NAME: &'static str = "destroy_backup_keys";
    const VERSION: i32 = 1;
    const STEPS: &'static [Step<Self>] =
        &[Step { name: "destroy keys", run: |kind, cx| Box::pin(kind.destroy(cx)), undo: None }];

    fn plan(&self) -> Vec<String> {
        vec![format!(
            "Destroy the keys of all backups of {}, for good, and keep a signed proof of it.",
            self.institution
        )]
    }

    fn result(&self) -> Value {
        json!({ "proof": self.proof })
    }

    async fn conclude(
        &self,
        tx: &mut Tx,
        ended: Ended<'_>,
        _: &FleetConfig,
    ) -> Result<(), PgError> {
        match (ended, &self.proof) {
            (Ended::Succeeded, Some(proof)) => {
                backups::note_keys_destroyed(tx, self.schema, proof).await
            }
            _ => Ok(()),
        }
    }
}
