//! Archives against PostgreSQL's own programs, on real servers.
#![expect(clippy::unwrap_used, reason = "a test says where it broke by panicking")]

mod ahead;
mod fallback;
mod oracle;
mod outside;
mod programs;
mod random;
mod regression;
mod restore;
