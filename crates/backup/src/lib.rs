//! Backups: the archive of one schema, and the place where it is kept sealed.
//!
//! Read in this order: [`archive`] (the file that `pg_restore` reads), [`tally`] (what a table's rows come to),
//! [`fingerprint`] (what its form comes to), [`write`] (a schema into an archive), [`fallback`] (the same
//! by `pg_dump`), [`keys`] and [`seal`] (an archive that only its institution's key opens), [`note`] and
//! [`manifest`] (what is known of it, signed), [`place`] (where bytes are kept), [`repository`] (what is where
//! there), [`restore`] (an archive into a schema), [`compare`] (what two of them differ in).

mod allowed;
pub mod archive;
mod chosen;
pub mod compare;
pub mod fallback;
pub mod fingerprint;
pub mod keys;
pub mod manifest;
pub mod note;
pub mod place;
pub mod repository;
pub mod restore;
pub mod seal;
pub mod tally;
pub mod write;
