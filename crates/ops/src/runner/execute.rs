//! One operation's way through its steps, from a claim to an end.
//!
//! Every step goes: body → journal. The journal of the last step, the outcome in the control
//! database and the end of the operation are one transaction. Whatever is interrupted in between is
//! done again by whoever claims the operation next.

use std::time::Duration;

use serde_json::{Value, json};
use tenantry_domain::operation::{
    MAX_ATTEMPTS, MAX_CRASHES, MAX_DEADLOCKS, OperationState, backoff,
};
use tenantry_pg::PgError;
use tenantry_store::audit::{self, Actor};
use tenantry_store::operations::{self, Claim, Ending, Fenced, Journal};

use super::blocked::name_blockers;
use super::context::Context;
use super::faults::{FaultAction, Phase};
use super::kind::{Body, Ended, Kind, Step, StepError};
use crate::fleet::Fleet;
use crate::gate::Reason;
use crate::pause;

/// Why this worker lets go of an operation before its end.
enum LetGo {
    /// Another worker has it.
    Fenced,
    /// A step waits for its next try.
    Waiting,
    /// The control database did not answer; the lease runs out and somebody claims it again.
    Lost(PgError),
}

impl From<PgError> for LetGo {
    fn from(error: PgError) -> Self {
        Self::Lost(error)
    }
}

impl From<Fenced> for LetGo {
    fn from(_: Fenced) -> Self {
        Self::Fenced
    }
}

/// Takes a claimed operation as far as it goes.
pub(super) async fn execute<K: Kind>(claim: Claim, context: Context) {
    let started = std::time::Instant::now();
    let id = claim.id;
    let run = match serde_json::from_value::<K>(claim.memo.clone()) {
        Ok(kind) => Run { kind, claim, context: context.clone() },
        Err(error) => {
            tracing::error!(operation.id = %id, "Cannot read a {} operation: {error}", K::NAME);
            return;
        }
    };
    let ended = tokio::select! {
        // an overtaken worker stops in the middle of whatever it does
        () = context.fenced.cancelled() => Err(LetGo::Fenced),
        ended = run.go() => ended,
    };
    let outcome = match ended {
        Ok(state) => {
            context.fleet.announce_end(id);
            state.as_str()
        }
        Err(LetGo::Waiting) => "waiting",
        Err(LetGo::Fenced) => {
            tracing::warn!(operation.id = %id, "Another worker took over operation {id}");
            "fenced"
        }
        Err(LetGo::Lost(error)) => {
            tracing::warn!(operation.id = %id, "Lost the control database during {id}: {error}");
            "lost"
        }
    };
    metrics::histogram!("tenantry_operation_run_seconds", "kind" => K::NAME, "outcome" => outcome)
        .record(started.elapsed().as_secs_f64());
    // a freed place, and perhaps the next operation of the same schema
    context.fleet.wake_workers();
}

struct Run<K> {
    kind: K,
    claim: Claim,
    context: Context,
}

impl<K: Kind> Run<K> {
    async fn go(mut self) -> Result<OperationState, LetGo> {
        if self.claim.crash_count >= MAX_CRASHES {
            let error = json!({
                "code": "crashed",
                "message": format!("{} workers died on this operation, one after the other", MAX_CRASHES),
                "hint": "See the server's log of those times, then retry the operation.",
            });
            return self.end(OperationState::Stuck, Some(&error)).await;
        }
        if self.claim.attempt > 1 || self.claim.crash_count > 0 {
            self.clear_the_way().await;
        }
        if !self.claim.unwinding {
            match self.forward().await? {
                Forward::Done => return Ok(OperationState::Succeeded),
                Forward::Undo { from, error } => {
                    self.claim.unwinding = true;
                    self.claim.steps_done = from;
                    self.claim.error = Some(error);
                }
            }
        }
        self.backward().await
    }

    /// A worker that died may have left a session that holds the locks we need. Where it cannot be
    /// ended the step itself meets the lock, and is tried again until it is gone.
    async fn clear_the_way(&self) {
        if let Err(error) = self.context.fleet.database.end_claims(self.context.fence).await {
            tracing::warn!(operation.id = %self.claim.id, "Cannot end earlier sessions: {error}");
        }
    }

