//! What a kind of operation is: a value that holds what was asked for and what its steps learned,
//! and a list of steps with their undo.

use std::future::Future;
use std::time::Duration;

use futures::future::BoxFuture;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tenantry_pg::{PgError, Situation};
use tenantry_store::Tx;

use super::context::Context;
use crate::fleet::FleetConfig;

/// A kind of operation. The value is journalled as JSON after every step, so a field that a step
/// fills is there for the steps after it, also in another process.
pub trait Kind: Serialize + DeserializeOwned + Send + Sync + Sized + 'static {
    /// Its name, in verb_noun.
    const NAME: &'static str;
    /// The version of its JSON; raised when an older binary could not read it.
    const VERSION: i32;
    /// Its steps, in order.
    const STEPS: &'static [Step<Self>];
    /// Beside what it runs.
    const LANE: Lane = Lane::Asked;

    /// What it is going to do, a sentence for each step. Decides nothing later on.
    fn plan(&self) -> Vec<String>;

    /// What it brought about, for whoever asked.
    fn result(&self) -> Value {
        Value::Null
    }

    /// Writes what the control database shows while the operation is pending, in the transaction
    /// that queues it, the first time or again.
    fn begin(&self, _tx: &mut Tx) -> impl Future<Output = Result<(), PgError>> + Send {
        std::future::ready(Ok(()))
    }

    /// Writes the outcome into the control database, in the transaction that ends the operation.
    fn conclude(
        &self,
        tx: &mut Tx,
        ended: Ended<'_>,
        config: &FleetConfig,
    ) -> impl Future<Output = Result<(), PgError>> + Send;
}

/// Which of a worker's places an operation takes: a lane that is full holds up no other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lane {
    /// Somebody waits for it.
    Asked,
    /// It moves an institution's data out or reads it back: a few at a time, as each keeps a core and the
    /// disk busy.
    Backups,
    /// Nobody waits for it: one at a time, and it begins with the next look.
    Background,
}

impl Lane {
    /// The word for it, as stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Asked => "asked",
            Self::Backups => "backups",
            Self::Background => "background",
        }
    }
}

/// How an operation ended.
#[derive(Clone, Copy, Debug)]
pub enum Ended<'a> {
    /// All steps are done.
    Succeeded,
    /// It gave up, and its steps are undone as far as they can be.
    Failed(&'a str),
    /// It was stopped on request, and its steps are undone as far as they can be.
    Cancelled,
    /// A person has to look at it; its steps are as they are.
    Stuck(&'a str),
}

/// The body of a step or of its undo.
pub type Body<K> = for<'a> fn(&'a mut K, &'a Context) -> BoxFuture<'a, Result<(), StepError>>;

/// A step. Its body may be run again after it took effect (a worker may die before it can say so),
/// and must then come to the same end. So may its undo, which must also bear a step that never
/// took effect.
pub struct Step<K> {
    /// What it does, in words.
    pub name: &'static str,
    /// Does it.
    pub run: Body<K>,
    /// Takes it back; none where there is no way back or nothing to take back.
    pub undo: Option<Body<K>>,
}

/// Why a step did not get done.
#[derive(Debug)]
pub enum StepError {
    /// It may work later: try again.
    Retry(Value),
    /// It will not work: undo.
    Fail(Value),
    /// It waits for other operations: look again after this time. No try is counted, and no worker's
    /// place is held meanwhile.
    Later(Duration),
    /// Another worker has the operation: stop.
    Fenced,
}

impl StepError {
    /// A step that will not work, with the reason.
    pub fn fail(code: &str, message: impl Into<String>) -> Self {
        Self::Fail(json!({ "code": code, "message": message.into() }))
    }
}

/// A step's trouble with a database: worth another try or not, by its SQLSTATE.
impl From<PgError> for StepError {
    fn from(error: PgError) -> Self {
        if error.situation() == Situation::Fenced {
            return Self::Fenced;
        }
        let value = json!({
            "code": situation_code(error.situation()),
            "message": error.to_string(),
            "hint": error.hint(),
            "sqlstate": error.sqlstate(),
        });
        if error.is_transient() { Self::Retry(value) } else { Self::Fail(value) }
    }
}

/// The word by which an operation's `error.code` names a situation.
fn situation_code(situation: Situation) -> &'static str {
    match situation {
        Situation::InstitutionExists => "schema_exists",
        Situation::ForeignSchema => "foreign_schema",
        Situation::TemplateMissing => "template_not_found",
        Situation::Fenced => "fenced",
        Situation::InvalidState => "invalid_state",
        Situation::NotFound => "schema_not_found",
        Situation::BadName => "invalid_name",
        Situation::ChangedByHand => "changed_by_hand",
        Situation::CredentialsExist => "credentials_exist",
        Situation::ParameterMissing => "parameter_missing",
        Situation::AdoptedReadOnly => "adopted_read_only",
        Situation::OwnerNeeded => "owner_needed",
        Situation::NotForAdopted => "not_for_adopted",
        Situation::Transient => "database_unavailable",
        Situation::DiskFull => "disk_full",
        Situation::Forbidden => "missing_right",
        Situation::Refused => "database_refused",
    }
}
