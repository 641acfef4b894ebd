//! The kinds that a worker knows, with their types wiped out.

use std::collections::BTreeMap;

use futures::future::BoxFuture;
use serde_json::Value;
use tenantry_pg::PgError;
use tenantry_store::Tx;
use tenantry_store::operations::Claim;

use super::context::Context;
use super::execute::execute;
use super::kind::{Ended, Kind, Lane};
use crate::fleet::FleetConfig;

/// A kind as the runner and the lists see it.
#[derive(Clone, Copy)]
pub struct Description {
    /// Its name.
    pub name: &'static str,
    /// The highest version of its JSON that this binary reads.
    pub version: i32,
    /// Which of a worker's places it takes.
    pub lane: Lane,
    /// Its steps: name, and whether it can be undone.
    pub steps: fn() -> Vec<(&'static str, bool)>,
    /// Its plan, from its journalled JSON.
    pub plan: fn(&Value) -> Vec<String>,
    pub(crate) begin: for<'a> fn(&'a Value, &'a mut Tx) -> BoxFuture<'a, Result<(), PgError>>,
    pub(crate) conclude_cancelled:
        for<'a> fn(&'a Value, &'a mut Tx, &'a FleetConfig) -> BoxFuture<'a, Result<(), PgError>>,
    pub(super) execute: fn(Claim, Context) -> BoxFuture<'static, ()>,
}

/// The list of kinds.
#[derive(Clone, Default)]
pub struct Registry {
    kinds: BTreeMap<&'static str, Description>,
}

impl Registry {
    /// Adds a kind.
    #[must_use]
    pub fn with<K: Kind>(mut self) -> Self {
        let description = Description {
            name: K::NAME,
            version: K::VERSION,
            lane: K::LANE,
            steps: || K::STEPS.iter().map(|step| (step.name, step.undo.is_some())).collect(),
            plan: |memo| read::<K>(memo).map(|kind| kind.plan()).unwrap_or_default(),
            begin: |memo, tx| {
                Box::pin(async move {
                    match read::<K>(memo) {
                        Some(kind) => kind.begin(tx).await,
                        None => Ok(()),
                    }
                })
            },
            conclude_cancelled: |memo, tx, config| {
                Box::pin(async move {
                    match read::<K>(memo) {
                        Some(kind) => kind.conclude(tx, Ended::Cancelled, config).await,
                        None => Ok(()),
                    }
                })
            },
            execute: |claim, context| Box::pin(execute::<K>(claim, context)),
        };
        let before = self.kinds.insert(K::NAME, description);
        assert!(before.is_none(), "two kinds are called {}", K::NAME);
        self
    }

    /// The kind of that name.
    pub fn get(&self, name: &str) -> Option<&Description> {
        self.kinds.get(name)
    }

    /// Every kind.
    pub fn iter(&self) -> impl Iterator<Item = &Description> {
        self.kinds.values()
    }

    /// The kinds of a lane.
    pub(super) fn names_and_versions(&self, lane: Lane) -> Vec<(&'static str, i32)> {
        let of_these = self.iter().filter(|kind| kind.lane == lane);
        of_these.map(|kind| (kind.name, kind.version)).collect()
    }
}

/// A kind from its journalled JSON; none when another version wrote it.
fn read<K: Kind>(memo: &Value) -> Option<K> {
    K::deserialize(memo).ok()
}
