//! Which port an embedded server listens on: its own one, kept over restarts.

use std::net::{Ipv4Addr, TcpListener};

use rand::RngExt as _;

/// Below the range from which systems take the ports of outgoing connections, so that a port
/// stays free while the server is stopped.
const RANGE: std::ops::Range<u16> = 20_000..32_000;

/// Whether a server could listen there now.
pub(super) fn is_free(port: u16) -> bool {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok()
}

/// Some free port.
pub(super) fn any_free() -> Option<u16> {
    let mut rng = rand::rng();
    (0..100).map(|_| rng.random_range(RANGE)).find(|port| is_free(*port))
}
