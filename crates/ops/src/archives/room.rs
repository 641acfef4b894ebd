//! Whether a restore has room, where we can look: no PostgreSQL tells how much is free on its disk.

use std::path::Path;

use nix::sys::statvfs::statvfs;

/// So much of the archive's own length, opened, a restored schema takes at least: its rows with their headers, its
/// indexes, and the log that is written for both.
const TIMES: u64 = 2;

/// What is lacking for an archive of so many bytes where the database's files lie; none when there is room, or nobody
/// knows.
pub(crate) fn lacking(files: Option<&Path>, plain_bytes: u64) -> Option<String> {
    let files = files?;
    let disk = statvfs(files)
        .inspect_err(|error| {
            tracing::warn!("The disk under {} cannot be asked for room: {error}", files.display())
        })
        .ok()?;
    // what an ordinary user may still write, in the unit that the system counts in
    let free = disk.blocks_available().saturating_mul(disk.fragment_size());
    let needed = plain_bytes.saturating_mul(TIMES);
    (free < needed).then(|| {
        format!(
            "the disk of the database has {} MiB free, and the schema takes about {} MiB",
            free >> 20,
            needed.div_ceil(1 << 20),
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_20_a_disk_without_room_is_told_before_anything_is_touched() {
        // a file system of the kernel's own, which never has room
        let full = lacking(Some(Path::new("/proc")), 5_000_000).unwrap();
        assert_eq!(
            full,
            "the disk of the database has 0 MiB free, and the schema takes about 10 MiB"
        );
        assert_eq!(lacking(Some(&std::env::temp_dir()), 1), None);
        assert_eq!(lacking(None, u64::MAX), None, "on another machine");
        assert_eq!(lacking(Some(Path::new("/no/such/place")), u64::MAX), None, "nobody knows");
    }
}
