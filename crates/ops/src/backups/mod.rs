//! Backups: the ways to ask for what is done with them, and how fresh they are. What is done is in
//! [`kinds`](crate::kinds), with what it needs of archives in `archives`.

pub mod copies;
pub mod freshness;
pub(crate) mod pace;
mod requests;

use crate::fleet::Fleet;
use crate::request::Refusal;

pub use crate::backup_store::{Backups, WithinError};
pub use crate::request::BackupRefusal;
pub use requests::{
    KEEP_HOURS, MOST_KEEP_HOURS, RestoreRequest, Target, back_up, back_up_all, destroy_keys, hold,
    import, prune, restore, rotate_keys, verify, verify_all,
};
pub(crate) use requests::{queue_backups, queue_drills, queue_prune};

impl Fleet {
    /// Refuses where backups were not set up.
    pub(crate) fn check_backups(&self) -> Result<(), Refusal> {
        self.backups.as_ref().map(drop).ok_or(Refusal::Backup(BackupRefusal::BackupsOff))
    }

    /// Refuses where backups cannot be opened.
    pub(crate) fn check_identities(&self) -> Result<(), Refusal> {
        let backups = self.backups.as_ref().ok_or(Refusal::Backup(BackupRefusal::BackupsOff))?;
        backups.identities.as_ref().map(drop).ok_or(Refusal::Backup(BackupRefusal::NoIdentity))
    }
}
