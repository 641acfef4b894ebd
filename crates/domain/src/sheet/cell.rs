//! Cells: what keeps a spreadsheet from running one as a formula, and labels in one.

use std::collections::BTreeMap;

/// Whether a spreadsheet may take a text that begins so for a formula (OWASP, "CSV Injection"), or
/// it is one that was guarded before.
fn is_risky(text: &str) -> bool {
    text.trim_start_matches('\'').starts_with(['=', '+', '-', '@', '\t', '\r', '\n'])
}

/// A text that no spreadsheet runs: with an apostrophe in front where that is needed. A text that
/// looks guarded already gets one more, so that [`unguard`] always gives back what was there.
pub(super) fn guard(text: &str) -> String {
    if is_risky(text) { format!("'{text}") } else { text.to_owned() }
}

/// What was guarded. A text that a person wrote without an apostrophe (`+49 30 1234`) stays.
pub(super) fn unguard(text: &str) -> &str {
    match text.strip_prefix('\'') {
        Some(rest) if is_risky(rest) => rest,
        _ => text,
    }
}

/// Labels as `key=value;key=value`; as a JSON object where one of them would be misread so.
pub(super) fn write_labels(labels: &BTreeMap<String, String>) -> String {
    let plain = |text: &str| !text.contains(';') && text.trim() == text;
    let simple = |(key, value): (&String, &String)| {
        plain(key) && plain(value) && !key.contains('=') && !key.starts_with('{')
    };
    if labels.iter().all(simple) {
        let pairs: Vec<String> =
            labels.iter().map(|(key, value)| format!("{key}={value}")).collect();
        return pairs.join(";");
    }
    serde_json::to_string(labels).unwrap_or_default()
}

/// Reads them back.
///
/// # Errors
/// What is wrong, as a sentence.
pub(super) fn read_labels(text: &str) -> Result<BTreeMap<String, String>, String> {
    let form = || "`labels` is `key=value;key=value`, or a JSON object of texts.".to_owned();
    if text.starts_with('{') {
        return serde_json::from_str(text).map_err(|_| form());
    }
    let mut labels = BTreeMap::new();
    for pair in text.split(';').map(str::trim).filter(|pair| !pair.is_empty()) {
        let (key, value) = pair.split_once('=').ok_or_else(form)?;
        let (key, value) = (key.trim().to_owned(), value.trim().to_owned());
        if labels.insert(key.clone(), value).is_some() {
            return Err(format!("`labels` has {key:?} twice."));
        }
    }
    Ok(labels)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_a_spreadsheet_would_run_is_guarded() {
        for (text, guarded) in [
            ("=1+1", "'=1+1"),
            ("+49 30 1", "'+49 30 1"),
            ("@sum(a1)", "'@sum(a1)"),
            ("-2", "'-2"),
            ("\t=1", "'\t=1"),
            ("\r=1", "'\r=1"),
            ("'=1", "''=1"),
            ("'s-Hertogenbosch", "'s-Hertogenbosch"),
            ("St Mary's", "St Mary's"),
            ("", ""),
        ] {
            assert_eq!(guard(text), guarded);
            assert_eq!(unguard(guarded), text);
        }
        assert_eq!(unguard("+49 30 1"), "+49 30 1", "as a person writes it");
    }

    proptest! {
        #[test]
        fn guarding_is_taken_back(text in "['=+@\t a-]{0,6}|\\PC{0,12}") {
            let guarded = guard(&text);
            prop_assert!(!guarded.starts_with(['=', '+', '-', '@', '\t', '\r']));
            prop_assert_eq!(unguard(&guarded), text);
        }

        #[test]
        fn labels_are_read_as_they_were_written(
            labels in prop::collection::btree_map("[a-z={; ]{1,4}", "[a-z=;{\" ]{0,4}", 0..4)
        ) {
            prop_assert_eq!(read_labels(&write_labels(&labels)), Ok(labels));
        }
    }
}
