//! A worker: claims what is due, as many at a time as it has places, keeps the leases alive, and
//! takes over what others left behind.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tenantry_pg::Fence;
use tenantry_pg::PgError;
use tenantry_store::operations::{self, Claim};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::context::Context;
use super::faults::Faults;
use super::kind::Lane;
use super::registry::Registry;
use crate::fleet::Fleet;

/// How a worker works. The defaults take a dead worker's operations over within 31 s.
#[derive(Clone, Debug)]
pub struct WorkerConfig {
    /// How many operations it runs at a time that somebody waits for.
    pub places: usize,
    /// How many backups and drills it runs at a time, beside those.
    pub backup_places: usize,
    /// How long a claim holds without a sign of life.
    pub lease: Duration,
    /// How often it gives one, and learns of requests to cancel.
    pub beat: Duration,
    /// How often it looks for work that nobody in this process announced.
    pub poll: Duration,
    /// Where a test makes it fail.
    pub faults: Faults,
}

impl Default for WorkerConfig {
    fn default() -> Self {
        Self {
            places: 8,
            backup_places: 2,
            lease: Duration::from_secs(30),
            beat: Duration::from_secs(1),
            poll: Duration::from_secs(1),
            faults: Faults::none(),
        }
    }
}

/// A worker that is at work. Its id is random and new with every start, so that two machines with
/// one name, or a cloned one, are never taken for each other.
pub struct Worker {
    id: Uuid,
    fleet: Fleet,
    stop: CancellationToken,
    main: tokio::task::JoinHandle<()>,
}

/// The operations that a worker has in hand.
type InHand = Arc<Mutex<HashMap<Uuid, Hold>>>;

#[derive(Clone)]
struct Hold {
    generation: i64,
    lane: Lane,
    cancel: CancellationToken,
    fenced: CancellationToken,
    /// Whether the last beat found no claim of ours on it.
    missed: Arc<AtomicBool>,
}

impl Worker {
    /// Puts a worker to work.
    pub fn start(fleet: Fleet, registry: Registry, config: WorkerConfig) -> Self {
        let id = Uuid::new_v4();
        let stop = CancellationToken::new();
        let round = Round {
            id,
            fleet: fleet.clone(),
            kinds: LANES.map(|lane| (lane, registry.names_and_versions(lane))),
            registry,
            in_hand: InHand::default(),
            config,
        };
        let main = tokio::spawn(round.go(stop.clone()));
        Self { id, fleet, stop, main }
    }

    /// Its id.
    pub fn id(&self) -> Uuid {
        self.id
    }

    /// Stops: claims nothing more, gives what it has in hand some seconds to come to an end, and
    /// gives the rest back to the queue at once.
    pub async fn stop(self) {
        self.stop.cancel();
        if self.main.await.is_err() {
            tracing::error!("The worker's main task panicked");
        }
        match operations::release(&self.fleet.store, self.id).await {
            Ok(0) => {}
            Ok(count) => tracing::info!(count, "Gave {count} operations back to the queue"),
            Err(error) => tracing::warn!("Could not give operations back: {error}"),
        }
    }
}

