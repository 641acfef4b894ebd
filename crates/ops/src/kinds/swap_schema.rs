//! Puts a copy (a restored backup, a snapshot, or what an earlier swap put aside) in the place of an
//! institution's schema, by exchanging names in one transaction. The institution is shut out for that moment;
//! what lived until then is kept as a copy. Undo exchanges them back.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tenantry_pg::PgError;
use tenantry_store::copies::Copy;
use tenantry_store::{Tx, copies};
use uuid::Uuid;

use super::made::Made;
use super::marker::Seen;
use crate::fleet::FleetConfig;
use crate::runner::{Context, Ended, Kind, Step, StepError};

/// The swap that is asked for.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SwapSchema {
    /// The institution's id.
    pub schema: Uuid,
    /// The institution's name.
    pub institution: String,
    /// The copy that is to be its schema, as it was when it was asked for.
    was: Made,
    /// For how many hours what lived until then is kept.
    pub keep_hours: u32,
    /// The id that what lived until then gets as a copy.
    replaced: Uuid,
    #[serde(default)]
    seen: Option<Seen>,
    #[serde(default)]
    put_aside: Option<Made>,
    /// Functions that ran with their owner's rights and run with the caller's now, as the living schema does
    /// not have the very same.
    #[serde(default)]
    disarmed: Vec<String>,
}

impl SwapSchema {
    /// Asks for it.
    pub fn new(schema: Uuid, institution: impl Into<String>, copy: Copy, keep_hours: u32) -> Self {
        Self {
            schema,
            institution: institution.into(),
            was: Made::listed(copy),
            keep_hours,
            replaced: Uuid::now_v7(),
            seen: None,
            put_aside: None,
            disarmed: Vec::new(),
        }
    }

    async fn shut_out(&mut self, cx: &Context) -> Result<(), StepError> {
        let marker = cx.fleet.database.shut_out(self.schema, cx.fence).await?;
        // a transaction that began before would write into what is put aside, and be lost
        cx.fleet.database.end_sessions(&marker.role_name).await?;
        Ok(())
    }

    async fn let_in(&mut self, cx: &Context) -> Result<(), StepError> {
        cx.fleet.database.let_in(self.schema, cx.fence).await?;
        Ok(())
    }

    fn keep_for(&self) -> Duration {
        Duration::from_secs(u64::from(self.keep_hours) * 60 * 60)
    }

    async fn swap(&mut self, cx: &Context) -> Result<(), StepError> {
        let database = &cx.fleet.database;
        let (schema, copy, replaced) = (self.schema, self.was.id, self.replaced);
        // none where it was swapped already, and its answer was lost
        if database.copy(copy).await?.is_some() {
            self.disarmed = database.untrusted_definers(schema, copy).await?;
        }
        let marker =
            database.swap_schema(schema, copy, replaced, self.keep_for(), cx.fence).await?;
        self.seen = Some(Seen::of(marker));
        self.put_aside = database.copy(self.replaced).await?.map(Made::of);
        Ok(())
    }

    async fn swap_back(&mut self, cx: &Context) -> Result<(), StepError> {
        let database = &cx.fleet.database;
        let was = self.was.as_copy(self.schema, &self.institution);
        database.swap_back(&was, self.replaced, cx.fence).await?;
        (self.seen, self.put_aside) = (None, None);
        Ok(())
    }
}

impl Kind for SwapSchema {
    const NAME: &'static str = "swap_schema";
    const VERSION: i32 = 1;
    const STEPS: &'static [Step<Self>] = &[
        Step {
            name: "shut out",
            run: |kind, cx| Box::pin(kind.shut_out(cx)),
            undo: Some(|kind, cx| Box::pin(kind.let_in(cx))),
        },
        Step {
            name: "swap",
            run: |kind, cx| Box::pin(kind.swap(cx)),
            undo: Some(|kind, cx| Box::pin(kind.swap_back(cx))),
        },
    ];

    fn plan(&self) -> Vec<String> {
        vec![
            format!("Shut {} out and end its sessions.", self.institution),
            format!(
                "Exchange its schema for {}, in one transaction, keep what lived until then for {} hours, and let the institution in again.",
                self.was.name, self.keep_hours
            ),
        ]
    }

    fn result(&self) -> Value {
        let mut result = self.seen.as_ref().map_or_else(|| json!({}), Seen::result);
        if let Some(aside) = &self.put_aside {
            result["putAside"] = aside.name.clone().into();
        }
        if !self.disarmed.is_empty() {
            result["madeInvoker"] = self.disarmed.clone().into();
        }
        result
    }

    async fn conclude(
        &self,
        tx: &mut Tx,
        ended: Ended<'_>,
        config: &FleetConfig,
    ) -> Result<(), PgError> {
        let (Ended::Succeeded, Some(seen)) = (ended, &self.seen) else {
            return Ok(());
        };
        copies::note_gone(tx, self.was.id).await?;
        if let Some(aside) = &self.put_aside {
            aside.record(tx, self.schema, &self.institution).await?;
        }
        seen.record(tx, config.recoverable_for).await
    }
}
