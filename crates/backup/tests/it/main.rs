//! Archives against PostgreSQL's own programs, on real servers; backups in folders and buckets.
#![expect(clippy::unwrap_used, reason = "a test says where it broke by panicking")]

mod ahead;
mod compare;
mod cost;
mod fallback;
mod fleet;
mod landing;
mod managed;
mod oracle;
mod outside;
mod place;
mod programs;
mod random;
mod regression;
mod repository;
mod restore;
mod s3;
mod sessions;
mod stock;
