//! Brings a template's pool to its head: drops spares that are of no use any more, then makes spares
//! of the newest version, one by one, until so many are ready as are wanted. There is no undo: each
//! spare is one transaction, so nothing is half-made, and those that are finished stay.

use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tenantry_pg::PgError;
use tenantry_store::Tx;
use tenantry_store::operations;
use uuid::Uuid;

use crate::fleet::FleetConfig;
use crate::runner::{Context, Ended, Kind, Lane, Step, StepError};

/// The pool that is to be filled.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RefillPool {
    /// The template.
    pub template: String,
    /// Its newest version.
    pub version: i32,
    /// How many spares are to be ready.
    pub wanted: i32,
    /// How many are made in a second, at most.
    pub rate: f64,
    #[serde(default)]
    retired: usize,
    #[serde(default)]
    made: i32,
}

impl RefillPool {
    /// Asks for it.
    pub fn new(template: impl Into<String>, version: i32, wanted: i32, rate: f64) -> Self {
        Self { template: template.into(), version, wanted, rate, retired: 0, made: 0 }
    }

    async fn retire(&mut self, cx: &Context) -> Result<(), StepError> {
        let database = &cx.fleet.database;
        let useless = database.useless_spares(&self.template, self.version, self.wanted).await?;
        for (done, spare) in useless.iter().enumerate() {
            tell(cx, "retire spares", done, useless.len()).await?;
            database.drop_spare(*spare, cx.fence).await?;
        }
        self.retired += useless.len();
        Ok(())
    }

    async fn make(&mut self, cx: &Context) -> Result<(), StepError> {
        let pause = Duration::from_secs_f64(1.0 / self.rate);
        let begin = Instant::now();
        // Claims take some away meanwhile. More than three times what is wanted is another refill's.
        for number in 0..self.wanted.saturating_mul(3) {
            let ready = self.ready(cx).await?;
            if ready >= self.wanted {
                break;
            }
            let so_many = |count: i32| usize::try_from(count).unwrap_or_default();
            tell(cx, "make spares", so_many(ready), so_many(self.wanted)).await?;
            let due = pause.saturating_mul(number.unsigned_abs());
            tokio::time::sleep(due.saturating_sub(begin.elapsed())).await;
            let (template, version) = (&self.template, self.version);
            cx.fleet.database.make_spare(Uuid::now_v7(), template, version, cx.fence).await?;
            self.made += 1;
        }
        Ok(())
    }

    async fn ready(&self, cx: &Context) -> Result<i32, StepError> {
        let spares = cx.fleet.database.spares(Some(&self.template)).await?;
        let of_this = spares.iter().find(|count| count.version == self.version);
        Ok(of_this.map_or(0, |count| i32::try_from(count.ready).unwrap_or(i32::MAX)))
    }
}

async fn tell(cx: &Context, step: &str, done: usize, of: usize) -> Result<(), StepError> {
    let fence = cx.fence;
    let text = format!("{step}: {done} of {of}");
    operations::note_progress(&cx.fleet.store, fence.operation, fence.generation, &text)
        .await?
        .map_err(|_| StepError::Fenced)
}

impl Kind for RefillPool {
    const NAME: &'static str = "refill_pool";
    const VERSION: i32 = 1;
    const STEPS: &'static [Step<Self>] = &[
        Step { name: "retire spares", run: |kind, cx| Box::pin(kind.retire(cx)), undo: None },
        Step { name: "make spares", run: |kind, cx| Box::pin(kind.make(cx)), undo: None },
    ];
    const LANE: Lane = Lane::Background;

    fn plan(&self) -> Vec<String> {
        vec![
            format!(
                "Drop spares of {} that are older than version {}, were changed by hand, or are \
                 more than {}.",
                self.template, self.version, self.wanted
            ),
            format!("Make spares of version {} until {} are ready.", self.version, self.wanted),
        ]
    }

    fn result(&self) -> Value {
        json!({ "template": self.template, "version": self.version,
                "retired": self.retired, "made": self.made })
    }

    async fn conclude(&self, _: &mut Tx, _: Ended<'_>, _: &FleetConfig) -> Result<(), PgError> {
        Ok(())
    }
}
