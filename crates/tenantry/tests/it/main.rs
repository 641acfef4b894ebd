//! The binary as its users have it: started, killed and called as a program, on real PostgreSQL.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test says where it broke by panicking"
)]

mod adopt;
mod backups;
mod command_line;
mod credentials;
mod doctor;
mod external;
mod institutions;
mod killed;
mod plans;
mod program;
mod server;
mod usage;
