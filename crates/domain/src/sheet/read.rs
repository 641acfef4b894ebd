//! Reading a sheet: each row with all that is wrong with it.

use std::collections::{BTreeMap, HashMap};

use super::cell;
use super::column::{Column, of_header};
use crate::institution::{self, Contact};
use crate::plan::is_plan_name;
use crate::quota::parse_bytes;
use crate::slug::Slug;

/// The most rows that a sheet may have.
pub const MOST_ROWS: usize = 10_000;

/// What a row gives for an institution's attributes: none where the sheet has no such column, an
/// inner none for an empty cell.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Given {
    /// The name for people.
    pub display_name: Option<Option<String>>,
    /// What the user's own system calls it.
    pub external_id: Option<Option<String>>,
    /// Whom to ask.
    pub contact_name: Option<Option<String>>,
    /// Their e-mail address.
    pub contact_email: Option<Option<String>>,
    /// Their telephone number.
    pub contact_phone: Option<Option<String>>,
    /// Labels.
    pub labels: Option<BTreeMap<String, String>>,
    /// Bytes that it may use.
    pub quota_bytes: Option<Option<i64>>,
    /// Its plan; none for an empty cell too, so that the default one is not taken away by the file that
    /// brought it.
    pub plan: Option<String>,
}

/// A row of a sheet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The line of the file that it begins on, from 1.
    pub line: u64,
    /// The institution's name, as it is written.
    pub name: String,
    /// The name, if it is one.
    pub slug: Option<Slug>,
    /// Its attributes.
    pub given: Given,
    /// The template that it is to be made from.
    pub template: Option<String>,
    /// That template's version.
    pub template_version: Option<i32>,
    /// Values for the template's seed.
    pub parameters: BTreeMap<String, String>,
    /// Everything that is wrong with it, a sentence each.
    pub reasons: Vec<String>,
}

/// Reads a sheet: RFC 4180, UTF-8 with or without a byte order mark, a header first.
///
/// # Errors
/// Why the whole file is refused, as a sentence: its encoding, its header, too many rows or none.
pub fn read(bytes: &[u8]) -> Result<Vec<Row>, String> {
    let text = text(bytes)?;
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(text.as_bytes());
    let header = reader.headers().map_err(|error| format!("The header: {error}."))?;
    let columns = of_header(header.iter())?;
    let mut rows = Vec::new();
    let mut lines = Lines { text: text.as_bytes(), at: 0, line: 1 };
    for record in reader.records() {
        let record = record.map_err(|error| format!("{error}."))?;
        if record.iter().all(|cell| cell.trim().is_empty()) {
            continue; // what a spreadsheet leaves below the last row
        }
        if rows.len() == MOST_ROWS {
            return Err(format!("The file has more than {MOST_ROWS} rows: split it up."));
        }
        let line = lines.of(record.position().map_or(0, csv::Position::byte));
        rows.push(read_row(line, &columns, &record));
    }
    if rows.is_empty() {
        return Err("The file has no row below its header.".into());
    }
    mark_twins(&mut rows);
    Ok(rows)
}

/// Lines counted on the way through a text. (The reader's own count takes the LF after a CR for a part of
/// the next row.)
struct Lines<'a> {
    text: &'a [u8],
    at: usize,
    line: u64,
}

impl Lines<'_> {
    /// The line of the row that begins at this byte or at the first one behind it that ends no line.
    fn of(&mut self, start: u64) -> u64 {
        let start = usize::try_from(start).unwrap_or(usize::MAX);
        let rest = self.text.get(self.at..).unwrap_or_default();
        for byte in rest {
            if self.at >= start && !b"\r\n".contains(byte) {
                break;
            }
            self.line += u64::from(*byte == b'\n');
            self.at += 1;
        }
        self.line
    }
}

fn text(bytes: &[u8]) -> Result<&str, String> {
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        return Err("The file is UTF-16; save it as CSV in UTF-8.".into());
    }
    match std::str::from_utf8(bytes) {
        Ok(text) => Ok(text.strip_prefix('\u{feff}').unwrap_or(text)),
        Err(error) => {
            let before = &bytes[..error.valid_up_to()];
            let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
            Err(format!("Line {line} is not UTF-8; save the file as CSV in UTF-8."))
        }
    }
}

fn read_row(line: u64, columns: &[Column], record: &csv::StringRecord) -> Row {
    let mut row = Row {
        line,
        name: String::new(),
        slug: None,
        given: Given::default(),
        template: None,
        template_version: None,
        parameters: BTreeMap::new(),
        reasons: Vec::new(),
    };
    if record.len() != columns.len() {
        let reason =
            format!("The row has {} cells and the header {}.", record.len(), columns.len());
        row.reasons.push(reason);
    }
    for (column, cell) in columns.iter().zip(record) {
        let cell = cell::unguard(cell.trim_matches(' '));
        if let Err(reason) = row.take(column, cell) {
            row.reasons.push(reason);
        }
    }
    match Slug::parse(&row.name) {
        Ok(slug) => row.slug = Some(slug),
        Err(error) => row.reasons.insert(0, format!("`name`: {error}.")),
    }
    row
}

