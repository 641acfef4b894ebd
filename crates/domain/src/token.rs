//! API tokens: how they look and what of them is kept.

use std::fmt;

use rand::RngExt;
use sha2::{Digest, Sha256};

const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const PREFIX: &str = "tenantry_api_";
const SECRET_LENGTH: usize = 30;
const CHECK_LENGTH: usize = 6;

/// A token as its bearer has it: `tenantry_api_`, 30 random characters (178 bits) and a checksum of
/// 6, so that a scanner for leaked secrets finds it and a typing error is told from a revoked one.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(String);

impl Token {
    /// A new one from the operating system's randomness.
    pub fn generate() -> Self {
        let mut rng = rand::rng();
        let secret: String =
            (0..SECRET_LENGTH).map(|_| ALPHABET[rng.random_range(0..62)] as char).collect();
        Self(format!("{PREFIX}{secret}_{}", checksum(&secret)))
    }

    /// Reads one; none when the form or the checksum is wrong.
    pub fn parse(text: &str) -> Option<Self> {
        let (secret, check) = text.strip_prefix(PREFIX)?.split_once('_')?;
        let plain = secret.len() == SECRET_LENGTH && secret.bytes().all(|b| ALPHABET.contains(&b));
        (plain && check == checksum(secret)).then(|| Self(text.to_owned()))
    }

    /// What is stored: SHA-256 of the whole token. A slow hash is for secrets that people choose.
    pub fn hash(&self) -> Vec<u8> {
        Sha256::digest(self.0.as_bytes()).to_vec()
    }

    /// The first characters, by which people tell tokens apart.
    pub fn prefix(&self) -> &str {
        &self.0[..PREFIX.len() + 6]
    }

    /// The secret itself, to be shown once.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

/// Never shows the secret.
impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Token({}…)", self.prefix())
    }
}

fn checksum(secret: &str) -> String {
    let mut rest = crc32fast::hash(secret.as_bytes());
    let mut digits = [b'0'; CHECK_LENGTH];
    for digit in digits.iter_mut().rev() {
        *digit = ALPHABET[(rest % 62) as usize];
        rest /= 62;
    }
    digits.iter().map(|&b| b as char).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_reads_back_and_a_changed_one_does_not() {
        let token = Token::generate();
        assert_eq!(Token::parse(token.reveal()), Some(token.clone()));
        assert_ne!(Token::generate(), token);
        let mut changed = token.reveal().to_owned();
        let last = changed.pop().unwrap();
        changed.push(if last == '0' { '1' } else { '0' });
        assert_eq!(Token::parse(&changed), None);
        assert_eq!(Token::parse("tenantry_api_short_000000"), None);
        assert!(!format!("{token:?}").contains(token.reveal()));
    }
}
