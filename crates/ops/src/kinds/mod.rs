//! The kinds of operations, one file each. A new kind is a file and a line in [`registry`].

pub(crate) mod marker;

pub mod block_writes;
pub mod create_schema;
pub mod create_template;
pub mod drop_schema;
pub mod import_schemas;
pub mod purge_schema;
pub mod refill_pool;
pub mod resume_schema;
pub mod suspend_schema;
pub mod unblock_writes;
pub mod undrop_schema;

pub(crate) use marker::Seen;

pub use block_writes::BlockWrites;
pub use create_schema::CreateSchema;
pub use create_template::CreateTemplate;
pub use drop_schema::DropSchema;
pub use import_schemas::ImportSchemas;
pub use purge_schema::PurgeSchema;
pub use refill_pool::RefillPool;
pub use resume_schema::ResumeSchema;
pub use suspend_schema::SuspendSchema;
pub use unblock_writes::UnblockWrites;
pub use undrop_schema::UndropSchema;

use crate::runner::Registry;

/// The single list of kinds.
pub fn registry() -> Registry {
    Registry::default()
        .with::<BlockWrites>()
        .with::<CreateSchema>()
        .with::<CreateTemplate>()
        .with::<DropSchema>()
        .with::<ImportSchemas>()
        .with::<PurgeSchema>()
        .with::<RefillPool>()
        .with::<ResumeSchema>()
        .with::<SuspendSchema>()
        .with::<UnblockWrites>()
        .with::<UndropSchema>()
}
