//! Operations on real databases, with workers that are killed, paused and cut off.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test says where it broke by panicking"
)]

mod adopt;
mod adopt_django;
mod backups;
mod backups_elsewhere;
mod backups_outages;
mod cancel;
mod crash;
mod disk;
mod fence;
mod fleet;
mod import;
mod locks;
mod mirror;
mod outage;
mod plans;
mod pool;
mod queue;
mod quota;
mod reconcile;
mod retention;
mod scenario;
mod schedules;
mod schema_life;
mod usage;
mod watchdog;
mod world;
