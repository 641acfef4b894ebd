//! Whether two schemas have the same form: the same things, made by the same statements, whatever the
//! schemas are called and whoever has rights in them.

use sha2::{Digest as _, Sha256};
use tenantry_pg::export::Entry;

/// SHA-256 over kind, name and statements of every entry that a restore makes again, in their order, each with
/// its length before it; as 64 hexadecimal digits.
pub fn fingerprint(entries: &[Entry]) -> String {
    let mut hasher = Sha256::new();
    for entry in entries.iter().filter(|entry| is_of_the_form(entry)) {
        for text in [&entry.kind, &entry.tag, &entry.create] {
            hasher.update(text.len().to_le_bytes());
            hasher.update(text);
        }
    }
    hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The schema's own name and comment, and rights, are not: a restore gives them anew.
fn is_of_the_form(entry: &Entry) -> bool {
    !entry.is_of_schema_itself() && !matches!(entry.kind.as_str(), "ACL" | "DEFAULT ACL")
}
