//! Seals an archive while it is written and opens it while it is read: zstd, then age to the institution's key.
//! What leaves this room is ciphertext. Knows bytes, not what is in them.

use std::io::{self, BufRead, BufReader, BufWriter, Read, Write};
use std::iter::once;

use age::stream::StreamWriter;
use sha2::{Digest as _, Sha256};

use crate::keys::{KeyError, OpenKey};

/// The level of zstd: higher ones take many times as long and save a tenth.
const LEVEL: i32 = 3;

/// The largest window that is accepted when reading, as a power of two of bytes. Ours has 2 MiB; more memory
/// than 8 MiB is not spent because a stream asks for it.
const WINDOW: u32 = 23;

/// Bytes that are gathered before they are compressed: an archive is written in small pieces.
const GATHERED: usize = 64 * 1024;

/// Why something cannot be sealed or opened.
#[derive(Debug, thiserror::Error)]
pub enum SealError {
    /// The key to seal to.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// What is sealed cannot be written, or what was sealed cannot be read.
    #[error("the sealed archive cannot be written or read: {0}")]
    Stream(#[from] io::Error),
    /// It is sealed to another key.
    #[error("the archive is sealed to another key than the one that was given")]
    OtherKey,
    /// It is not a file of age, or its header was changed.
    #[error("the archive is not one that was sealed here: {0}")]
    Damaged(String),
}

impl SealError {
    /// Whether the disk that is written to is full.
    pub fn is_disk_full(&self) -> bool {
        matches!(self, Self::Stream(error) if crate::place::is_full(error))
    }
}

/// What a sealed archive came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sealed {
    /// Bytes of ciphertext.
    pub bytes: u64,
    /// SHA-256 of the ciphertext, as 64 hexadecimal digits.
    pub sha256: String,
    /// Bytes before compression.
    pub plain_bytes: u64,
}

/// Takes an archive and writes it sealed. What was written before [`Sealer::finish`] is of no use to anybody: it
/// does not open.
pub struct Sealer<W: Write> {
    output: BufWriter<zstd::Encoder<'static, StreamWriter<Counted<W>>>>,
    plain_bytes: u64,
}

impl<W: Write> Sealer<W> {
    /// Begins, sealed to one recipient (`age1…`).
    ///
    /// # Errors
    /// When that is no recipient, or the output cannot be written.
    pub fn begin(output: W, recipient: &str) -> Result<Self, SealError> {
        let recipient: age::x25519::Recipient =
            recipient.parse().map_err(|_| KeyError::NotARecipient { place: 1 })?;
        let encryptor = age::Encryptor::with_recipients(once(&recipient as &dyn age::Recipient))
            .map_err(|error| KeyError::Sealing(error.to_string()))?;
        let counted = Counted { output, bytes: 0, hasher: Sha256::new() };
        let mut zstd = zstd::Encoder::new(encryptor.wrap_output(counted)?, LEVEL)?;
        zstd.include_checksum(true)?;
        Ok(Self { output: BufWriter::with_capacity(GATHERED, zstd), plain_bytes: 0 })
    }

    /// Writes what is left, and says what it all came to.
    ///
    /// # Errors
    /// When the output cannot be written.
    pub fn finish(self) -> Result<(W, Sealed), SealError> {
        let zstd = self.output.into_inner().map_err(io::IntoInnerError::into_error)?;
        let Counted { mut output, bytes, hasher } = zstd.finish()?.finish()?;
        output.flush()?;
        let sha256 = hexadecimal(&hasher.finalize());
        Ok((output, Sealed { bytes, sha256, plain_bytes: self.plain_bytes }))
    }
}

impl<W: Write> Write for Sealer<W> {
    fn write(&mut self, piece: &[u8]) -> io::Result<usize> {
        let written = self.output.write(piece)?;
        self.plain_bytes += written as u64;
        Ok(written)
    }

    /// Nothing is pushed out before the end: that would only make it larger.
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<W: Write> std::fmt::Debug for Sealer<W> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sealer").field("plain_bytes", &self.plain_bytes).finish_non_exhaustive()
    }
}

/// Counts and hashes what goes through.
struct Counted<W> {
    output: W,
    bytes: u64,
    hasher: Sha256,
}

impl<W: Write> Write for Counted<W> {
    fn write(&mut self, piece: &[u8]) -> io::Result<usize> {
        let written = self.output.write(piece)?;
        self.hasher.update(&piece[..written]);
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.output.flush()
    }
}

/// Opens a sealed archive. It must come to exactly `plain_bytes`, as its manifest says: reading fails where it
/// is longer (a bomb), shorter, cut off or changed, and never hands out more than that.
///
/// # Errors
/// When it is sealed to another key or its beginning is not as it should be.
pub fn unseal<R: Read>(
    input: R,
    key: &OpenKey,
    plain_bytes: u64,
) -> Result<impl Read + use<R>, SealError> {
    let file = age::Decryptor::new_buffered(BufReader::with_capacity(GATHERED, input));
    let file = file.map_err(damaged)?;
    let stream = file.decrypt(once(&key.0 as &dyn age::Identity)).map_err(damaged)?;
    let mut zstd = zstd::Decoder::new(stream)?;
    zstd.window_log_max(WINDOW)?;
    Ok(Exactly { input: zstd, left: plain_bytes })
}

