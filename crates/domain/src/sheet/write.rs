//! Writing a sheet, line by line.

use std::collections::BTreeMap;

use super::cell;
use super::column::COLUMNS;

/// An institution as a line of a sheet.
#[derive(Clone, Debug, Default)]
pub struct Line<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its name for people.
    pub display_name: &'a str,
    /// What the user's own system calls it.
    pub external_id: Option<&'a str>,
    /// Whom to ask.
    pub contact_name: Option<&'a str>,
    /// Their e-mail address.
    pub contact_email: Option<&'a str>,
    /// Their telephone number.
    pub contact_phone: Option<&'a str>,
    /// Labels.
    pub labels: BTreeMap<String, String>,
    /// Bytes that it may use.
    pub quota_bytes: Option<i64>,
    /// Its plan.
    pub plan: Option<&'a str>,
    /// The template that it was made from; none for an adopted one.
    pub template: Option<&'a str>,
    /// That template's version.
    pub template_version: Option<i32>,
    /// Its schema's name.
    pub schema_name: Option<&'a str>,
    /// Its state.
    pub state: &'a str,
    /// Bytes that it uses.
    pub usage_bytes: Option<i64>,
    /// When it was asked for.
    pub created_at: String,
    /// When it was changed last.
    pub updated_at: String,
}

/// The first line of an export.
pub fn header() -> Vec<u8> {
    written(COLUMNS.iter().map(|(name, _)| (*name).to_owned()))
}

/// A line of an export, in the order of the header.
pub fn line(line: &Line<'_>) -> Vec<u8> {
    let text = |text: Option<&str>| cell::guard(text.unwrap_or_default());
    // a version that is not there any more must not keep the file from being read
    let number = |number: Option<i64>| number.map_or_else(String::new, |number| number.to_string());
    written([
        text(Some(line.name)),
        text(Some(line.display_name)),
        text(line.external_id),
        text(line.contact_name),
        text(line.contact_email),
        text(line.contact_phone),
        cell::guard(&cell::write_labels(&line.labels)),
        number(line.quota_bytes),
        text(line.plan),
        text(line.template),
        number(line.template_version.map(i64::from)),
        text(line.schema_name),
        text(Some(line.state)),
        number(line.usage_bytes),
        line.created_at.clone(),
        line.updated_at.clone(),
    ])
}

fn written(cells: impl IntoIterator<Item = String>) -> Vec<u8> {
    let terminator = csv::Terminator::CRLF;
    let mut writer = csv::WriterBuilder::new().terminator(terminator).from_writer(Vec::new());
    // into memory: neither can fail
    let _ = writer.write_record(cells);
    writer.into_inner().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::super::read;
    use super::*;

    #[test]
    fn what_is_written_is_read_back() {
        let labels = BTreeMap::from([("=a".to_owned(), "1;2".to_owned())]);
        let there = Line {
            name: "oakwood",
            display_name: "=HYPERLINK(\"x\"), 'Oak'",
            external_id: Some("-1"),
            contact_phone: Some("+49 30 1234"),
            labels: labels.clone(),
            quota_bytes: Some(7),
            plan: Some("basic"),
            template: Some("default"),
            template_version: Some(3),
            state: "active",
            ..Line::default()
        };
        let mut file = header();
        file.extend(line(&there));
        let text = String::from_utf8(file.clone()).unwrap();
        assert!(text.contains(",\"'=HYPERLINK(\"\"x\"\"), 'Oak'\",'-1,"), "{text}");
        let rows = read(&file).unwrap();
        let row = &rows[0];
        assert!(row.reasons.is_empty(), "{:?}", row.reasons);
        assert_eq!(row.given.display_name, Some(Some(there.display_name.to_owned())));
        assert_eq!(row.given.external_id, Some(Some("-1".to_owned())));
        assert_eq!(row.given.contact_phone, Some(Some("+49 30 1234".to_owned())));
        assert_eq!(row.given.contact_name, Some(None));
        assert_eq!(row.given.labels, Some(labels));
        assert_eq!(row.given.quota_bytes, Some(Some(7)));
        assert_eq!(row.given.plan, Some("basic".to_owned()));
        assert_eq!((row.template.as_deref(), row.template_version), (Some("default"), Some(3)));
    }
}
