//! Tenantry's own tables in the control database, and only them: one file for each table, its SQL
//! and its row type together. Knows nothing of managed databases or of what operations do.
//!
//! The tables' DDL is in `tables/`, forward only; [`control`] opens the database and applies it.

pub mod adoptions;
pub mod audit;
pub mod backups;
pub mod change_keys;
pub mod control;
pub mod copies;
pub mod drills;
pub mod events;
pub mod findings;
pub mod operations;
pub mod plans;
pub mod pools;
pub mod quotas;
pub mod retention;
pub mod schedules;
pub mod schemas;
pub mod sessions;
pub mod steps;
pub mod templates;
pub mod tokens;
mod totals;
pub mod usage;

mod columns;
mod ids;

pub use control::{Store, Tx};
/// What can go wrong at the control database; the same situations as at any other server.
pub use tenantry_pg::{PgError, Situation};