fn damaged(error: age::DecryptError) -> SealError {
    match error {
        age::DecryptError::NoMatchingKeys => SealError::OtherKey,
        age::DecryptError::Io(error) => SealError::Stream(error),
        other => SealError::Damaged(other.to_string()),
    }
}

/// Hands out so many bytes, and holds the input to ending there.
struct Exactly<R> {
    input: R,
    left: u64,
}

impl<R: Read> Read for Exactly<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.input.read(buffer)?;
        if read == 0 && self.left > 0 && !buffer.is_empty() {
            let why = format!("{} bytes less than its manifest says", self.left);
            return Err(io::Error::new(io::ErrorKind::UnexpectedEof, why));
        }
        self.left = self.left.checked_sub(read as u64).ok_or_else(|| {
            io::Error::new(io::ErrorKind::InvalidData, "more bytes than its manifest says")
        })?;
        Ok(read)
    }
}

/// SHA-256 of everything that can be read, and how much that was.
pub(crate) fn hash(mut input: impl BufRead) -> io::Result<(u64, String)> {
    let mut hasher = Sha256::new();
    let mut bytes = 0;
    loop {
        let piece = input.fill_buf()?;
        if piece.is_empty() {
            return Ok((bytes, hexadecimal(&hasher.finalize())));
        }
        hasher.update(piece);
        let length = piece.len();
        bytes += length as u64;
        input.consume(length);
    }
}

pub(crate) fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::{Identities, generate_identity};

    fn key() -> OpenKey {
        let (text, _) = generate_identity();
        let age = text.lines().last().unwrap().parse().unwrap();
        assert_eq!(Identities::parse(&text).unwrap().recipients().len(), 1);
        OpenKey(age)
    }

    fn sealed(key: &OpenKey, plain: &[u8]) -> (Vec<u8>, Sealed) {
        let mut sealer = Sealer::begin(Vec::new(), &key.recipient()).unwrap();
        for piece in plain.chunks(1_000) {
            sealer.write_all(piece).unwrap();
        }
        sealer.finish().unwrap()
    }

    fn opened(bytes: &[u8], key: &OpenKey, plain_bytes: u64) -> Result<Vec<u8>, SealError> {
        let mut plain = Vec::new();
        unseal(bytes, key, plain_bytes)?.read_to_end(&mut plain)?;
        Ok(plain)
    }

    fn noise(length: usize) -> Vec<u8> {
        (0..length).map(|_| rand::random()).collect()
    }

    #[test]
    fn what_was_sealed_opens_and_is_counted() {
        let key = key();
        for plain in [Vec::new(), b"rows".to_vec(), noise(300_000), vec![7; 3_000_000]] {
            let (bytes, sealed) = sealed(&key, &plain);
            assert_eq!(sealed.bytes, bytes.len() as u64);
            assert_eq!(sealed.plain_bytes, plain.len() as u64);
            assert_eq!(hash(&bytes[..]).unwrap(), (sealed.bytes, sealed.sha256));
            assert_eq!(opened(&bytes, &key, sealed.plain_bytes).unwrap(), plain);
        }
    }

    #[test]
    fn another_key_does_not_open_it() {
        let (bytes, sealed) = sealed(&key(), b"rows");
        assert!(matches!(opened(&bytes, &key(), sealed.plain_bytes), Err(SealError::OtherKey)));
    }

    /// Case 23's half of the seal: cut off or changed anywhere, it does not open to its end.
    #[test]
    fn case_23_a_damaged_stream_does_not_open() {
        let key = key();
        let (bytes, sealed) = sealed(&key, &noise(200_000));
        for place in (0..bytes.len()).step_by(6_011).chain(bytes.len() - 4..bytes.len()) {
            assert!(opened(&bytes[..place], &key, sealed.plain_bytes).is_err(), "cut at {place}");
            let mut changed = bytes.clone();
            changed[place] ^= 0x10;
            assert!(opened(&changed, &key, sealed.plain_bytes).is_err(), "byte {place}");
        }
        let longer = [&bytes[..], b"x"].concat();
        assert!(opened(&longer, &key, sealed.plain_bytes).is_err());
    }

    /// Case 36: a bomb hands out no more than its manifest says, and fails.
    #[test]
    fn case_36_a_stream_longer_or_shorter_than_announced_is_refused() {
        let key = key();
        let (bytes, bomb) = sealed(&key, &vec![0; 16 * 1024 * 1024]);
        assert!(bomb.bytes < 5_000, "{}", bomb.bytes);
        let mut handed_out = 0;
        let mut input = unseal(&bytes[..], &key, 1_000_000).unwrap();
        let mut buffer = vec![0; 4_096];
        let error = loop {
            match input.read(&mut buffer) {
                Ok(read) => handed_out += read,
                Err(error) => break error,
            }
        };
        assert_eq!(error.kind(), io::ErrorKind::InvalidData);
        assert!(handed_out <= 1_000_000);
        let short = opened(&bytes, &key, bomb.plain_bytes + 1).unwrap_err();
        assert!(short.to_string().contains("1 bytes less"), "{short}");
    }
}
