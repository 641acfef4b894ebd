//! Rows in the text format of `COPY ... FROM STDIN`, handed on in chunks so that no table is ever
//! held in memory as a whole.

use std::fmt::{Display, Write as _};

use crate::school::School;

/// One table that the seed fills.
#[derive(Debug, Clone, Copy)]
pub struct Table {
    /// Its name.
    pub name: &'static str,
    /// The statement that takes its rows.
    pub copy: &'static str,
    /// The statement that moves its identity past the seeded ids, where it has one.
    pub reset: Option<&'static str>,
    /// Writes its rows.
    pub fill: fn(&School, &mut Rows<'_>),
}

/// A [`Table`] from its name and columns; `serial` if `id` is an identity column.
macro_rules! table {
    (serial $name:literal, $columns:literal, $fill:path) => {
        $crate::copy::Table {
            name: $name,
            copy: concat!("COPY ", $name, " (id, ", $columns, ") FROM STDIN"),
            reset: Some(concat!(
                "SELECT setval(pg_get_serial_sequence('",
                $name,
                "', 'id'), coalesce(max(id), 0) + 1, false) FROM ",
                $name
            )),
            fill: $fill,
        }
    };
    ($name:literal, $columns:literal, $fill:path) => {
        $crate::copy::Table {
            name: $name,
            copy: concat!("COPY ", $name, " (", $columns, ") FROM STDIN"),
            reset: None,
            fill: $fill,
        }
    };
}
pub(crate) use table;

/// What a table's rows come out as.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// Whole rows.
    Rows {
        /// Their text.
        text: String,
        /// How many they are.
        count: u64,
    },
    /// A place where one COPY statement may end and the next begin.
    Cut,
}

const CHUNK: usize = 256 * 1024;

/// Collects rows and hands them on when enough have come together.
pub struct Rows<'a> {
    text: String,
    count: u64,
    sink: Box<dyn FnMut(Piece) + 'a>,
}

impl std::fmt::Debug for Rows<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Rows").field("count", &self.count).finish_non_exhaustive()
    }
}

impl<'a> Rows<'a> {
    /// Rows that go to `sink`.
    pub fn new(sink: impl FnMut(Piece) + 'a) -> Self {
        Self { text: String::with_capacity(CHUNK + 4096), count: 0, sink: Box::new(sink) }
    }

    /// Starts a row.
    pub fn row(&mut self) -> Row<'_, 'a> {
        Row { rows: self, started: false }
    }

    /// Says that the statement may end here.
    pub fn cut(&mut self) {
        self.flush();
        (self.sink)(Piece::Cut);
    }

    /// Hands on what is left.
    pub fn flush(&mut self) {
        if self.count > 0 {
            let text = std::mem::replace(&mut self.text, String::with_capacity(CHUNK + 4096));
            (self.sink)(Piece::Rows { text, count: std::mem::take(&mut self.count) });
        }
    }
}

/// A row under construction.
#[derive(Debug)]
pub struct Row<'r, 'a> {
    rows: &'r mut Rows<'a>,
    started: bool,
}

impl Row<'_, '_> {
    fn separate(&mut self) {
        if self.started {
            self.rows.text.push('\t');
        }
        self.started = true;
    }

    /// A number, date, flag or anything else whose text needs no escape.
    #[must_use]
    pub fn put(mut self, value: impl Display) -> Self {
        self.separate();
        // Writing to a String does not fail.
        let _ = write!(self.rows.text, "{value}");
        self
    }

    /// Free text.
    #[must_use]
    pub fn text(mut self, value: &str) -> Self {
        self.separate();
        for c in value.chars() {
            match c {
                '\\' => self.rows.text.push_str("\\\\"),
                '\t' => self.rows.text.push_str("\\t"),
                '\n' => self.rows.text.push_str("\\n"),
                '\r' => self.rows.text.push_str("\\r"),
                c => self.rows.text.push(c),
            }
        }
        self
    }

    /// A boolean.
    #[must_use]
    pub fn flag(self, value: bool) -> Self {
        self.put(if value { 't' } else { 'f' })
    }

    /// An amount of pence, as pounds.
    #[must_use]
    pub fn pence(self, value: i64) -> Self {
        self.put(format_args!("{}.{:02}", value / 100, value % 100))
    }

    /// NULL.
    #[must_use]
    pub fn null(self) -> Self {
        self.put("\\N")
    }

    /// A value or NULL.
    #[must_use]
    pub fn opt(self, value: Option<impl Display>) -> Self {
        match value {
            Some(value) => self.put(value),
            None => self.null(),
        }
    }

    /// Text or NULL.
    #[must_use]
    pub fn opt_text(self, value: Option<&str>) -> Self {
        match value {
            Some(value) => self.text(value),
            None => self.null(),
        }
    }

    /// Ends the row.
    pub fn end(self) {
        self.rows.text.push('\n');
        self.rows.count += 1;
        if self.rows.text.len() >= CHUNK {
            self.rows.flush();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn special_characters_are_escaped() {
        let mut seen = String::new();
        {
            let mut rows = Rows::new(|piece| {
                if let Piece::Rows { text, .. } = piece {
                    seen.push_str(&text);
                }
            });
            rows.row().put(1).text("a\tb\\c\nd").null().flag(true).pence(1205).end();
            rows.flush();
        }
        assert_eq!(seen, "1\ta\\tb\\\\c\\nd\t\\N\tt\t12.05\n");
    }
}
