//! Fault points: where a test makes the process die, a step fail, or a step run twice. A build
//! without the feature `testing` cannot set any.

/// The faults that a worker was given.
#[derive(Clone, Debug, Default)]
pub struct Faults(Vec<Fault>);

/// Where in a step's life a fault strikes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Before the step's body.
    Before,
    /// After the body took effect, before the journal says so.
    AfterEffect,
    /// After the journal was written.
    AfterJournal,
}

/// What a fault does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FaultAction {
    /// The process dies as by `kill -9`: no destructor runs.
    Kill,
    /// The step fails for good.
    Fail,
    /// The body runs a second time.
    Twice,
}

#[derive(Clone, Debug)]
struct Fault {
    kind: String,
    step: String,
    undo: bool,
    phase: Phase,
    action: FaultAction,
}

impl Faults {
    /// No fault.
    pub fn none() -> Self {
        Self(Vec::new())
    }

    /// One more fault, at one point of one step or of its undo.
    #[cfg(feature = "testing")]
    #[must_use]
    pub fn and(
        mut self,
        kind: &str,
        step: &str,
        undo: bool,
        phase: Phase,
        action: FaultAction,
    ) -> Self {
        self.0.push(Fault { kind: kind.into(), step: step.into(), undo, phase, action });
        self
    }

    /// What is to happen at a point.
    pub(super) fn strike(
        &self,
        kind: &str,
        step: &str,
        undo: bool,
        phase: Phase,
    ) -> Option<FaultAction> {
        let fault = self.0.iter().find(|fault| {
            fault.kind == kind && fault.step == step && fault.undo == undo && fault.phase == phase
        })?;
        if fault.action == FaultAction::Kill {
            std::process::abort();
        }
        Some(fault.action)
    }
}
