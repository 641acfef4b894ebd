//! The PostgreSQL engine: it speaks to any server and has never heard of Tenantry's control
//! database.
//!
//! Read in this order: [`sql`] (the one door for names), [`database`] (a managed database and its
//! sessions), [`install`] (what is put into it), [`schema`] (what is done to one institution's
//! schema), [`spare`], [`template`], [`call_log`] and [`catalog`] (what is read back), [`embedded`] (a server
//! of our own).

pub mod call_log;
pub mod catalog;
pub mod database;
pub mod embedded;
pub mod error;
pub mod fence;
pub mod install;
pub mod schema;
pub mod spare;
pub mod sql;
pub mod template;

mod guard;

pub use database::ManagedDatabase;
pub use error::{PgError, Situation};
pub use fence::Fence;
