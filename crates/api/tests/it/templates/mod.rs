//! `/api/admin/templates`

mod create;
mod pool;
