//! Sessions of the console: the secret that a browser keeps in its cookie, and what of it is kept here.

use std::fmt;
use std::time::Duration;

use rand::RngExt;
use rand::distr::Alphanumeric;
use sha2::{Digest, Sha256};

const LENGTH: usize = 43;

/// How long a session lives without a request. It never outlives the token that opened it.
pub const IDLE: Duration = Duration::from_secs(12 * 60 * 60);

/// The secret of a session: 43 random characters (256 bits). Only the server makes one, so nobody can be
/// given a session that somebody else knows.
#[derive(Clone, PartialEq, Eq)]
pub struct SessionSecret(String);

impl SessionSecret {
    /// A new one from the operating system's randomness.
    pub fn generate() -> Self {
        let mut rng = rand::rng();
        Self((0..LENGTH).map(|_| rng.sample(Alphanumeric) as char).collect())
    }

    /// Reads one; none when it has another form.
    pub fn parse(text: &str) -> Option<Self> {
        let plain = text.len() == LENGTH && text.bytes().all(|b| b.is_ascii_alphanumeric());
        plain.then(|| Self(text.to_owned()))
    }

    /// What is stored: SHA-256 of it.
    pub fn hash(&self) -> Vec<u8> {
        Sha256::digest(self.0.as_bytes()).to_vec()
    }

    /// The secret itself, for the cookie.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

/// Never shows the secret.
impl fmt::Debug for SessionSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SessionSecret(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_reads_back_and_is_never_shown() {
        let secret = SessionSecret::generate();
        assert_eq!(SessionSecret::parse(secret.reveal()), Some(secret.clone()));
        assert_ne!(SessionSecret::generate(), secret);
        assert_eq!(SessionSecret::parse(&secret.reveal()[1..]), None);
        assert_eq!(SessionSecret::parse(&secret.reveal().replacen(|_| true, "é", 1)), None);
        assert!(!format!("{secret:?}").contains(secret.reveal()));
    }
}
