//! Everything that changes the world, durably.
//!
//! [`submit`] is the only way in: it writes an operation into the control database. [`runner`]
//! claims operations and takes them through their steps; it knows no kind. [`kinds`] has one file
//! for each kind. [`mirror`], [`reconcile`], [`usage`], [`quotas`], [`pool`] and [`housekeeping`] are what
//! the control plane does unasked. [`adoption`] finds schemas that were there before.

mod adopted;
pub mod adoption;
pub mod credentials;
pub mod doctor;
pub mod fleet;
pub mod housekeeping;
pub mod kinds;
pub mod mirror;
pub mod pool;
pub mod quotas;
pub mod reconcile;
mod refusal;
pub mod runner;
pub mod submit;
pub mod usage;

pub use fleet::{Fleet, FleetConfig, QuotaConfig, UsageConfig};
pub use submit::{Accepted, Refusal};
