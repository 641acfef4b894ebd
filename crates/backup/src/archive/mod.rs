//! PostgreSQL's custom archive format (`pg_dump -Fc`), version 1.14: the newest that `pg_restore` 15 reads,
//! and read by every later one. Described by `src/bin/pg_dump/pg_backup_archiver.c` (`WriteHead`,
//! `WriteToc`) and `pg_backup_custom.c` of PostgreSQL 15. Never compressed in itself: what is around it is.

mod reader;
mod writer;

pub use reader::{ArchiveReader, Item, ReadError};
pub use writer::ArchiveWriter;

/// The first bytes of every archive.
const MAGIC: &[u8] = b"PGDMP";

/// Major, minor and revision of the format.
const VERSION: [u8; 3] = [1, 14, 0];

/// Bytes of a number, and of a place in the file, as the header announces them.
const INT_SIZE: u8 = 4;
const OFFSET_SIZE: u8 = 8;

/// The format's number: custom.
const CUSTOM: u8 = 1;

/// What begins the rows of a table.
const BLOCK_DATA: u8 = 1;

/// Where an entry's rows begin: not said, as the file is written in one go; or it has none.
const OFFSET_NOT_SET: u8 = 1;
const OFFSET_NO_DATA: u8 = 3;

/// Numbers of sections, as the table of contents has them.
const SECTION_NONE: i32 = 1;
const SECTION_PRE_DATA: i32 = 2;
const SECTION_DATA: i32 = 3;
const SECTION_POST_DATA: i32 = 4;

/// What ends the rows of a table, as `COPY`'s text format has it.
const END_OF_ROWS: &[u8] = b"\\.\n\n\n";
