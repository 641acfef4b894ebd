//! What a table's rows come to: how many they are and a hash that does not depend on their order.
//!
//! Each row, as `COPY` writes it without its newline, is hashed by SHA-256; the first 16 bytes of those
//! hashes, as little-endian numbers, are added up modulo 2^128. Two tables with the same rows in another
//! order come to the same.

use std::fmt;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

/// What rows come to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// How many rows.
    pub rows: u64,
    /// Bytes of their text, with newlines.
    pub bytes: u64,
    /// The sum of their hashes.
    pub hash: RowHash,
}

/// A sum of rows' hashes; written as 32 hexadecimal digits.
#[derive(Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RowHash(u128);

/// Counts rows that come in pieces of any size.
#[derive(Debug, Default)]
pub struct Counter {
    tally: Tally,
    /// The beginning of a row whose end has not come yet.
    begun: Vec<u8>,
}

impl Counter {
    /// Takes the next piece of `COPY`'s text format, in which a newline always ends a row.
    pub fn take(&mut self, mut piece: &[u8]) {
        self.tally.bytes += piece.len() as u64;
        while let Some(end) = piece.iter().position(|byte| *byte == b'\n') {
            if self.begun.is_empty() {
                self.tally.add(&piece[..end]);
            } else {
                self.begun.extend_from_slice(&piece[..end]);
                self.tally.add(&self.begun);
                self.begun.clear();
            }
            piece = &piece[end + 1..];
        }
        self.begun.extend_from_slice(piece);
    }

    /// What all rows came to.
    pub fn finish(mut self) -> Tally {
        if !self.begun.is_empty() {
            self.tally.add(&self.begun);
        }
        self.tally
    }
}

impl Tally {
    fn add(&mut self, row: &[u8]) {
        let digest = Sha256::digest(row);
        let (first, _) = digest.as_slice().split_first_chunk::<16>().unwrap_or((&[0; 16], &[]));
        self.hash.0 = self.hash.0.wrapping_add(u128::from_le_bytes(*first));
        self.rows += 1;
    }
}

impl fmt::Display for RowHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

impl fmt::Debug for RowHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl From<RowHash> for String {
    fn from(hash: RowHash) -> Self {
        hash.to_string()
    }
}

impl TryFrom<String> for RowHash {
    type Error = std::num::ParseIntError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        u128::from_str_radix(&text, 16).map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(pieces: &[&str]) -> Tally {
        let mut counter = Counter::default();
        pieces.iter().for_each(|piece| counter.take(piece.as_bytes()));
        counter.finish()
    }

    #[test]
    fn order_and_pieces_do_not_matter_and_rows_do() {
        let all = of(&["1\tAda\n2\tGrace\n"]);
        assert_eq!(all.rows, 2);
        assert_eq!(of(&["2\tGr", "ace\n1", "\tAda\n"]), all);
        assert_ne!(of(&["1\tAda\n2\tGrac\n"]).hash, all.hash);
        assert_ne!(of(&["1\tAda\n2\tGrace\n2\tGrace\n"]).hash, all.hash);
        assert_eq!(of(&[]), Tally::default());
    }

    #[test]
    fn a_hash_is_read_as_it_is_written() {
        let tally = of(&["x\n"]);
        let text = String::from(tally.hash);
        assert_eq!(text.len(), 32);
        assert_eq!(RowHash::try_from(text).unwrap(), tally.hash);
    }
}
