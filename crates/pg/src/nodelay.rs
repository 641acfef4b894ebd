//! Messages leave as soon as they are written.
//!
//! The rows of a `COPY` and its end are two messages. With Nagle's algorithm the second waits until the server has
//! acknowledged the first, which it puts off for 40 ms as it has nothing to answer yet: each table of a restore would take
//! so long, however few rows it has. sqlx 0.9.0 leaves the algorithm on and shows its sockets to nobody
//! (<https://github.com/transact-rs/sqlx/issues/4335>, mended after that version; with the next one this file can go). So it
//! is switched off from beside: for every connection that this process has, none of which gains by it.

/// Does it for all that are open now; nothing but time depends on it, so failing is no error.
#[cfg(target_os = "linux")]
pub(crate) fn send_at_once() {
    use rustix::net::sockopt::set_tcp_nodelay;
    use rustix::process::{PidfdFlags, PidfdGetfdFlags, getpid, pidfd_getfd, pidfd_open};

    let (Ok(own), Ok(open)) =
        (pidfd_open(getpid(), PidfdFlags::empty()), std::fs::read_dir("/proc/self/fd"))
    else {
        return;
    };
    let numbers = open.flatten().filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    for number in numbers {
        if let Ok(same) = pidfd_getfd(&own, number, PidfdGetfdFlags::empty()) {
            // what is no connection refuses
            let _ = set_tcp_nodelay(&same, true);
        }
    }
}

/// Other systems have no such way.
#[cfg(not(target_os = "linux"))]
pub(crate) fn send_at_once() {}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::net::{TcpListener, TcpStream};

    use super::*;

    #[test]
    fn connections_that_are_open_send_at_once() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let stream = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        assert!(!stream.nodelay().unwrap());
        send_at_once();
        assert!(stream.nodelay().unwrap());
    }
}
