//! The columns that a sheet may have, in the order in which an export writes them.

/// A column of a sheet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Column {
    Name,
    DisplayName,
    ExternalId,
    ContactName,
    ContactEmail,
    ContactPhone,
    Labels,
    QuotaBytes,
    Plan,
    Template,
    TemplateVersion,
    /// What an export tells and an import passes over: state, use, times.
    Told,
    /// A value for the template's seed.
    Parameter(String),
}

/// In front of a parameter's name.
const PARAMETER: &str = "parameter.";

/// Every fixed column.
pub(super) const COLUMNS: [(&str, Column); 16] = [
    ("name", Column::Name),
    ("displayName", Column::DisplayName),
    ("externalId", Column::ExternalId),
    ("contactName", Column::ContactName),
    ("contactEmail", Column::ContactEmail),
    ("contactPhone", Column::ContactPhone),
    ("labels", Column::Labels),
    ("quotaBytes", Column::QuotaBytes),
    ("plan", Column::Plan),
    ("template", Column::Template),
    ("templateVersion", Column::TemplateVersion),
    ("schemaName", Column::Told),
    ("state", Column::Told),
    ("usageBytes", Column::Told),
    ("createdAt", Column::Told),
    ("updatedAt", Column::Told),
];

/// The columns that a header names.
///
/// # Errors
/// Why the file is refused, as a sentence.
pub(super) fn of_header<'a>(titles: impl Iterator<Item = &'a str>) -> Result<Vec<Column>, String> {
    let mut columns: Vec<Column> = Vec::new();
    let mut seen: Vec<&str> = Vec::new();
    for title in titles.map(str::trim) {
        let column = match COLUMNS.iter().find(|(name, _)| *name == title) {
            Some((_, column)) => column.clone(),
            None => match title.strip_prefix(PARAMETER) {
                Some(parameter) => Column::Parameter(parameter.to_owned()),
                None => return Err(unknown(title)),
            },
        };
        if seen.contains(&title) {
            return Err(format!("The header names the column `{title}` twice."));
        }
        seen.push(title);
        columns.push(column);
    }
    if !columns.contains(&Column::Name) {
        return Err("The header has no column `name`; the first row must be the header.".into());
    }
    Ok(columns)
}

fn unknown(title: &str) -> String {
    let shown: String = title.chars().take(60).collect();
    if title.contains(';') || title.contains('\t') {
        return format!("The header is one cell, {shown:?}: cells are separated by commas.");
    }
    let known: Vec<&str> = COLUMNS.iter().map(|(name, _)| *name).collect();
    format!(
        "There is no column {shown:?}. There are {}, and {PARAMETER}NAME for what a template's seed asks for.",
        known.join(", ")
    )
}
