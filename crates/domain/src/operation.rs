//! The life of an operation, and when a failed step is tried again.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// Where an operation is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum OperationState {
    /// Accepted; no worker has it yet.
    Queued,
    /// A worker has it.
    Running,
    /// Between two tries of a step that may succeed later.
    Waiting,
    /// Done.
    Succeeded,
    /// Given up, and what it had done was undone.
    Failed,
    /// Stopped on request, and what it had done was undone.
    Cancelled,
    /// Its workers died too often, or an undo failed: it needs a person.
    Stuck,
}

impl OperationState {
    /// Every state.
    pub const ALL: [Self; 7] = [
        Self::Queued,
        Self::Running,
        Self::Waiting,
        Self::Succeeded,
        Self::Failed,
        Self::Cancelled,
        Self::Stuck,
    ];

    /// The word for it, as stored and served.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Running => "running",
            Self::Waiting => "waiting",
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
            Self::Stuck => "stuck",
        }
    }

    /// Whether nothing more happens by itself.
    pub fn is_final(self) -> bool {
        matches!(self, Self::Succeeded | Self::Failed | Self::Cancelled | Self::Stuck)
    }

    /// Whether a person may ask for another try.
    pub fn is_retryable(self) -> bool {
        matches!(self, Self::Failed | Self::Stuck)
    }
}

impl fmt::Display for OperationState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for OperationState {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL
            .into_iter()
            .find(|state| state.as_str() == text)
            .ok_or_else(|| format!("`{text}` is not a state of an operation"))
    }
}

/// How many workers may die on an operation, without a step done in between, before it is parked.
pub const MAX_CRASHES: i32 = 3;

/// How often a step is tried. With the waits below, the last try comes about 15 minutes after the
/// first: longer than any restart of a server with many files (130 s measured).
pub const MAX_ATTEMPTS: i32 = 12;

/// How often a step is tried that ends in deadlocks with an application: the first time and five more.
/// Each try stands in the application's way again.
pub const MAX_DEADLOCKS: i32 = 6;

/// The wait before try number `attempt + 1`: full jitter (a random part, `chance` in 0..1, of the
/// ceiling), the ceiling doubling from 1 s to 5 min. Source: "Exponential Backoff And Jitter", AWS
/// Architecture Blog, 2015.
pub fn backoff(attempt: i32, chance: f64) -> Duration {
    let ceiling = (1_u64 << attempt.clamp(0, 9)).min(300);
    Duration::from_secs_f64(ceiling as f64 * chance.clamp(0.0, 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_five_minutes() {
        assert_eq!(backoff(0, 1.0), Duration::from_secs(1));
        assert_eq!(backoff(5, 1.0), Duration::from_secs(32));
        assert_eq!(backoff(40, 1.0), Duration::from_secs(300));
        assert_eq!(backoff(5, 0.0), Duration::ZERO);
    }

    #[test]
    fn the_retry_budget_outlives_a_slow_restart() {
        let expected: f64 = (0..MAX_ATTEMPTS).map(|a| backoff(a, 0.5).as_secs_f64()).sum();
        assert!(expected > 2.0 * 130.0, "{expected} s");
    }
}
