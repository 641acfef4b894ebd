//! Applies retention to the catalogue and to the store. What nothing keeps any more is condemned; what was
//! condemned for all of the grace time is removed; and what no manifest lists, and nobody is writing, is swept.
//! There is no undo: what was removed is gone, and what was condemned can be held.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tenantry_domain::clock;
use tenantry_domain::retention::Fate;
use tenantry_pg::PgError;
use tenantry_store::{Tx, backups, operations, retention};
use uuid::Uuid;

use crate::fleet::FleetConfig;
use crate::retention::{decide, plan_prune};
use crate::runner::{Context, Ended, Kind, Lane, Step, StepError};

/// What was pruned.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct PruneBackups {
    #[serde(default)]
    condemned: u64,
    #[serde(default)]
    reprieved: u64,
    #[serde(default)]
    removed: usize,
    #[serde(default)]
    swept: usize,
}

/// What no manifest lists is left alone for so long: somebody may be about to list it.
const YOUNG: Duration = Duration::from_secs(24 * 60 * 60);

/// So many institutions are looked at a time.
const PAGE: i64 = 500;

impl PruneBackups {
    async fn mark(&mut self, cx: &Context) -> Result<(), StepError> {
        let store = &cx.fleet.store;
        (self.condemned, self.reprieved) = (0, 0);
        let mut after = Uuid::nil();
        loop {
            let page = retention::schemas_with_backups(store, after, PAGE).await?;
            let Some(last) = page.last() else {
                return Ok(());
            };
            after = *last;
            for schema in page {
                self.mark_one(cx, schema).await?;
            }
        }
    }

    /// Decided in the transaction that writes it: a drill or a hold of this moment is seen, or waits.
    async fn mark_one(&mut self, cx: &Context, schema: Uuid) -> Result<(), StepError> {
        let mut tx = cx.fleet.store.begin().await?;
        let (kept, now) = retention::hold_still(&mut tx, schema).await?;
        let fates = decide(&cx.fleet, &kept, now);
        let condemn: Vec<(Uuid, &str)> = fates
            .iter()
            .filter(|fate| fate.decision.facts.condemned_at.is_none())
            .filter_map(|fate| match &fate.decision.fate {
                Fate::Condemn { why, .. } | Fate::Remove { why } => {
                    Some((fate.decision.facts.id, why.as_str()))
                }
                Fate::Keep { .. } => None,
            })
            .collect();
        let reprieve: Vec<Uuid> = fates
            .iter()
            .filter(|fate| fate.decision.facts.condemned_at.is_some())
            .filter(|fate| matches!(fate.decision.fate, Fate::Keep { .. }))
            .map(|fate| fate.decision.facts.id)
            .collect();
        self.condemned += retention::condemn(&mut tx, &condemn).await?;
        self.reprieved += retention::reprieve(&mut tx, &reprieve).await?;
        tx.commit().await?;
        Ok(())
    }

    async fn remove(&mut self, cx: &Context) -> Result<(), StepError> {
        let repository = &cx.fleet.backups()?.repository;
        // decided anew: a drill or a hold may have changed it since it was marked
        for fate in plan_prune(&cx.fleet, None).await? {
            if !matches!(fate.decision.fate, Fate::Remove { .. }) {
                continue;
            }
            let id = fate.decision.facts.id;
            repository.remove(fate.schema_id, id).await?;
            let mut tx = cx.fleet.store.begin().await?;
            backups::note_removed(&mut tx, &[id]).await?;
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
