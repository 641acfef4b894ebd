//! How often signing in failed, by address: whoever tries many tokens is answered no more for a while, and
//! costs neither a look into the database nor a row of the audit log.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// So many failures within [`WINDOW`] are taken for typing errors.
const MOST: u32 = 10;
/// How long failures count, from the first on.
const WINDOW: Duration = Duration::from_secs(60);
/// More addresses than this are not remembered: a token cannot be guessed, and memory can be filled.
const MOST_ADDRESSES: usize = 10_000;

/// Failed sign-ins of the last minute.
#[derive(Debug, Default)]
pub(crate) struct FailedSignIns {
    by_address: Mutex<HashMap<IpAddr, Failures>>,
}

#[derive(Clone, Copy, Debug)]
struct Failures {
    since: Instant,
    count: u32,
}

impl FailedSignIns {
    /// Whether an address has to wait.
    pub(crate) fn are_too_many(&self, address: IpAddr, now: Instant) -> bool {
        self.lock().get(&network(address)).is_some_and(|failures| {
            failures.count >= MOST && now.duration_since(failures.since) < WINDOW
        })
    }

    /// Counts one.
    pub(crate) fn note(&self, address: IpAddr, now: Instant) {
        let mut known = self.lock();
        if known.len() >= MOST_ADDRESSES {
            known.retain(|_, failures| now.duration_since(failures.since) < WINDOW);
        }
        if known.len() >= MOST_ADDRESSES {
            known.clear();
        }
        let failures = known.entry(network(address)).or_insert(Failures { since: now, count: 0 });
        if now.duration_since(failures.since) >= WINDOW {
            *failures = Failures { since: now, count: 0 };
        }
        failures.count += 1;
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<IpAddr, Failures>> {
        self.by_address.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What one host has: of IPv6 a whole network of 64 bits.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => IpAddr::V6((v6.to_bits() >> 64 << 64).into()),
        v4 => v4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_waits_and_then_may_again() {
        let (failed, start) = (FailedSignIns::default(), Instant::now());
        let address: IpAddr = "2001:db8::1".parse().unwrap();
        let neighbour: IpAddr = "2001:db8::2".parse().unwrap();
        for _ in 0..MOST {
            assert!(!failed.are_too_many(address, start));
            failed.note(address, start);
        }
        assert!(failed.are_too_many(address, start));
        assert!(failed.are_too_many(neighbour, start), "the same host has both");
        assert!(!failed.are_too_many("192.0.2.1".parse().unwrap(), start));
        let later = start + WINDOW;
        assert!(!failed.are_too_many(address, later));
        failed.note(address, later);
        assert!(!failed.are_too_many(address, later), "counting begins anew");
    }

    #[test]
    fn memory_has_an_end() {
        let (failed, now) = (FailedSignIns::default(), Instant::now());
        for number in 0..=u32::try_from(MOST_ADDRESSES).unwrap() {
            failed.note(IpAddr::V4(number.into()), now);
        }
        assert!(failed.lock().len() <= MOST_ADDRESSES);
    }
}
