//! Copies of institutions' schemas on a real server: landings for archives, swaps, what is brought back
//! where nothing is, and snapshots. `make test-matrix` runs this on every supported major version.
#![expect(clippy::unwrap_used, reason = "a test says where it broke by panicking")]

mod landing;
mod lost;
mod snapshot;
mod swap;
mod world;
