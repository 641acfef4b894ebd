//! What a step has to work with.

use tenantry_pg::Fence;
use tokio_util::sync::CancellationToken;

use super::faults::Faults;
use crate::fleet::Fleet;

/// Given to every step and undo of an operation.
#[derive(Clone)]
pub struct Context {
    /// The databases.
    pub fleet: Fleet,
    /// Under whose name it changes the managed database.
    pub fence: Fence,
    /// Fires when somebody asks for the operation to be cancelled.
    pub cancel: CancellationToken,
    /// Fires when another worker has taken the operation over.
    pub(super) fenced: CancellationToken,
    pub(super) faults: Faults,
}
