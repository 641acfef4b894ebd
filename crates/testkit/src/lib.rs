//! Real PostgreSQL for tests: a cluster that all tests of a run share, databases in it, servers
//! that a test may kill, and a network that can be made bad. For tests only; where something is
//! wrong it panics with the reason. Knows nothing of Tenantry's tables.

mod cluster;
mod database;
mod disk;
mod pgbouncer;
mod private;
pub mod proxy;
mod shared;
mod template;

pub use cluster::Cluster;
pub use database::TestDatabase;
pub use disk::SmallDisk;
pub use pgbouncer::PgBouncer;
pub use private::PrivateServer;
pub use proxy::Proxy;
pub use shared::stop_all;
