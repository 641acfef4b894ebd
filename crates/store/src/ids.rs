//! Ids of version 7 as bounds of time: later ones are larger, so a primary key is also an index on when.

use jiff::Timestamp;
use uuid::{NoContext, Uuid};

/// Every id that was made at that time or later is at least this.
pub(crate) fn first_at(time: Timestamp) -> Uuid {
    let seconds = u64::try_from(time.as_second()).unwrap_or(0);
    let id = Uuid::new_v7(uuid::Timestamp::from_unix(NoContext, seconds, 0));
    // the time alone, and nothing of the random part
    Uuid::from_u128(id.as_u128() >> 80 << 80)
}

#[cfg(test)]
mod tests {
    use tenantry_domain::clock;

    use super::*;

    #[test]
    fn a_bound_lies_between_what_was_and_what_comes() {
        let (before, bound) = (first_at(Timestamp::UNIX_EPOCH), first_at(clock::now()));
        assert!(before < bound && bound <= Uuid::now_v7());
        assert_eq!(before, Uuid::nil());
    }
}
