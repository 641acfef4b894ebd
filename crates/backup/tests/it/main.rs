//! Archives against PostgreSQL's own programs, on real servers.
#![expect(clippy::unwrap_used, reason = "a test says where it broke by panicking")]

mod compare;
mod landing;
mod managed;
mod oracle;
mod programs;
mod restore;
