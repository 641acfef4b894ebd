//! `/api/admin/templates`

mod create;
