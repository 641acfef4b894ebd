//! How the work of a fleet is spread over time, where a schedule says so.

use std::time::Duration;

use jiff::Timestamp;
use tenantry_domain::schedule::{Schedule, ScheduleSettings};
use tenantry_store::{PgError, Tx, operations};
use uuid::Uuid;

/// When each institution's turn comes; by default at once.
#[derive(Debug, Default)]
pub(crate) struct Pace {
    /// The schedule and its slot.
    slot: Option<(Schedule, Timestamp)>,
    /// How many institutions are begun within a minute.
    per_minute: Option<u32>,
    /// How many are worked on at a time; the parent sees to that.
    pub(crate) at_once: Option<u32>,
    /// From when on nothing is begun any more.
    pub(crate) deadline: Option<Timestamp>,
}

impl Pace {
    /// What a schedule says of one of its slots.
    ///
    /// # Errors
    /// Settings that this binary cannot read, as a sentence.
    pub(crate) fn of(settings: &ScheduleSettings, slot: Timestamp) -> Result<Self, String> {
        let schedule = settings.read()?;
        Ok(Self {
            deadline: schedule.deadline(slot),
            per_minute: settings.per_minute,
            at_once: settings.at_once,
            slot: Some((schedule, slot)),
        })
    }

    /// Gives operations (with their institutions) the times at which they are due.
    pub(crate) async fn spread(
        &self,
        tx: &mut Tx,
        operations: impl Iterator<Item = (Uuid, Uuid)>,
    ) -> Result<(), PgError> {
        let ids: Vec<(Uuid, Uuid)> = operations.collect();
        if self.at_once.is_some() {
            return operations::hold_back(tx, &ids.iter().map(|(id, _)| *id).collect::<Vec<_>>())
                .await;
        }
        let Some((schedule, slot)) = &self.slot else {
            return Ok(());
        };
        let due: Vec<(Uuid, Timestamp)> = ids
            .into_iter()
            .zip(0_u32..)
            .map(|((id, institution), place)| {
                let minutes = self.per_minute.map_or(0, |most| place / most);
                let by_rate = *slot + Duration::from_secs(u64::from(minutes) * 60);
                (id, schedule.start_of(*slot, institution).max(by_rate))
            })
            .collect();
        operations::delay(tx, &due).await
    }
}
