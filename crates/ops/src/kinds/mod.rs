//! The kinds of operations, one file each. A new kind is a file and a line in [`registry`].

mod children;
mod made;
pub(crate) mod marker;

pub mod adopt_schema;
pub mod apply_plan;
pub mod backup_schema;
pub mod backup_schemas;
pub mod block_writes;
pub mod change_schemas;
pub mod create_schema;
pub mod create_template;
pub mod destroy_backup_keys;
pub mod drop_copy;
pub mod drop_schema;
pub mod import_backups;
pub mod import_schemas;
pub mod manage_schema;
pub mod prune_backups;
pub mod purge_schema;
pub mod refill_pool;
pub mod release_schema;
pub mod restore_backup;
pub mod resume_schema;
pub mod rotate_backup_keys;
pub mod snapshot_schema;
pub mod suspend_schema;
pub mod swap_schema;
pub mod unblock_writes;
pub mod undrop_schema;
pub mod verify_backup;
pub mod verify_backups;

pub(crate) use marker::Seen;

pub use adopt_schema::AdoptSchema;
pub use apply_plan::ApplyPlan;
pub use backup_schema::BackupSchema;
pub use backup_schemas::BackupSchemas;
pub use block_writes::BlockWrites;
pub use change_schemas::ChangeSchemas;
pub use create_schema::CreateSchema;
pub use create_template::CreateTemplate;
pub use destroy_backup_keys::DestroyBackupKeys;
pub use drop_copy::DropCopy;
pub use drop_schema::DropSchema;
pub use import_backups::ImportBackups;
pub use import_schemas::ImportSchemas;
pub use manage_schema::ManageSchema;
pub use prune_backups::PruneBackups;
pub use purge_schema::PurgeSchema;
pub use refill_pool::RefillPool;
pub use release_schema::ReleaseSchema;
pub use restore_backup::RestoreBackup;
pub use resume_schema::ResumeSchema;
pub use rotate_backup_keys::RotateBackupKeys;
pub use snapshot_schema::SnapshotSchema;
pub use suspend_schema::SuspendSchema;
pub use swap_schema::SwapSchema;
pub use unblock_writes::UnblockWrites;
pub use undrop_schema::UndropSchema;
pub use verify_backup::VerifyBackup;
pub use verify_backups::VerifyBackups;

use crate::runner::Registry;

/// The single list of kinds.
pub fn registry() -> Registry {
    Registry::default()
        .with::<AdoptSchema>()
        .with::<ApplyPlan>()
        .with::<BackupSchema>()
        .with::<BackupSchemas>()
        .with::<BlockWrites>()
        .with::<ChangeSchemas>()
        .with::<CreateSchema>()
        .with::<CreateTemplate>()
        .with::<DestroyBackupKeys>()
        .with::<DropCopy>()
        .with::<DropSchema>()
        .with::<ImportBackups>()
        .with::<ImportSchemas>()
        .with::<ManageSchema>()
        .with::<PruneBackups>()
        .with::<PurgeSchema>()
        .with::<RefillPool>()
        .with::<ReleaseSchema>()
        .with::<RestoreBackup>()
        .with::<ResumeSchema>()
        .with::<RotateBackupKeys>()
        .with::<SnapshotSchema>()
        .with::<SuspendSchema>()
        .with::<SwapSchema>()
        .with::<UnblockWrites>()
        .with::<UndropSchema>()
        .with::<VerifyBackup>()
        .with::<VerifyBackups>()
}
