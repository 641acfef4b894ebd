//! `/api/admin/operations`

mod cancel;
mod history;
mod list;
mod order;
mod retry;
