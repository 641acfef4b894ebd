//! How far a long step is, told to those who watch: not more often than they can read it.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use tenantry_backup::{restore, write};
use tenantry_store::operations;

use crate::runner::Context;

/// Between two words.
const PAUSE: Duration = Duration::from_millis(500);

/// A step that tells how far it is.
pub(crate) struct Progress {
    cx: Context,
    step: &'static str,
    told: Mutex<Instant>,
}

impl Progress {
    /// A step begins.
    pub(crate) fn begin(cx: &Context, step: &'static str) -> Self {
        Self { cx: cx.clone(), step, told: Mutex::new(Instant::now()) }
    }

    /// Tables that are done, and bytes.
    pub(crate) fn tables(&self, now: &write::Progress) {
        let write::Progress { tables_done, tables_total, bytes } = *now;
        let bytes = size(bytes);
        self.tell(|| format!("{tables_done} of {tables_total} tables, {bytes}"));
    }

    /// The same of a restore.
    pub(crate) fn restored(&self, now: &restore::Progress) {
        let restore::Progress { tables_done, tables, bytes } = *now;
        let bytes = size(bytes);
        self.tell(|| format!("{tables_done} of {tables} tables, {bytes}"));
    }

    /// Bytes that are done, of so many.
    pub(crate) fn bytes(&self, done: u64, total: u64) {
        self.tell(|| format!("{} of {}", size(done), size(total)));
    }

    /// Things that are done, of so many.
    pub(crate) fn items(&self, done: usize, total: usize, what: &str) {
        self.tell(|| format!("{done} of {total} {what}"));
    }

    /// Whoever works does not wait for whoever watches: the word is sent beside the work, and one that
    /// cannot be sent is not missed.
    fn tell(&self, far: impl FnOnce() -> String) {
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        if told.elapsed() < PAUSE {
            return;
        }
        *told = Instant::now();
        let text = format!("{}: {}", self.step, far());
        let (store, fence) = (self.cx.fleet.store.clone(), self.cx.fence);
        tokio::spawn(async move {
            let word = operations::note_progress(&store, fence.operation, fence.generation, &text);
            if let Err(error) = word.await {
                tracing::debug!("Progress of {} was not told: {error}", fence.operation);
            }
        });
    }
}

/// Bytes for people, in decimal units.
fn size(bytes: u64) -> String {
    const UNITS: [&str; 5] = ["B", "kB", "MB", "GB", "TB"];
    let (mut number, mut unit) = (bytes as f64, 0);
    while number >= 999.5 && unit + 1 < UNITS.len() {
        number /= 1000.0;
        unit += 1;
    }
    if unit == 0 { format!("{bytes} B") } else { format!("{number:.1} {}", UNITS[unit]) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_for_people() {
        assert_eq!(size(0), "0 B");
        assert_eq!(size(999), "999 B");
        assert_eq!(size(1_500), "1.5 kB");
        assert_eq!(size(3_200_000_000), "3.2 GB");
    }
}