struct Round {
    id: Uuid,
    fleet: Fleet,
    registry: Registry,
    kinds: [(Lane, Vec<(&'static str, i32)>); LANES.len()],
    in_hand: InHand,
    config: WorkerConfig,
}

/// In the order in which they are looked after.
const LANES: [Lane; 3] = [Lane::Asked, Lane::Backups, Lane::Background];

/// How long a stopping worker waits for what it has in hand.
const GRACE: Duration = Duration::from_secs(5);

impl Round {
    async fn go(self, stop: CancellationToken) {
        let mut tasks = JoinSet::new();
        let mut last_beat = Instant::now();
        let mut looked = Instant::now();
        let mut trouble = Trouble::default();
        while !stop.is_cancelled() {
            match self.claim_some(&mut tasks, &mut looked).await {
                Ok(full) => {
                    trouble.over();
                    if full {
                        continue;
                    }
                }
                Err(error) => trouble.report(&error),
            }
            tokio::select! {
                () = stop.cancelled() => break,
                () = self.fleet.woken() => {}
                () = tokio::time::sleep(self.config.poll) => {}
                Some(_) = tasks.join_next() => {}
            }
            while tasks.try_join_next().is_some() {}
            last_beat = self.beat(last_beat, &mut trouble).await;
        }
        self.wind_down(&mut tasks).await;
    }

    /// Fills the free places of every lane; true when there may be more to claim, and a place for it.
    async fn claim_some(
        &self,
        tasks: &mut JoinSet<()>,
        looked: &mut Instant,
    ) -> Result<bool, PgError> {
        // what a paused database is asked for would only come back
        if self.fleet.paused().is_some() {
            return Ok(false);
        }
        let look = looked.elapsed() >= self.config.poll;
        if look {
            *looked = Instant::now();
        }
        let mut more = false;
        for (lane, kinds) in &self.kinds {
            if !kinds.is_empty() && (look || *lane != Lane::Background) {
                more |= self.claim_of(*lane, kinds, look, tasks).await?;
            }
        }
        Ok(more)
    }

    /// Fills the free places of a lane.
    async fn claim_of(
        &self,
        lane: Lane,
        kinds: &[(&'static str, i32)],
        look: bool,
        tasks: &mut JoinSet<()>,
    ) -> Result<bool, PgError> {
        let free = self.places_of(lane).saturating_sub(self.count(lane));
        if free == 0 {
            return Ok(false);
        }
        let limit = free as i64;
        // What a dead worker left goes first, however long the queue is: its schema waits for it.
        let mut claims = Vec::new();
        if look {
            claims = self.take_over(kinds, limit).await?;
        }
        let limit = limit - claims.len() as i64;
        if limit > 0 {
            let (store, lease) = (&self.fleet.store, self.config.lease);
            claims.extend(
                operations::claim(store, self.id, lane.as_str(), kinds, lease, limit).await?,
            );
        }
        let full = claims.len() == free;
        for claim in claims {
            self.run(claim, tasks);
        }
        Ok(full && self.count(lane) < self.places_of(lane))
    }

    fn places_of(&self, lane: Lane) -> usize {
        match lane {
            Lane::Asked => self.config.places,
            Lane::Backups => self.config.backup_places,
            Lane::Background => 1,
        }
    }

    async fn take_over(
        &self,
        kinds: &[(&'static str, i32)],
        limit: i64,
    ) -> Result<Vec<Claim>, PgError> {
        let (store, lease) = (&self.fleet.store, self.config.lease);
        let claims = operations::take_over(store, self.id, kinds, lease, limit).await?;
        for claim in &claims {
            tracing::warn!(operation.id = %claim.id, crashes = claim.crash_count,
                "Took over operation {} from a worker that is gone", claim.id);
        }
        Ok(claims)
    }

    /// How many operations of a lane are in hand.
    fn count(&self, lane: Lane) -> usize {
        lock(&self.in_hand).values().filter(|hold| hold.lane == lane).count()
    }

    fn run(&self, claim: Claim, tasks: &mut JoinSet<()>) {
        let Some(kind) = self.registry.get(&claim.kind).copied() else {
            return; // claims name only kinds of the registry
        };
        let hold = Hold {
            generation: claim.generation,
            lane: kind.lane,
            cancel: CancellationToken::new(),
            fenced: CancellationToken::new(),
            missed: Arc::default(),
        };
        let context = Context {
            fleet: self.fleet.clone(),
            fence: Fence { operation: claim.id, generation: claim.generation },
            cancel: hold.cancel.clone(),
            fenced: hold.fenced.clone(),
            faults: self.config.faults.clone(),
        };
        let id = claim.id;
        let generation = claim.generation;
        lock(&self.in_hand).insert(id, hold);
        let in_hand = self.in_hand.clone();
        tasks.spawn(async move {
            (kind.execute)(claim, context).await;
            let mut in_hand = lock(&in_hand);
            // the same operation may be in hand again already, under a newer claim
            if in_hand.get(&id).is_some_and(|hold| hold.generation == generation) {
                in_hand.remove(&id);
            }
        });
    }

    /// Renews the leases when it is time, and learns what was cancelled or taken away. A worker
    /// that could not renew for as long as a lease holds must believe that it lost everything.
    async fn beat(&self, last: Instant, trouble: &mut Trouble) -> Instant {
        let held = lock(&self.in_hand).clone();
        if held.is_empty() {
            return Instant::now();
        }
        if last.elapsed() < self.config.beat {
            return last;
        }
        let ids: Vec<Uuid> = held.keys().copied().collect();
        let answer = tokio::time::timeout(
            self.config.lease / 2,
            operations::beat(&self.fleet.store, self.id, &ids, self.config.lease),
        );
        match answer.await {
            Ok(Ok(beats)) => {
                for (id, hold) in held {
                    match beats.iter().find(|beat| beat.id == id) {
                        Some(beat) if beat.generation == hold.generation => {
                            hold.missed.store(false, Ordering::Relaxed);
                            if beat.cancel_requested {
                                hold.cancel.cancel();
                            }
                        }
                        // another claim of ours
                        Some(_) => hold.fenced.cancel(),
                        // not ours any more, or it has just ended and its task is about to learn that: the
                        // next beat tells. What a worker writes that lost its claim is refused either way.
                        None => {
                            if hold.missed.swap(true, Ordering::Relaxed) {
                                hold.fenced.cancel();
                            }
                        }
                    }
                }
                Instant::now()
            }
            failed => {
                if let Ok(Err(error)) = failed {
                    trouble.report(&error);
                }
                if last.elapsed() > self.config.lease {
                    held.values().for_each(|hold| hold.fenced.cancel());
                }
                last
            }
        }
    }

    async fn wind_down(&self, tasks: &mut JoinSet<()>) {
        let all_done = async { while tasks.join_next().await.is_some() {} };
        if tokio::time::timeout(GRACE, all_done).await.is_err() {
            tasks.shutdown().await;
        }
    }
}

fn lock(in_hand: &InHand) -> std::sync::MutexGuard<'_, HashMap<Uuid, Hold>> {
    in_hand.lock().unwrap_or_else(PoisonError::into_inner)
}

/// An outage is reported once when it begins and once when it is over, not every second.
#[derive(Default)]
struct Trouble(bool);

impl Trouble {
    fn report(&mut self, error: &PgError) {
        if !std::mem::replace(&mut self.0, true) {
            tracing::error!("The control database does not answer: {error}");
        }
    }

    fn over(&mut self) {
        if std::mem::take(&mut self.0) {
            tracing::info!("The control database answers again");
        }
    }
}
