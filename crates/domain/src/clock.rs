//! The one place that asks the operating system for the time. Leases, due times and expiry are
//! decided by the control database's clock; this one is for what happens in this process alone.

use jiff::Timestamp;

/// The time now, by this machine's clock.
#[expect(clippy::disallowed_methods, reason = "this is the door")]
pub fn now() -> Timestamp {
    Timestamp::now()
}
