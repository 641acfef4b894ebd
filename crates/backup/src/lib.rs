//! Backups: the archive of one schema.
//!
//! Read in this order: [`archive`] (the file that `pg_restore` reads), [`tally`] (what a table's rows come to),
//! [`fingerprint`] (what its form comes to), [`write`] (a schema into an archive), [`fallback`] (the same
//! by `pg_dump`), [`restore`] (an archive into a schema), [`compare`] (what two schemas
//! differ in).

mod allowed;
pub mod archive;
mod chosen;
pub mod compare;
pub mod fallback;
pub mod fingerprint;
pub mod restore;
pub mod tally;
pub mod write;
