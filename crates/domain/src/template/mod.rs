//! A template script: the user's own migration folder, read once and run for every new institution.
//!
//! This room turns a list of files into an ordered script and says why a folder cannot be one. It
//! knows file layouts and PostgreSQL's grammar. It must not know a database, a file system, who
//! asked, or what becomes of the script.

mod check;
mod history;
mod layout;
mod read;
mod refusal;
mod script;
mod seed;
mod spares;

pub use layout::{Layout, SourceFile};
pub use read::Migration;
pub use refusal::{Refusal, RefusalCode};
pub use script::TemplateScript;
pub use seed::{Seed, check_parameters};
pub use spares::Spares;
