//! The PostgreSQL engine: it speaks to any server and has never heard of Tenantry's control
//! database.
//!
//! Read in this order: [`sql`] (the one door for names), [`connect`] (how a session is set up), [`database`] (a managed database and its
//! sessions), [`install`] (what is put into it), [`schema`] and [`quota`] (what is done to one
//! institution's schema), [`copies`] (schemas beside it), [`spare`] (schemas made ahead), [`adoption`] (schemas that others made),
//! [`credentials`] (what its application logs in with), [`template`], [`call_log`], [`catalog`], [`usage`],
//! [`blockers`] and [`watchdog`] (what is read back),
//! [`doctor`] (what is wrong with it), [`pooler`] (what may be between us and the server), [`embedded`]
//! (a server of our own).

pub mod adoption;
pub mod blockers;
pub mod call_log;
pub mod catalog;
pub mod connect;
pub mod copies;
pub mod credentials;
pub mod database;
pub mod doctor;
pub mod embedded;
pub mod error;
pub mod export;
pub mod fence;
pub mod import;
pub mod install;
mod nodelay;
pub mod pooler;
pub mod quota;
pub mod schema;
pub mod scram;
mod space;
pub mod spare;
pub mod sql;
pub mod template;
pub mod usage;
pub mod watchdog;

mod guard;

pub use database::ManagedDatabase;
pub use error::{PgError, Situation};
pub use fence::Fence;
