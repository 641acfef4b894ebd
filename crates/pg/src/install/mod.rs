//! What Tenantry puts into a server and a managed database: roles, the schema `tenantry`, its
//! tables (forward only) and its functions (applied again when their text changed). Idempotent.

mod database;
mod export;
mod gateway;
mod server;
mod tables;

pub use database::{Installed, install_managed};
pub use gateway::{Gateway, install_gateway};
pub use server::{ServerSetup, prepare_server};
pub use tables::{TableFile, apply_tables, retry_on_lock};
