//! A private PostgreSQL server kept in one directory: found, initialised, started, adopted when
//! it is already running, stopped. For laptops, demos and tests; a production fleet has servers
//! of its own. Knows nothing of what the databases hold.
//!
//! The directory holds `data/` (the cluster), `log/`, and files of ours: `tenantry-postgres` (the
//! marker that the directory is ours and how far it got), `superuser.secret`, `port`,
//! `tenantry.conf` and `lock`.

mod account;
mod answer;
pub mod binaries;
mod error;
mod home;
mod initialise;
mod port;
mod postmaster;
mod server;
mod settings;

pub use error::EmbeddedError;
pub use server::{EmbeddedConfig, Server};
