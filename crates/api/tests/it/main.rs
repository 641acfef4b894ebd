//! The API from outside: real requests over HTTP to a server with a worker, on real databases. A
//! folder is a path of the API, a file what is asked of it; `server.rs` is what they all stand on.

#![expect(clippy::unwrap_used, reason = "a test panics when something is not there")]

mod access;
mod adoptions;
mod audit;
mod backups;
mod bodies;
mod call;
mod console;
mod events;
mod health;
mod openapi;
mod operations;
mod outages;
mod plans;
mod problems;
mod schedules;
mod schemas;
mod server;
mod session;
mod templates;
mod tokens;
