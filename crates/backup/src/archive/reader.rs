//! Reads an archive that [`ArchiveWriter`](super::ArchiveWriter) wrote, from its beginning to its end. What is
//! read may have been made by anybody: every length is bounded, and what is not as it must be is an error.

use std::io::{self, Read};

use super::{
    BLOCK_DATA, CUSTOM, END_OF_ROWS, INT_SIZE, MAGIC, OFFSET_NO_DATA, OFFSET_NOT_SET, OFFSET_SIZE,
    VERSION,
};

/// The most entries that an archive may list.
const MOST_ENTRIES: i32 = 1_000_000;

/// The longest text in a table of contents, in bytes.
const LONGEST_TEXT: i32 = 64 * 1024 * 1024;

/// The longest piece of rows, in bytes: `COPY` writes a row at a time, and a row has at most 1 GB.
const LONGEST_PIECE: i32 = 0x4000_0000;

/// Why an archive cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// It ends too early, or cannot be read at all.
    #[error("the archive cannot be read: {0}")]
    Input(#[from] io::Error),
    /// It is not an archive of ours; what is wrong with it.
    #[error("this is not an archive that Tenantry wrote: {0}")]
    Format(String),
}

/// A line of the table of contents.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// Its number in the archive.
    pub id: i32,
    /// What it is, in the words of `pg_dump`.
    pub kind: String,
    /// Its name.
    pub tag: String,
    /// The statements that make it.
    pub create: String,
    /// The statement that its rows are the input of.
    pub copy: Option<String>,
    /// The schema that it is in; none for the schema itself.
    pub schema: Option<String>,
    /// The numbers of the items that it needs.
    pub needs: Vec<i32>,
}

/// An archive that is being read: first everything that there is, then the rows of each table.
#[derive(Debug)]
pub struct ArchiveReader<R> {
    input: R,
    items: Vec<Item>,
    search_path: String,
    with_rows: Vec<usize>,
    /// How many of those were read.
    read: usize,
}

impl<R: Read> ArchiveReader<R> {
    /// Reads the header and the table of contents.
    ///
    /// # Errors
    /// When it ends too early, or is not what we write.
    pub fn begin(mut input: R) -> Result<Self, ReadError> {
        header(&mut input)?;
        let count = int(&mut input)?;
        if !(0..=MOST_ENTRIES).contains(&count) {
            return Err(format(format!("it lists {count} entries")));
        }
        let mut items = Vec::new();
        let mut with_rows = Vec::new();
        let mut search_path = String::new();
        for _ in 0..count {
            let item = item(&mut input)?;
            match item.kind.as_str() {
                "ENCODING" | "STDSTRINGS" => continue,
                "SEARCHPATH" => {
                    search_path = item.create;
                    continue;
                }
                _ => {}
            }
            if item.copy.is_some() {
                with_rows.push(items.len());
            }
            items.push(item);
        }
        Ok(Self { input, items, search_path, with_rows, read: 0 })
    }

    /// What there is, in an order in which it can be made.
    pub fn items(&self) -> &[Item] {
        &self.items
    }

    /// The statement that sets the path under which the others are meant.
    pub fn search_path(&self) -> &str {
        &self.search_path
    }

    /// Begins the next table's rows and says which item they are of; none after the last, when nothing
    /// may follow.
    ///
    /// # Errors
    /// When something else is there.
    pub fn next_rows(&mut self) -> Result<Option<usize>, ReadError> {
        let Some(place) = self.with_rows.get(self.read).copied() else {
            let mut rest = [0; 1];
            return match self.input.read(&mut rest)? {
                0 => Ok(None),
                _ => Err(format("something follows the rows of the last table")),
            };
        };
        let kind = byte(&mut self.input)?;
        let id = int(&mut self.input)?;
        if (kind, id) != (BLOCK_DATA, self.items[place].id) {
            return Err(format(format!(
                "the rows of {} should follow, and others do",
                self.items[place].tag
            )));
        }
        self.read += 1;
        Ok(Some(place))
    }

