//! What we tell the server: `tenantry.conf`, written anew at every start and included by
//! `postgresql.conf`. Knows nothing of how the server is started.

use super::error::EmbeddedError;

/// Stands at the end of `postgresql.conf`. Relative, so that the whole directory may be moved.
pub(super) const INCLUDE: &str = "\ninclude = '../tenantry.conf'\n";

/// How many locks a transaction may hold, times `max_connections`: the lock table is sized for
/// transactions that make or drop a schema of hundreds of relations.
const SETTINGS: &[(&str, &str)] = &[
    ("max_connections", "100"),
    ("max_locks_per_transaction", "512"),
    ("shared_buffers", "128MB"),
    ("fsync", "on"),
    ("password_encryption", "scram-sha-256"),
    ("timezone", "UTC"),
    ("log_timezone", "UTC"),
    ("lc_messages", "C"),
    ("tcp_keepalives_idle", "60"),
    ("tcp_keepalives_interval", "10"),
    ("tcp_keepalives_count", "6"),
    ("cluster_name", "tenantry"),
    ("logging_collector", "on"),
    ("log_directory", "../log"),
    ("log_filename", "server-%Y%m%d-%H%M%S.log"),
    ("log_file_mode", "0600"),
    ("log_rotation_age", "0"),
    ("log_rotation_size", "10MB"),
    ("log_line_prefix", "%m [%p] %q%u@%d %a "),
];

/// Those that we give on the command line or rely on, and that therefore nobody else may set.
const OURS: [&str; 9] = [
    "port",
    "listen_addresses",
    "unix_socket_directories",
    "data_directory",
    "hba_file",
    "ident_file",
    "config_file",
    "logging_collector",
    "log_directory",
];

/// Refuses settings that would break the server's keeping or the file's grammar.
pub(super) fn check(extra: &[(String, String)]) -> Result<(), EmbeddedError> {
    for (name, value) in extra {
        let refused = |reason| EmbeddedError::InvalidSetting { name: name.clone(), reason };
        let grammar = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '.';
        if name.is_empty() || !name.chars().all(grammar) {
            return Err(refused("that is no name of a setting"));
        }
        if OURS.iter().any(|ours| name.eq_ignore_ascii_case(ours)) {
            return Err(refused("Tenantry sets it itself"));
        }
        if value.contains(['\n', '\r', '\0']) {
            return Err(refused("its value must be one line"));
        }
    }
    Ok(())
}

/// The text of `tenantry.conf`. The server takes the last of several values, so `extra` wins.
pub(super) fn text(extra: &[(String, String)], syncfs: bool) -> String {
    let mut text = String::from("# Written by Tenantry at every start. Changes here are lost.\n");
    if syncfs {
        // After a crash, one call per file system instead of opening every file of the cluster:
        // ten thousand schemas are millions of files.
        push(&mut text, "recovery_init_sync_method", "syncfs");
    }
    for (name, value) in SETTINGS {
        push(&mut text, name, value);
    }
    for (name, value) in extra {
        push(&mut text, name, value);
    }
    text
}

fn push(text: &mut String, name: &str, value: &str) {
    let value = value.replace('\\', "\\\\").replace('\'', "''");
    text.push_str(&format!("{name} = '{value}'\n"));
}

/// Whether the server is told not to wait for the disk, in which case initdb need not either.
pub(super) fn is_volatile(extra: &[(String, String)]) -> bool {
    let last = extra.iter().rev().find(|(name, _)| name.eq_ignore_ascii_case("fsync"));
    last.is_some_and(|(_, value)| value.eq_ignore_ascii_case("off"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pair(name: &str, value: &str) -> Vec<(String, String)> {
        vec![(name.to_owned(), value.to_owned())]
    }

    #[test]
    fn values_are_quoted_and_extras_come_last() {
        let text = text(&pair("cluster_name", r"it's a \ test"), true);
        assert!(text.ends_with("cluster_name = 'it''s a \\\\ test'\n"), "{text}");
        assert!(text.contains("recovery_init_sync_method = 'syncfs'"));
    }

    #[test]
    fn what_would_break_the_keeping_is_refused() {
        for (name, value) in [("PORT", "1"), ("a b", "1"), ("", "1"), ("work_mem", "1\nport=1")] {
            assert!(check(&pair(name, value)).is_err(), "{name}={value}");
        }
        assert!(check(&pair("pg_stat_statements.max", "10")).is_ok());
    }

    #[test]
    fn fsync_off_is_seen() {
        assert!(is_volatile(&pair("fsync", "off")));
        assert!(!is_volatile(&pair("fsync", "on")));
        assert!(!is_volatile(&[]));
    }
}
