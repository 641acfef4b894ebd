//! The handlers, one file for each noun.

pub mod adoptions;
mod attributes;
pub mod audit;
pub mod backup_imports;
pub mod backup_keys;
pub mod backups;
pub mod bulk;
pub mod console;
pub mod copies;
pub mod credentials;
pub mod drills;
pub mod events;
pub mod exports;
pub mod findings;
pub mod health;
pub mod imports;
pub mod lists;
pub mod operations;
pub mod plans;
pub mod pools;
pub mod schedules;
pub mod schemas;
pub mod session;
pub mod templates;
pub mod tokens;
pub mod usage;
