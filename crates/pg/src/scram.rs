//! A password as PostgreSQL keeps it, so that the server is told the verifier and never the password
//! (RFC 5802, RFC 7677; `scram_build_secret` in PostgreSQL's `src/common/scram-common.c`).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use rand::RngExt as _;
use sha2::{Digest as _, Sha256};

/// As many as PostgreSQL takes; the secret is random, so more would only slow logins down.
const ITERATIONS: u32 = 4096;
const SALT_BYTES: usize = 16;
/// 32 of 62 characters are 190 bits.
const PASSWORD_CHARACTERS: usize = 32;

/// A password that nobody guesses: 32 letters and digits, which stand in a URL as they are.
pub fn random_password() -> String {
    let mut rng = rand::rng();
    (0..PASSWORD_CHARACTERS).map(|_| rng.sample(rand::distr::Alphanumeric) as char).collect()
}

/// The verifier of a password, with a random salt: what `alter role … password` takes instead of it.
/// The password is one of letters and digits; others would have to be normalised first (RFC 4013).
pub fn verifier(password: &str) -> String {
    let mut salt = [0; SALT_BYTES];
    rand::rng().fill(&mut salt);
    verifier_with(password, &salt)
}

fn verifier_with(password: &str, salt: &[u8]) -> String {
    let mut salted = [0; 32];
    pbkdf2::pbkdf2_hmac::<Sha256>(password.as_bytes(), salt, ITERATIONS, &mut salted);
    let stored_key = Sha256::digest(keyed(&salted, b"Client Key"));
    let server_key = keyed(&salted, b"Server Key");
    format!(
        "SCRAM-SHA-256${ITERATIONS}:{}${}:{}",
        STANDARD.encode(salt),
        STANDARD.encode(stored_key),
        STANDARD.encode(server_key)
    )
}

fn keyed(key: &[u8], text: &[u8]) -> [u8; 32] {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes keys of any length");
    mac.update(text);
    mac.finalize().into_bytes().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of RFC 7677: user `user`, password `pencil`. Its server signature follows from the
    /// server key.
    #[test]
    fn the_verifier_is_that_of_the_standard() {
        let salt = STANDARD.decode("W22ZaJ0SNY7soEsUEjb6gQ==").unwrap();
        let text = verifier_with("pencil", &salt);
        assert!(text.starts_with("SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$"), "{text}");
        let server_key = STANDARD.decode(text.rsplit(':').next().unwrap()).unwrap();
        let exchange = "n=user,r=rOprNGfwEbeRWgbNEkqO,\
            r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,\
            s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096,\
            c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0";
        let signature = keyed(&server_key, exchange.as_bytes());
        assert_eq!(STANDARD.encode(signature), "6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=");
    }

    #[test]
    fn passwords_differ_and_stand_in_a_url() {
        let (one, other) = (random_password(), random_password());
        assert_ne!(one, other);
        assert!(one.len() == 32 && one.bytes().all(|byte| byte.is_ascii_alphanumeric()));
        assert_ne!(verifier(&one), verifier(&one), "the salt is random");
    }
}
