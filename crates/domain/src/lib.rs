//! The pure values and rules of Tenantry, readable in one sitting: no async, no I/O, no SQL.
//!
//! [`slug`] and [`schema`] are about an institution's schema, [`operation`] about a change to it,
//! [`template`] about what new schemas are made from, [`access`], [`token`] and [`session`] about who may do
//! what, [`usage`] and [`quota`] about what a schema takes up and may take up, [`plan`] about what a
//! plan allows, [`pool`] about schemas that are made ahead, [`adoption`] about schemas that were there
//! before, [`schedule`] about when things are done again and again, [`retention`] about which backups are
//! kept, [`problem`] about what can be wrong.

pub mod access;
pub mod adoption;
pub mod bulk;
pub mod clock;
pub mod finding;
pub mod institution;
pub mod operation;
pub mod plan;
pub mod pool;
pub mod problem;
pub mod quota;
pub mod retention;
pub mod schedule;
pub mod schema;
pub mod session;
pub mod sheet;
pub mod slug;
pub mod template;
pub mod token;
pub mod usage;
pub mod version;
