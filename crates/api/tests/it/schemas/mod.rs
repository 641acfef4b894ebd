//! `/api/admin/schemas`

mod attributes;
mod bulk;
mod create;
mod credentials;
mod delete;
mod export;
mod facets;
mod import;
mod list;
mod patch;
mod rows;
mod show;
mod usage;