    async fn forward(&mut self) -> Result<Forward, LetGo> {
        if self.claim.steps_done == 0 && !self.claim.authorised {
            let error = json!({
                "code": "forbidden",
                "message": "The token that asked for this was revoked, expired or given a lower role before the operation started.",
            });
            return Ok(Forward::Undo { from: 1, error });
        }
        while let Some(step) = K::STEPS.get(self.claim.steps_done as usize) {
            let seq = self.claim.steps_done;
            if self.cancel_requested() {
                // an earlier try of this step, by a worker that died, may have taken effect
                return Ok(Forward::Undo { from: seq + 1, error: cancelled() });
            }
            let ran = self.run_step(step).await;
            self.stand_by(&ran).await?;
            match ran {
                Ok(()) => {
                    self.claim.steps_done += 1;
                    if self.claim.steps_done as usize == K::STEPS.len() {
                        self.succeed(step, seq).await?;
                        self.strike(step, false, Phase::AfterJournal)?;
                        return Ok(Forward::Done);
                    }
                    self.journal(seq, step.name, "done", None).await?;
                    self.strike(step, false, Phase::AfterJournal)?;
                }
                Err(StepError::Fenced) => return Err(LetGo::Fenced),
                Err(StepError::Later(pause)) => return Err(self.rest(pause).await),
                Err(StepError::Retry(mut error)) if self.claim.attempt < tries(&error) => {
                    name_blockers(&self.context.fleet, self.claim.schema_id, &mut error).await;
                    return Err(self.wait(&error).await);
                }
                Err(StepError::Retry(mut error) | StepError::Fail(mut error)) => {
                    name_blockers(&self.context.fleet, self.claim.schema_id, &mut error).await;
                    error["step"] = step.name.into();
                    // The step itself may have done a part of its work, so its undo runs too.
                    self.claim.unwinding = true;
                    self.claim.steps_done = seq + 1;
                    self.claim.error = Some(error.clone());
                    self.journal(seq, step.name, "failed", Some(&error)).await?;
                    return Ok(Forward::Undo { from: seq + 1, error });
                }
            }
        }
        // claimed again between the last step and the end: cannot be, they are one transaction
        Err(LetGo::Fenced)
    }

    async fn run_step(&mut self, step: &Step<K>) -> Result<(), StepError> {
        self.strike(step, false, Phase::Before).map_err(|_| injected())?;
        self.run_body(step).await?;
        match self.context.faults.strike(K::NAME, step.name, false, Phase::AfterEffect) {
            Some(FaultAction::Twice) => self.run_body(step).await,
            Some(FaultAction::Fail) => Err(injected()),
            _ => Ok(()),
        }
    }

    /// Runs a step's body, unless cancelling is asked for meanwhile.
    async fn run_body(&mut self, step: &Step<K>) -> Result<(), StepError> {
        let cancel = self.context.cancel.clone();
        tokio::select! {
            result = (step.run)(&mut self.kind, &self.context) => result,
            () = cancel.cancelled() => {
                // what the server still does for us must end before we undo it
                self.context.fleet.database.end_claims(self.context.fence).await?;
                Err(StepError::Fail(cancelled()))
            }
        }
    }

    async fn backward(mut self) -> Result<OperationState, LetGo> {
        let cause = self.claim.error.clone().unwrap_or_else(cancelled);
        while self.claim.steps_done > 0 {
            let seq = self.claim.steps_done - 1;
            self.claim.steps_done = seq;
            let step = &K::STEPS[seq as usize];
            let Some(undo) = step.undo else {
                continue;
            };
            self.strike(step, true, Phase::Before)?;
            let ran = self.run_undo(step, undo).await;
            self.stand_by(&ran).await?;
            match ran {
                Ok(()) => {}
                Err(StepError::Fenced) => return Err(LetGo::Fenced),
                Err(StepError::Later(pause)) => return Err(self.rest(pause).await),
                Err(StepError::Retry(error)) if self.claim.attempt < tries(&error) => {
                    return Err(self.wait(&error).await);
                }
                Err(StepError::Retry(error) | StepError::Fail(error)) => {
                    return self.get_stuck(step, &cause, &error).await;
                }
            }
            self.journal(seq, step.name, "undone", None).await?;
            self.strike(step, true, Phase::AfterJournal)?;
        }
        let state = if cause["code"] == "cancelled" {
            OperationState::Cancelled
        } else {
            OperationState::Failed
        };
        self.end(state, Some(&cause)).await
    }

