//! The commands, one file for each noun or verb.

pub(crate) mod adopt;
pub(crate) mod attributes;
pub(crate) mod backup;
pub(crate) mod demo;
pub(crate) mod doctor;
pub(crate) mod install;
pub(crate) mod operation;
pub(crate) mod plan;
pub(crate) mod schedule;
pub(crate) mod schema;
pub(crate) mod serve;
pub(crate) mod sheets;
pub(crate) mod template;
pub(crate) mod token;
pub(crate) mod usage;
