//! `/api/admin/tokens` and `/api/admin/whoami`

mod create;
mod revoke;
