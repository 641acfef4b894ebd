//! Which settings a script may not touch, by whatever road: `SET`, `set_config`, or a function's
//! own `SET` clause.

use super::super::refusal::RefusalCode;
use super::finding::Finding;

/// What is wrong with a script that changes this setting.
pub(super) fn judge(setting: &str) -> Option<Finding> {
    let setting = setting.to_ascii_lowercase();
    let (code, why) = match setting.as_str() {
        "search_path" => (
            RefusalCode::SearchPathChange,
            "the search path is the institution's schema and stays so: leave the change out, and \
             write names without a schema",
        ),
        "role" | "session_authorization" => (
            RefusalCode::SearchPathChange,
            "the script runs as one role from end to end: leave the change of role out",
        ),
        "transaction_isolation"
        | "transaction_read_only"
        | "transaction_deferrable"
        | "default_transaction_isolation"
        | "default_transaction_read_only"
        | "default_transaction_deferrable" => (
            RefusalCode::TransactionControl,
            "the whole script runs in one transaction that is set up for it: leave this out",
        ),
        "standard_conforming_strings" | "backslash_quote" | "client_encoding" | "names" => (
            RefusalCode::SettingChange,
            "it decides how the rest of the script is read, which is UTF-8 with standard strings: \
             leave it out",
        ),
        _ => return None,
    };
    Some(Finding::new(code, format!("{setting} must not be changed: {why}")))
}