impl Row {
    fn take(&mut self, column: &Column, cell: &str) -> Result<(), String> {
        let value = (!cell.is_empty()).then(|| cell.to_owned());
        let given = &mut self.given;
        match column {
            Column::Name => self.name = cell.to_owned(),
            Column::DisplayName => {
                value.as_deref().map_or(Ok(()), institution::check_display_name)?;
                given.display_name = Some(value);
            }
            Column::ExternalId => {
                value.as_deref().map_or(Ok(()), institution::check_external_id)?;
                given.external_id = Some(value);
            }
            Column::ContactName => {
                let contact = Contact { name: value.clone(), ..Contact::default() };
                institution::check_contact(&contact)?;
                given.contact_name = Some(value);
            }
            Column::ContactEmail => {
                let contact = Contact { email: value.clone(), ..Contact::default() };
                institution::check_contact(&contact)?;
                given.contact_email = Some(value);
            }
            Column::ContactPhone => {
                let contact = Contact { phone: value.clone(), ..Contact::default() };
                institution::check_contact(&contact)?;
                given.contact_phone = Some(value);
            }
            Column::Labels => {
                let labels = cell::read_labels(cell)?;
                institution::check_labels(&labels)?;
                given.labels = Some(labels);
            }
            Column::QuotaBytes => {
                let bytes = value.as_deref().map(parse_bytes).transpose();
                given.quota_bytes = Some(bytes.map_err(|why| format!("`quotaBytes`: {why}"))?);
            }
            Column::Plan if !cell.is_empty() && !is_plan_name(cell) => {
                return Err(format!("`plan`: {cell:?} is not a name of a plan."));
            }
            Column::Plan => given.plan = value,
            Column::Template if cell.contains('\0') => {
                return Err("`template` contains a NUL character.".into());
            }
            Column::Template => self.template = value,
            Column::TemplateVersion => {
                let version = value.as_deref().map(str::parse::<i32>).transpose();
                let version = version.ok().filter(|version| version.is_none_or(|v| v > 0));
                self.template_version =
                    version.ok_or("`templateVersion` is a number from 1.".to_owned())?;
            }
            Column::Told => {}
            Column::Parameter(name) => {
                if let Some(value) = value {
                    self.parameters.insert(name.clone(), value);
                }
            }
        }
        Ok(())
    }
}

/// A name or an external id belongs to one row: the later ones are wrong, and say where the first is.
fn mark_twins(rows: &mut [Row]) {
    let mut names: HashMap<String, u64> = HashMap::new();
    let mut ids: HashMap<String, u64> = HashMap::new();
    for row in rows {
        if row.slug.is_some() {
            if let Some(first) = names.get(&row.name) {
                row.reasons.push(format!("`name`: line {first} has the same."));
            } else {
                names.insert(row.name.clone(), row.line);
            }
        }
        if let Some(Some(id)) = &row.given.external_id {
            if let Some(first) = ids.get(id) {
                row.reasons.push(format!("`externalId`: line {first} has the same."));
            } else {
                ids.insert(id.clone(), row.line);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sheet_is_read_with_its_lines() {
        let text = "\u{feff}name,displayName,externalId,labels,quotaBytes,parameter.locale\r\n\
                    oakwood,\"Oak, \"\"the\"\"\r\nwood\",4711,a=1; b=2,5GB,de\r\n\
                    \r\n\
                    elm_park,,,,,\r\n,,,,,\r\n";
        let rows = read(text.as_bytes()).unwrap();
        assert_eq!(rows.len(), 2);
        assert_eq!(rows[0].line, 2);
        assert!(rows[0].reasons[0].contains("control character"), "{:?}", rows[0].reasons);
        assert_eq!(rows[0].given.quota_bytes, Some(Some(5 << 30)));
        assert_eq!(rows[0].parameters["locale"], "de");
        assert_eq!(rows[0].given.labels.as_ref().unwrap().len(), 2);
        assert_eq!((rows[1].line, rows[1].reasons.len()), (5, 0));
        assert_eq!(rows[1].given.display_name, Some(None), "an empty cell");
        assert_eq!(rows[1].given.contact_email, None, "no such column");
    }

    #[test]
    fn every_reason_of_a_row_is_told() {
        let text = "name,externalId,contactEmail,templateVersion\n\
                    a,1,nobody,0\n\
                    oak,1,,\n\
                    oak,,\n\
                    tenantry,,,\n";
        let rows = read(text.as_bytes()).unwrap();
        assert_eq!(rows[0].reasons.len(), 3, "{:?}", rows[0].reasons);
        assert_eq!(rows[1].reasons, ["`externalId`: line 2 has the same."]);
        assert_eq!(
            rows[2].reasons,
            ["The row has 3 cells and the header 4.", "`name`: line 3 has the same."]
        );
        assert_eq!(rows[3].reasons.len(), 1, "a reserved name: {:?}", rows[3].reasons);
    }

    #[test]
    fn what_is_no_sheet_is_refused_as_a_whole() {
        for (bytes, why) in [
            (&b""[..], "`name`"),
            (b"name\n", "no row"),
            (b"name;displayName\noak;Oak\n", "commas"),
            (b"name,nickname\noak,o\n", "nickname"),
            (b"name,name\noak,o\n", "twice"),
            (b"displayName\nOak\n", "`name`"),
            (b"name\noak\nelm\xff\n", "Line 3"),
            (b"\xff\xfen\0a\0m\0e\0", "UTF-16"),
        ] {
            let refused = read(bytes).unwrap_err();
            assert!(refused.contains(why), "{why}: {refused}");
        }
        let many = "name\n".to_owned() + &"oak\n".repeat(MOST_ROWS + 1);
        assert!(read(many.as_bytes()).unwrap_err().contains("more than 10000"));
    }
}
