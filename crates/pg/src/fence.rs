//! Under whose name the managed database is changed.

use uuid::Uuid;

/// Under whose name a change is made: the operation and the generation of its claim.
#[derive(Clone, Copy, Debug)]
pub struct Fence {
    /// The operation's id.
    pub operation: Uuid,
    /// The claim's generation; a lower one than the last is refused.
    pub generation: i64,
}
