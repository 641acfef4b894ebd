//! Applies retention to the catalogue and to the store. What nothing keeps any more is condemned; what was
//! condemned for all of the grace time is removed; and what no manifest lists, and nobody is writing, is swept.
//! There is no undo: what was removed is gone, and what was condemned can be held.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tenantry_domain::clock;
use tenantry_domain::retention::Fate;
use tenantry_pg::PgError;
use tenantry_store::{Tx, backups, operations};

use crate::fleet::FleetConfig;
use crate::runner::{Context, Ended, Kind, Lane, Step, StepError};
use crate::schedules::plan_prune;

/// What was pruned.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct PruneBackups {
    #[serde(default)]
    condemned: usize,
    #[serde(default)]
    reprieved: usize,
    #[serde(default)]
    removed: usize,
    #[serde(default)]
    swept: usize,
}

/// What no manifest lists is left alone for so long: somebody may be about to list it.
const YOUNG: Duration = Duration::from_secs(24 * 60 * 60);

impl PruneBackups {
    async fn mark(&mut self, cx: &Context) -> Result<(), StepError> {
        let plan = plan_prune(&cx.fleet, None).await?;
        let mut tx = cx.fleet.store.begin().await?;
        (self.condemned, self.reprieved) = (0, 0);
        for decision in &plan {
            let (id, condemned) = (decision.facts.id, decision.facts.condemned_at.is_some());
            match &decision.fate {
                Fate::Condemn { why, .. } if !condemned => {
                    backups::condemn(&mut tx, &[id], why).await?;
                    self.condemned += 1;
                }
                Fate::Keep { .. } if condemned => {
                    backups::reprieve(&mut tx, &[id]).await?;
                    self.reprieved += 1;
                }
                _ => {}
            }
        }
        tx.commit().await?;
        Ok(())
    }

    async fn remove(&mut self, cx: &Context) -> Result<(), StepError> {
        let repository = &cx.fleet.backups()?.repository;
        // decided anew: a drill or a hold may have changed it since it was marked
        for decision in plan_prune(&cx.fleet, None).await? {
            if !matches!(decision.fate, Fate::Remove { .. }) {
                continue;
            }
            let Some(backup) = backups::by_id(&cx.fleet.store, decision.facts.id).await? else {
                continue;
            };
            repository.remove(backup.schema_id, backup.id).await?;
            let mut tx = cx.fleet.store.begin().await?;
            backups::note_removed(&mut tx, &[backup.id]).await?;
            tx.commit().await?;
            self.removed += 1;
        }
        Ok(())
    }

    async fn sweep(&mut self, cx: &Context) -> Result<(), StepError> {
        let pending = operations::backups_under_way(&cx.fleet.store).await?.into_iter().collect();
        let before = clock::now() - YOUNG;
        self.swept = cx.fleet.backups()?.repository.sweep(before, &pending).await?.len();
        Ok(())
    }
}

impl Kind for PruneBackups {
    const NAME: &'static str = "prune_backups";
    const VERSION: i32 = 1;
    const LANE: Lane = Lane::Backups;
    const STEPS: &'static [Step<Self>] = &[
        Step { name: "mark", run: |kind, cx| Box::pin(kind.mark(cx)), undo: None },
        Step { name: "remove", run: |kind, cx| Box::pin(kind.remove(cx)), undo: None },
        Step { name: "sweep", run: |kind, cx| Box::pin(kind.sweep(cx)), undo: None },
    ];

    fn plan(&self) -> Vec<String> {
        vec![
            "Condemn the backups that retention does not keep, and reprieve those that it keeps again.".to_owned(),
            "Remove those from the store that were condemned for all of the grace time.".to_owned(),
            "Sweep what no manifest lists.".to_owned(),
        ]
    }

    fn result(&self) -> Value {
        json!({
            "condemned": self.condemned,
            "reprieved": self.reprieved,
            "removed": self.removed,
            "swept": self.swept,
        })
    }

    async fn conclude(&self, _: &mut Tx, _: Ended<'_>, _: &FleetConfig) -> Result<(), PgError> {
        Ok(())
    }
}
