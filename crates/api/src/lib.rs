//! Tenantry over HTTP. A handler parses, allows, reads the store or submits an operation, and
//! shapes the answer; it never does a change itself. Only this crate knows HTTP status codes.
//!
//! [`types`] are the bodies, shared with the command line's client; [`routes`] has one file for
//! each noun; [`serve`] puts them together.

pub mod console;
pub mod routes;
pub mod serve;
pub mod types;

mod app;
mod caller;
mod cookie;
mod extract;
mod headers;
mod problem;
mod same_origin;
mod shape;
mod sign_ins;
mod span;
mod wait;

pub use app::{App, AppConfig};
pub use serve::{openapi, router, serve};
