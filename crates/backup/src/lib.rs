//! Backups: the archive of one schema.
//!
//! Read in this order: [`archive`] (the file that `pg_restore` reads), [`tally`] (what a table's rows come to),
//! [`write`] (a schema into an archive).

pub mod archive;
pub mod tally;
pub mod write;
