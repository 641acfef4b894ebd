//! Writes an archive from its beginning to its end, without going back.

use std::io::{self, Write};

use tenantry_domain::clock;
use tenantry_pg::export::{Entry, Section};

use super::{
    BLOCK_DATA, CUSTOM, END_OF_ROWS, INT_SIZE, MAGIC, OFFSET_NO_DATA, OFFSET_NOT_SET, OFFSET_SIZE,
    SECTION_DATA, SECTION_NONE, SECTION_POST_DATA, SECTION_PRE_DATA, VERSION,
};

/// Entries of the archive itself: encoding, strings and search path.
const PREAMBLE: i32 = 3;

/// How many bytes of rows are written together.
const BLOCK: usize = 64 * 1024;

/// An archive that is being written: first everything that there is, then the rows of each table in the
/// order of the entries.
#[derive(Debug)]
pub struct ArchiveWriter<W> {
    out: W,
    /// Rows that are not written yet.
    block: Vec<u8>,
}

impl<W: Write> ArchiveWriter<W> {
    /// Writes the header and the table of contents. `schema` is written as it stands in a statement, in
    /// quotes where it needs them; `server_version` as the server says it.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn begin(
        out: W,
        database: &str,
        server_version: &str,
        schema: (&str, &str),
        entries: &[Entry],
    ) -> io::Result<Self> {
        let mut writer = Self { out, block: Vec::with_capacity(BLOCK) };
        writer.header(database, server_version)?;
        let count = i32::try_from(entries.len()).map_err(io::Error::other)?;
        writer.int(PREAMBLE + count)?;
        let (name, quoted) = schema;
        let path = quoted.replace('\'', "''");
        for (id, kind, statement) in [
            (1, "ENCODING", "SET client_encoding = 'UTF8';\n".to_owned()),
            (2, "STDSTRINGS", "SET standard_conforming_strings = 'on';\n".to_owned()),
            (
                3,
                "SEARCHPATH",
                format!("SELECT pg_catalog.set_config('search_path', '{path}', false);\n"),
            ),
        ] {
            writer.preamble(id, kind, &statement)?;
        }
        for (place, entry) in entries.iter().enumerate() {
            writer.entry(place, entry, name)?;
        }
        Ok(writer)
    }

    /// Begins the rows of an entry.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn begin_rows(&mut self, place: usize) -> io::Result<()> {
        self.out.write_all(&[BLOCK_DATA])?;
        self.int(id_of(place)?)
    }

    /// Writes a piece of an entry's rows, as `COPY` gave it: a row mostly, so that many are put into one block.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn rows(&mut self, piece: &[u8]) -> io::Result<()> {
        if self.block.len() + piece.len() > BLOCK {
            self.write_block()?;
        }
        if piece.len() > BLOCK {
            return self.piece(piece);
        }
        self.block.extend_from_slice(piece);
        Ok(())
    }

    fn write_block(&mut self) -> io::Result<()> {
        let block = std::mem::take(&mut self.block);
        self.piece(&block)?;
        self.block = block;
        self.block.clear();
        Ok(())
    }

    fn piece(&mut self, piece: &[u8]) -> io::Result<()> {
        // a piece without a byte would end the rows
        if piece.is_empty() {
            return Ok(());
        }
        self.int(i32::try_from(piece.len()).map_err(io::Error::other)?)?;
        self.out.write_all(piece)
    }

    /// Ends the rows of an entry.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn end_rows(&mut self) -> io::Result<()> {
        self.write_block()?;
        self.piece(END_OF_ROWS)?;
        self.int(0)
    }

    /// The archive is whole; gives back what it was written to.
    ///
    /// # Errors
    /// When the last of it cannot be written.
    pub fn finish(mut self) -> io::Result<W> {
        self.out.flush()?;
        Ok(self.out)
    }

    fn header(&mut self, database: &str, server_version: &str) -> io::Result<()> {
        self.out.write_all(MAGIC)?;
        self.out.write_all(&VERSION)?;
        self.out.write_all(&[INT_SIZE, OFFSET_SIZE, CUSTOM])?;
        // no compression
        self.int(0)?;
        let now = clock::now().to_zoned(jiff::tz::TimeZone::UTC);
        for part in [
            i32::from(now.second()),
            i32::from(now.minute()),
            i32::from(now.hour()),
            i32::from(now.day()),
            // counted as C does: months from 0, years from 1900
            i32::from(now.month()) - 1,
            i32::from(now.year()) - 1900,
            0,
        ] {
            self.int(part)?;
        }
        self.text(Some(database))?;
        self.text(Some(server_version))?;
        self.text(Some(server_version))
    }

    fn preamble(&mut self, id: i32, kind: &str, statement: &str) -> io::Result<()> {
        self.int(id)?;
        self.int(0)?;
        self.text(Some("0"))?;
        self.text(Some("0"))?;
        self.text(Some(kind))?;
        self.text(Some(kind))?;
        self.int(SECTION_PRE_DATA)?;
        self.text(Some(statement))?;
        for _ in ["drop", "copy", "schema", "tablespace", "access method"] {
            self.text(None)?;
        }
        // no owner
        self.text(Some(""))?;
        self.text(Some("false"))?;
        self.text(None)?;
        self.offset(OFFSET_NO_DATA)
    }

    fn entry(&mut self, place: usize, entry: &Entry, schema: &str) -> io::Result<()> {
        let has_rows = entry.copy_from.is_some();
        self.int(id_of(place)?)?;
        self.int(i32::from(has_rows))?;
        let (catalog, object) = entry.oids();
        self.text(Some(&catalog.to_string()))?;
        self.text(Some(&object.to_string()))?;
        self.text(Some(&entry.tag))?;
        self.text(Some(&entry.kind))?;
        self.int(match entry.section {
            Section::PreData => SECTION_PRE_DATA,
            Section::Data => SECTION_DATA,
            Section::PostData => SECTION_POST_DATA,
            Section::None => SECTION_NONE,
        })?;
        self.text(Some(&lines(&entry.create)))?;
        self.text(Some(&lines(&entry.drop)))?;
        let copy = entry.copy_from.as_ref().map(|table| format!("COPY {table} FROM stdin;\n"));
        self.text(copy.as_deref())?;
        self.text((!entry.is_of_schema_itself()).then_some(schema))?;
        self.text(entry.tablespace.as_deref())?;
        self.text(matches!(entry.kind.as_str(), "TABLE" | "MATERIALIZED VIEW").then_some("heap"))?;
        self.text(Some(&entry.owner))?;
        self.text(Some("false"))?;
        for need in &entry.needs {
            self.text(Some(&id_of(*need)?.to_string()))?;
        }
        self.text(None)?;
        self.offset(if has_rows { OFFSET_NOT_SET } else { OFFSET_NO_DATA })
    }

    fn int(&mut self, number: i32) -> io::Result<()> {
        self.out.write_all(&[u8::from(number < 0)])?;
        self.out.write_all(&number.unsigned_abs().to_le_bytes())
    }

    fn text(&mut self, text: Option<&str>) -> io::Result<()> {
        let Some(text) = text else {
            return self.int(-1);
        };
        self.int(i32::try_from(text.len()).map_err(io::Error::other)?)?;
        self.out.write_all(text.as_bytes())
    }

    fn offset(&mut self, state: u8) -> io::Result<()> {
        self.out.write_all(&[state])?;
        self.out.write_all(&[0; OFFSET_SIZE as usize])
    }
}

/// The number of an entry in the table of contents.
fn id_of(place: usize) -> io::Result<i32> {
    let place = i32::try_from(place).map_err(io::Error::other)?;
    Ok(PREAMBLE + 1 + place)
}

/// Statements end with a line, as `pg_restore` expects when it looks into them.
fn lines(statements: &str) -> String {
    if statements.is_empty() { String::new() } else { format!("{statements}\n") }
}
