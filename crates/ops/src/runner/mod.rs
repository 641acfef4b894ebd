//! The operation runner. It claims operations, takes them through their steps with a journal,
//! undoes what a failed one did, and knows no kind.
//!
//! Read `kind.rs` (what a kind is), then `execute.rs` (one operation's way), then `worker.rs`
//! (claims, leases and heartbeats). ADR 0003 has the reasons.

mod blocked;
mod context;
mod execute;
mod faults;
mod kind;
mod registry;
mod worker;

pub use context::Context;
pub use faults::{FaultAction, Faults, Phase};
pub use kind::{Body, Ended, Kind, Lane, Step, StepError};
pub use registry::{Description, Registry};
pub use worker::{Worker, WorkerConfig};
