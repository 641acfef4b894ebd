//! What goes to stdout: a table or plain lines for people, one JSON document for programs.

use std::io::Write;

use comfy_table::presets::NOTHING;
use comfy_table::{ContentArrangement, Table};
use jiff::Timestamp;
use serde::Serialize;

/// Prints a line to stdout. A reader that has seen enough (`| head`) ends the program quietly.
pub(crate) fn line(text: std::fmt::Arguments<'_>) {
    if let Err(error) = writeln!(std::io::stdout(), "{text}")
        && error.kind() == std::io::ErrorKind::BrokenPipe
    {
        std::process::exit(0);
    }
}

/// `println!` by way of [`line`].
macro_rules! out {
    () => { $crate::output::line(format_args!("")) };
    ($($text:tt)*) => { $crate::output::line(format_args!($($text)*)) };
}
pub(crate) use out;

/// Prints the body that HTTP gave.
pub(crate) fn json<T: Serialize>(body: &T) {
    match serde_json::to_string_pretty(body) {
        Ok(text) => out!("{text}"),
        Err(error) => eprintln!("tenantry: {error}"),
    }
}

/// Prints rows under headings.
pub(crate) fn table<const N: usize>(headings: [&str; N], rows: Vec<[String; N]>) {
    let mut table = Table::new();
    table.load_preset(NOTHING).set_content_arrangement(ContentArrangement::Disabled);
    table.set_header(headings);
    table.add_rows(rows);
    for column in table.column_iter_mut() {
        column.set_padding((0, 2));
    }
    for line in table.lines() {
        out!("{}", line.trim_end());
    }
}

/// Prints names and values below each other.
pub(crate) fn fields(rows: &[(&str, String)]) {
    let width = rows.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
    for (name, value) in rows {
        out!("{name:width$}  {value}");
    }
}

/// Bytes in the unit that people read best (powers of 1024).
pub(crate) fn bytes(count: i64) -> String {
    const UNITS: [&str; 7] = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];
    let mut value = count as f64;
    let mut unit = 0;
    while value >= 1024.0 && unit + 1 < UNITS.len() {
        value /= 1024.0;
        unit += 1;
    }
    if unit == 0 { format!("{count} B") } else { format!("{value:.1} {}", UNITS[unit]) }
}

/// How long something took.
pub(crate) fn milliseconds(count: i64) -> String {
    if count < 10_000 { format!("{count} ms") } else { format!("{:.1} s", count as f64 / 1000.0) }
}

/// A time to the second, or a dash.
pub(crate) fn time(at: Option<Timestamp>) -> String {
    at.map_or_else(|| "-".into(), |at| at.strftime("%Y-%m-%d %H:%M:%SZ").to_string())
}

/// A value or a dash.
pub(crate) fn or_dash<T: ToString>(value: Option<T>) -> String {
    value.map_or_else(|| "-".into(), |value| value.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_readable_from_nothing_to_the_most() {
        assert_eq!(bytes(0), "0 B");
        assert_eq!(bytes(1023), "1023 B");
        assert_eq!(bytes(1536), "1.5 KiB");
        assert_eq!(bytes(i64::MAX), "8.0 EiB");
    }

    #[test]
    fn times_are_for_people() {
        assert_eq!(milliseconds(999), "999 ms");
        assert_eq!(milliseconds(12_345), "12.3 s");
    }
}
