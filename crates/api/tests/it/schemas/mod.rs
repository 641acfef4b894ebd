//! `/api/admin/schemas`

mod attributes;
mod create;
mod credentials;
mod delete;
mod export;
mod facets;
mod import;
mod list;
mod patch;
mod show;
mod usage;