    /// The next piece of the rows that were begun; none after the last.
    ///
    /// # Errors
    /// When it ends too early, or the rows do not end as they must.
    pub fn piece(&mut self) -> Result<Option<Vec<u8>>, ReadError> {
        let length = int(&mut self.input)?;
        if !(1..=LONGEST_PIECE).contains(&length) {
            return Err(format("the rows of a table have no end"));
        }
        let piece = bytes(&mut self.input, length)?;
        if piece == END_OF_ROWS {
            return match int(&mut self.input)? {
                0 => Ok(None),
                _ => Err(format("something follows the end of a table's rows")),
            };
        }
        Ok(Some(piece))
    }
}

fn header(input: &mut impl Read) -> Result<(), ReadError> {
    let mut start = [0; MAGIC.len() + 6];
    input.read_exact(&mut start)?;
    if !start.starts_with(MAGIC) {
        return Err(format("it does not begin as archives do"));
    }
    let ours = [&VERSION[..], &[INT_SIZE, OFFSET_SIZE, CUSTOM]].concat();
    if start[MAGIC.len()..] != ours {
        return Err(format("it is of another version; pg_restore may read it"));
    }
    if int(input)? != 0 {
        return Err(format("it is compressed in itself; pg_restore may read it"));
    }
    for _ in ["second", "minute", "hour", "day", "month", "year", "daylight saving"] {
        int(input)?;
    }
    for _ in ["database", "server", "program"] {
        text(input)?;
    }
    Ok(())
}

fn item(input: &mut impl Read) -> Result<Item, ReadError> {
    let id = int(input)?;
    let has_rows = int(input)? != 0;
    for _ in ["catalog", "object"] {
        text(input)?;
    }
    let tag = text(input)?.unwrap_or_default();
    let kind = text(input)?.unwrap_or_default();
    let _section = int(input)?;
    let create = text(input)?.unwrap_or_default();
    let _drop = text(input)?;
    let copy = text(input)?;
    let schema = text(input)?;
    for _ in ["tablespace", "access method", "owner", "with OIDs"] {
        text(input)?;
    }
    let mut needs = Vec::new();
    while let Some(need) = text(input)? {
        needs.push(need.parse().map_err(|_| format(format!("{kind} {tag} needs {need:?}")))?);
    }
    let state = byte(input)?;
    bytes(input, i32::from(OFFSET_SIZE))?;
    let expected = if has_rows { OFFSET_NOT_SET } else { OFFSET_NO_DATA };
    if state != expected || has_rows != copy.is_some() {
        return Err(format(format!("{kind} {tag} has rows and has none")));
    }
    Ok(Item { id, kind, tag, create, copy, schema, needs })
}

fn byte(input: &mut impl Read) -> Result<u8, ReadError> {
    let mut one = [0; 1];
    input.read_exact(&mut one)?;
    Ok(one[0])
}

fn int(input: &mut impl Read) -> Result<i32, ReadError> {
    let negative = byte(input)?;
    let mut number = [0; INT_SIZE as usize];
    input.read_exact(&mut number)?;
    let number = i32::try_from(u32::from_le_bytes(number))
        .map_err(|_| format("a number is out of range"))?;
    match negative {
        0 => Ok(number),
        1 => Ok(-number),
        _ => Err(format("a number has no sign")),
    }
}

fn text(input: &mut impl Read) -> Result<Option<String>, ReadError> {
    let length = int(input)?;
    match length {
        -1 => Ok(None),
        0..=LONGEST_TEXT => String::from_utf8(bytes(input, length)?)
            .map(Some)
            .map_err(|_| format("a text is not in UTF-8")),
        _ => Err(format(format!("a text has {length} bytes"))),
    }
}

/// So many bytes; what is promised and does not come takes no memory.
fn bytes(input: &mut impl Read, length: i32) -> Result<Vec<u8>, ReadError> {
    let length = u64::try_from(length).map_err(|_| format("a length is negative"))?;
    let mut buffer = Vec::new();
    input.take(length).read_to_end(&mut buffer)?;
    if buffer.len() as u64 != length {
        return Err(io::Error::from(io::ErrorKind::UnexpectedEof).into());
    }
    Ok(buffer)
}

fn format(why: impl Into<String>) -> ReadError {
    ReadError::Format(why.into())
}
