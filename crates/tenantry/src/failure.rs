//! Why a command did not do what was asked, and the exit status that says so.

use crate::output::out;
use std::fmt::Display;
use std::process::ExitCode;

use tenantry_api::types::ProblemBody;
use tenantry_domain::problem::Code;

/// The kinds of failure that a script can tell apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// The operation failed, or the server ran into an error of its own.
    Failed = 1,
    /// Usage, or input that was refused.
    Refused = 2,
    /// What was named does not exist.
    NotFound = 3,
    /// The token may not do that.
    NotAllowed = 4,
    /// What is there does not allow it.
    Conflict = 5,
    /// The server cannot be reached.
    Unreachable = 6,
}

/// What a command comes to.
pub(crate) type Outcome<T = ()> = Result<T, Failure>;

/// A failure with its words.
#[derive(Debug)]
pub(crate) struct Failure {
    exit: Exit,
    message: String,
    way_on: Option<String>,
    /// The body that HTTP gave, for `--json`.
    body: Option<serde_json::Value>,
}

impl Failure {
    pub(crate) fn new(exit: Exit, message: impl Display) -> Self {
        Self { exit, message: message.to_string(), way_on: None, body: None }
    }

    /// With a hint at what to do.
    pub(crate) fn hint(mut self, way_on: impl Display) -> Self {
        self.way_on = Some(way_on.to_string());
        self
    }

    /// With the body that goes to stdout under `--json`.
    pub(crate) fn body(mut self, body: serde_json::Value) -> Self {
        self.body = Some(body);
        self
    }

    /// What the server refused.
    pub(crate) fn from_problem(problem: ProblemBody) -> Self {
        let exit = match problem.status {
            401 | 403 => Exit::NotAllowed,
            404 => Exit::NotFound,
            409 | 412 => Exit::Conflict,
            503 => Exit::Unreachable,
            500.. => Exit::Failed,
            _ => Exit::Refused,
        };
        let mut message = problem.detail.clone();
        for refusal in &problem.refusals {
            message += &format!("\n  {}:{}: {}", refusal.file, refusal.line, refusal.reason);
        }
        let way_on = if problem.status >= 500 {
            format!("{} (request {})", problem.help, problem.request_id)
        } else {
            problem.help.clone()
        };
        Self { exit, message, way_on: Some(way_on), body: serde_json::to_value(problem).ok() }
    }

    /// The problem's code, where the server refused.
    pub(crate) fn code(&self) -> Option<Code> {
        serde_json::from_value(self.body.as_ref()?.get("code")?.clone()).ok()
    }

    /// The body that HTTP gave.
    pub(crate) fn document(&self) -> Option<&serde_json::Value> {
        self.body.as_ref()
    }

    pub(crate) fn exit_code(&self) -> ExitCode {
        ExitCode::from(self.exit as u8)
    }

    /// Writes the failure to stderr, and its body to stdout where that was asked for.
    pub(crate) fn report(&self, json: bool) {
        if json && let Some(body) = &self.body {
            out!("{body:#}");
        }
        eprintln!("tenantry: {}", self.message);
        if let Some(way_on) = &self.way_on {
            eprintln!("  {way_on}");
        }
    }
}
