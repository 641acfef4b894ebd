//! `/api/admin/operations`

mod cancel;
mod list;
mod order;
mod retry;