    async fn get_stuck(
        &mut self,
        step: &Step<K>,
        cause: &Value,
        error: &Value,
    ) -> Result<OperationState, LetGo> {
        // the undo that failed is the first that a retry does again
        self.claim.steps_done += 1;
        let stuck = json!({
            "code": "undo_failed",
            "message": format!("Undoing `{}` failed: {}", step.name, text(error)),
            "hint": "Remove what is in the way, then retry the operation.",
            "cause": cause,
        });
        self.end(OperationState::Stuck, Some(&stuck)).await
    }

    async fn run_undo(&mut self, step: &Step<K>, undo: Body<K>) -> Result<(), StepError> {
        undo(&mut self.kind, &self.context).await?;
        if self.context.faults.strike(K::NAME, step.name, true, Phase::AfterEffect)
            == Some(FaultAction::Twice)
        {
            undo(&mut self.kind, &self.context).await?;
        }
        Ok(())
    }

    fn cancel_requested(&self) -> bool {
        self.claim.cancel_requested || self.context.cancel.is_cancelled()
    }

    fn strike(&self, step: &Step<K>, undo: bool, phase: Phase) -> Result<(), LetGo> {
        match self.context.faults.strike(K::NAME, step.name, undo, phase) {
            Some(FaultAction::Fail) => Err(LetGo::Fenced),
            _ => Ok(()),
        }
    }

    fn memo(&self) -> Value {
        serde_json::to_value(&self.kind).unwrap_or_default()
    }

    async fn journal(
        &mut self,
        seq: i32,
        name: &str,
        state: &'static str,
        error: Option<&Value>,
    ) -> Result<(), LetGo> {
        let mut tx = self.context.fleet.store.begin().await?;
        self.write_line(&mut tx, seq, name, state, error).await?;
        tx.commit().await?;
        self.claim.attempt = 1;
        Ok(())
    }

    async fn write_line(
        &self,
        tx: &mut tenantry_store::Tx,
        seq: i32,
        name: &str,
        state: &'static str,
        error: Option<&Value>,
    ) -> Result<(), LetGo> {
        let memo = self.memo();
        let line = self.line(seq, name, state, error, &memo);
        operations::journal(tx, self.claim.id, self.claim.generation, &line).await??;
        Ok(())
    }

