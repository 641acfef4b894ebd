//! Everything that changes the world, durably.
//!
//! [`submit`] is the only way in: it writes an operation into the control database
//! ([`attributes`] are changed at once; [`import`] asks for many; [`schedules`] do so when the time comes). [`runner`]
//! claims operations and takes them through their steps; it knows no kind. [`kinds`] has one file
//! for each kind. [`mirror`], [`reconcile`], [`usage`], [`quotas`], [`plans`], [`pause`], [`watchdog`],
//! [`pool`] and [`housekeeping`] are what
//! the control plane does unasked. [`retention`] says which backups it would let go of. [`adoption`] finds schemas that were there before.

mod adopted;
pub mod adoption;
mod archives;
pub mod attributes;
mod backup_store;
pub mod backups;
pub mod bulk;
pub mod credentials;
pub mod doctor;
pub mod fleet;
mod gate;
pub mod housekeeping;
pub mod import;
pub mod kinds;
pub mod mirror;
pub mod pause;
pub mod plans;
pub mod pool;
mod queue;
pub mod quotas;
pub mod reconcile;
mod request;
pub mod retention;
pub mod runner;
pub mod schedules;
mod seeds;
pub mod submit;
pub mod usage;
pub mod watchdog;

pub use fleet::{Fleet, FleetConfig, QuotaConfig, UsageConfig, WatchdogConfig};
pub use submit::{Accepted, Refusal};
