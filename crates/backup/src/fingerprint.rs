//! Whether two schemas have the same form: the same things, made by the same statements, whatever the
//! schemas are called and whoever has rights in them.

use std::borrow::Cow;

use sha2::{Digest as _, Sha256};
use tenantry_pg::export::Entry;

/// SHA-256 over kind, name and statements of every entry that a restore makes again, in their order, each with
/// its length before it; as 64 hexadecimal digits. The schema's own name, as statements write it, is left out
/// of functions' own paths, where a restore under another name writes that.
pub fn fingerprint(entries: &[Entry], quoted_schema: &str) -> String {
    let mut hasher = Sha256::new();
    for entry in entries.iter().filter(|entry| is_of_the_form(entry)) {
        let form = form_of(entry, quoted_schema);
        for text in [entry.kind.as_str(), &entry.tag, &form] {
            hasher.update(text.len().to_le_bytes());
            hasher.update(text);
        }
    }
    hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The schema's own name and comment, and rights, are not: a restore gives them anew.
pub(crate) fn is_of_the_form(entry: &Entry) -> bool {
    !entry.is_of_schema_itself() && !matches!(entry.kind.as_str(), "ACL" | "DEFAULT ACL")
}

/// The line in which a function's statement says its own path.
const PATH: &str = "\n    SET search_path TO ";

/// How a schema's name, in the quotes of a name where it needs them, stands in such a line: in those of a text.
fn quoted_in_a_path(quoted_schema: &str) -> String {
    let inner = quoted_schema.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    let name = inner.map_or_else(|| quoted_schema.to_owned(), |text| text.replace("\"\"", "\""));
    format!("'{}'", name.replace('\'', "''"))
}

/// An entry's statements, with `.` for the schema's own name in a function's path.
pub(crate) fn form_of<'a>(entry: &'a Entry, quoted_schema: &str) -> Cow<'a, str> {
    let text = entry.create.as_str();
    let of_function = matches!(entry.kind.as_str(), "FUNCTION" | "PROCEDURE");
    let Some((before, rest)) = text.split_once(PATH).filter(|_| of_function) else {
        return Cow::Borrowed(text);
    };
    let (path, after) = rest.split_at(rest.find('\n').unwrap_or(rest.len()));
    let own = quoted_in_a_path(quoted_schema);
    let names: Vec<&str> =
        path.split(", ").map(|name| if name == own { "." } else { name }).collect();
    Cow::Owned(format!("{before}{PATH}{}{after}", names.join(", ")))
}
