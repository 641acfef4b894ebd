//! The handlers, one file for each noun.

pub mod adoptions;
pub mod audit;
pub mod credentials;
pub mod events;
pub mod findings;
pub mod health;
pub mod operations;
pub mod pools;
pub mod schemas;
pub mod templates;
pub mod tokens;
pub mod usage;
