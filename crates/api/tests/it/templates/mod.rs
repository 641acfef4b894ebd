//! `/api/admin/templates`

mod create;
mod pool;
mod seed;
