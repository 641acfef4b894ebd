//! Whether operations may begin, as this process knows; [`crate::pause`] decides it.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Why a managed database takes no work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reason {
    /// `53100`.
    DiskFull,
    /// Nobody listens, or the server is starting and does not get to an end.
    ServerDown,
}

impl Reason {
    /// The word for it.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::DiskFull => "disk_full",
            Self::ServerDown => "server_down",
        }
    }

    /// The reason behind a word.
    pub(crate) fn of_kind(kind: &str) -> Option<Self> {
        [Self::DiskFull, Self::ServerDown].into_iter().find(|reason| reason.as_str() == kind)
    }
}

/// Between two tries; the pause before the next grows from the first to the second.
const FIRST: Duration = Duration::from_secs(2);
const LONGEST: Duration = Duration::from_secs(30);

/// Whether this process lets operations begin.
#[derive(Debug, Default)]
pub(crate) struct Gate(Mutex<Option<Closed>>);

#[derive(Clone, Copy, Debug)]
struct Closed {
    reason: Reason,
    asked: Instant,
    again_after: Duration,
}

impl Gate {
    /// Why none may begin.
    pub(crate) fn closed(&self) -> Option<Reason> {
        self.lock().map(|closed| closed.reason)
    }

    /// Lets none begin from now on; a reason that is there stays.
    pub(crate) fn close(&self, reason: Reason) {
        self.lock().get_or_insert_with(|| Closed {
            reason,
            asked: Instant::now(),
            again_after: FIRST,
        });
    }

    /// Lets them begin again.
    pub(crate) fn open(&self) {
        *self.lock() = None;
    }

    /// Whether it is time to ask again; then the next time comes later.
    pub(crate) fn is_due(&self) -> bool {
        let mut state = self.lock();
        let Some(closed) =
            state.as_mut().filter(|closed| closed.asked.elapsed() >= closed.again_after)
        else {
            return false;
        };
        closed.asked = Instant::now();
        closed.again_after = (closed.again_after * 2).min(LONGEST);
        true
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<Closed>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