    fn line<'a>(
        &'a self,
        seq: i32,
        name: &'a str,
        state: &'static str,
        error: Option<&'a Value>,
        memo: &'a Value,
    ) -> Journal<'a> {
        let next = if self.claim.unwinding {
            usize::try_from(self.claim.steps_done - 1).ok().and_then(|i| K::STEPS.get(i))
        } else {
            K::STEPS.get(self.claim.steps_done as usize)
        };
        Journal {
            seq,
            name,
            state,
            error,
            memo,
            steps_done: self.claim.steps_done,
            next_step: next.map(|step| step.name),
            unwinding: self.claim.unwinding,
            operation_error: self.claim.error.as_ref(),
        }
    }

    /// The last step's journal, the outcome and the end, all at once.
    async fn succeed(&mut self, last: &Step<K>, seq: i32) -> Result<(), LetGo> {
        let mut tx = self.context.fleet.store.begin().await?;
        let (memo, result) = (self.memo(), self.kind.result());
        let line = self.line(seq, last.name, "done", None, &memo);
        let (id, generation) = (self.claim.id, self.claim.generation);
        operations::succeed(&mut tx, id, generation, &line, Some(&result)).await??;
        self.conclude(tx, OperationState::Succeeded, None).await
    }

    async fn end(
        &mut self,
        state: OperationState,
        error: Option<&Value>,
    ) -> Result<OperationState, LetGo> {
        let mut tx = self.context.fleet.store.begin().await?;
        let ending = Ending { state, steps_done: self.claim.steps_done, error, result: None };
        operations::finish(&mut tx, self.claim.id, self.claim.generation, &ending).await??;
        self.conclude(tx, state, error).await?;
        Ok(state)
    }

    /// What an end brings with it, in the transaction that has just ended the operation.
    async fn conclude(
        &mut self,
        mut tx: tenantry_store::Tx,
        state: OperationState,
        error: Option<&Value>,
    ) -> Result<(), LetGo> {
        let reason = error.map(text).unwrap_or_default();
        let ended = match state {
            OperationState::Succeeded => Ended::Succeeded,
            OperationState::Cancelled => Ended::Cancelled,
            OperationState::Stuck => Ended::Stuck(&reason),
            _ => Ended::Failed(&reason),
        };
        self.kind.conclude(&mut tx, ended, &self.context.fleet.config).await?;
        let entry = audit::Entry {
            action: K::NAME,
            schema_id: self.claim.schema_id,
            schema_name: self.claim.schema_name.as_deref(),
            operation_id: Some(self.claim.id),
            outcome: state.as_str(),
            detail: error.cloned().unwrap_or_else(|| json!({})),
        };
        audit::insert(&mut tx, &Actor::system(), &entry).await?;
        tx.commit().await?;
        tracing::info!(
            operation.id = %self.claim.id,
            operation.kind = K::NAME,
            schema = self.claim.schema_name.as_deref().unwrap_or("-"),
            "Operation {} {}{}",
            K::NAME,
            state,
            if reason.is_empty() { String::new() } else { format!(": {reason}") },
        );
        metrics::counter!("tenantry_operations_total", "kind" => K::NAME, "outcome" => state.as_str())
            .increment(1);
        Ok(())
    }

    /// Lets go where the database takes no work at all: nothing begins then until it does again, and
    /// this try is not counted.
    async fn stand_by(&self, ran: &Result<(), StepError>) -> Result<(), LetGo> {
        let Err(StepError::Retry(error)) = ran else {
            return Ok(());
        };
        let fleet = &self.context.fleet;
        let Some(reason) = why_no_work(fleet, error).await else {
            return Ok(());
        };
        pause::begin(fleet, reason, &text(error)).await?;
        Err(self.let_go(Duration::from_millis(100), error, false).await)
    }

    async fn wait(&self, error: &Value) -> LetGo {
        let pause =
            backoff(self.claim.attempt - 1, rand::random::<f64>()).max(Duration::from_millis(100));
        self.let_go(pause, error, true).await
    }

    async fn let_go(&self, pause: Duration, error: &Value, spent: bool) -> LetGo {
        let (id, generation) = (self.claim.id, self.claim.generation);
        let store = &self.context.fleet.store;
        match operations::wait(store, id, generation, pause, error, spent).await {
            Ok(Ok(())) => LetGo::Waiting,
            Ok(Err(Fenced)) => LetGo::Fenced,
            Err(error) => LetGo::Lost(error),
        }
    }
}

impl<K: Kind> Run<K> {
    /// Lets go until the operations that this one waits for may be over.
    async fn rest(&self, pause: Duration) -> LetGo {
        let (id, generation) = (self.claim.id, self.claim.generation);
        match operations::rest(&self.context.fleet.store, id, generation, pause).await {
            Ok(Ok(())) => LetGo::Waiting,
            Ok(Err(Fenced)) => LetGo::Fenced,
            Err(error) => LetGo::Lost(error),
        }
    }
}

/// Whether an error says that the database takes no work from anybody.
async fn why_no_work(fleet: &Fleet, error: &Value) -> Option<Reason> {
    match error["sqlstate"].as_str() {
        Some("53100") => Some(Reason::DiskFull),
        // no answer, or it is starting: for a moment, or for good?
        None | Some("57P03") if fleet.database.is_down().await => Some(Reason::ServerDown),
        _ => None,
    }
}

/// How often a step is tried that met this error.
fn tries(error: &Value) -> i32 {
    if error["sqlstate"] == DEADLOCK { MAX_DEADLOCKS } else { MAX_ATTEMPTS }
}

/// `deadlock_detected`: we were the one that gave up.
const DEADLOCK: &str = "40P01";

/// Where the way forward ended.
enum Forward {
    Done,
    Undo { from: i32, error: Value },
}

fn cancelled() -> Value {
    json!({ "code": "cancelled", "message": "The operation was cancelled on request." })
}

fn injected() -> StepError {
    StepError::fail("injected", "A test asked this step to fail.")
}

fn text(error: &Value) -> String {
    error["message"].as_str().unwrap_or("no reason was given").to_owned()
}
