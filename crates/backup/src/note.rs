//! Signed notes (<https://c2sp.org/signed-note>): a text, an empty line, and a line for each signature. Here with
//! Ed25519. Knows nothing of what the text says.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use sha2::{Digest as _, Sha256};

/// The number of Ed25519 among the algorithms of notes.
const ED25519: u8 = 1;

/// How a line with a signature begins.
const DASH: &str = "\u{2014} ";

/// How the text of a secret key begins.
const SECRET: &str = "PRIVATE+KEY";

/// The name of a key that is made here. Keys are told apart by their ids, which are hashes.
const NAME: &str = "tenantry";

/// The most signatures that are looked at.
const MOST_SIGNATURES: usize = 100;

/// Why a key is none, or a note is not believed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoteError {
    /// A secret key.
    #[error("this is not a signing key: it is one line that begins with {SECRET}+")]
    NotASigningKey,
    /// A public key.
    #[error("trusted key {place} is not a public key of a note, name+id+key in one line")]
    NotATrustedKey {
        /// Which one, counted from 1.
        place: usize,
    },
    /// A secret key where a public one belongs.
    #[error("trusted key {place} is a secret key: give its public half")]
    SecretAsTrusted {
        /// Which one, counted from 1.
        place: usize,
    },
    /// Not a note.
    #[error("it is not a signed note: {0}")]
    NotANote(&'static str),
    /// Nobody who is trusted signed it.
    #[error("none of the trusted keys signed it; it is signed by {by}")]
    NotTrusted {
        /// The names and ids of those who did.
        by: String,
    },
    /// It was changed after it was signed.
    #[error("the signature of {name} does not fit the text: it was changed after it was signed")]
    Altered {
        /// Whose signature.
        name: String,
    },
}

/// A key that signs. Its text is a secret.
#[derive(Clone)]
pub struct Signer {
    name: String,
    key: SigningKey,
}

/// Keys whose signatures are believed.
#[derive(Clone, Debug, Default)]
pub struct Verifier(Vec<Trusted>);

#[derive(Clone, Debug)]
struct Trusted {
    name: String,
    id: [u8; 4],
    key: VerifyingKey,
}

impl Signer {
    /// A new key, named `tenantry`.
    pub fn generate() -> Self {
        Self { name: NAME.into(), key: SigningKey::from_bytes(&rand::random()) }
    }

    /// Reads what [`Signer::secret_text`] wrote; space around it is left out.
    ///
    /// # Errors
    /// When it is something else. The text is not shown.
    pub fn from_secret_text(text: &str) -> Result<Self, NoteError> {
        let text = text.trim().strip_prefix(SECRET).and_then(|rest| rest.strip_prefix('+'));
        let (name, id, key) = text.and_then(parts).ok_or(NoteError::NotASigningKey)?;
        let signer = Self { name: name.to_owned(), key: SigningKey::from_bytes(&key) };
        if id != signer.id() {
            return Err(NoteError::NotASigningKey);
        }
        Ok(signer)
    }

    /// The key as a line of text, for a file that only the server reads:
    /// `PRIVATE+KEY+<name>+<id>+<base64>`, as Go's `note` package has it.
    pub fn secret_text(&self) -> String {
        let key = STANDARD.encode([&[ED25519][..], self.key.as_bytes()].concat());
        format!("{SECRET}+{}+{}+{key}", self.name, crate::seal::hexadecimal(&self.id()))
    }

    /// Its public half, for [`Verifier::parse`] and for people: `<name>+<id>+<base64>`.
    pub fn public_text(&self) -> String {
        let public = self.key.verifying_key();
        let key = STANDARD.encode([&[ED25519][..], public.as_bytes()].concat());
        format!("{}+{}+{key}", self.name, crate::seal::hexadecimal(&self.id()))
    }

    /// The name that stands on its signatures.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// A text as a note. The text ends with a newline.
    pub(crate) fn sign(&self, text: &str) -> Vec<u8> {
        debug_assert!(text.ends_with('\n'));
        let signature = self.key.sign(text.as_bytes()).to_bytes();
        let signature = STANDARD.encode([&self.id()[..], &signature].concat());
        format!("{text}\n{DASH}{} {signature}\n", self.name).into_bytes()
    }

    fn id(&self) -> [u8; 4] {
        id(&self.name, &self.key.verifying_key())
    }
}

impl Verifier {
    /// Believes one key.
    pub fn of(signer: &Signer) -> Self {
        Self::default().and(signer)
    }

    /// Reads public keys as [`Signer::public_text`] writes them.
    ///
    /// # Errors
    /// When one is something else.
    pub fn parse(texts: &[String]) -> Result<Self, NoteError> {
        let mut trusted = Vec::new();
        for (index, text) in texts.iter().enumerate() {
            let place = index + 1;
            let text = text.trim();
            if text.starts_with(SECRET) {
                return Err(NoteError::SecretAsTrusted { place });
            }
            let found = parts(text).and_then(|(name, id, key)| {
                Some(Trusted { name: name.into(), id, key: VerifyingKey::from_bytes(&key).ok()? })
            });
            let found = found.filter(|found| id(&found.name, &found.key) == found.id);
            trusted.push(found.ok_or(NoteError::NotATrustedKey { place })?);
        }
        Ok(Self(trusted))
    }

    /// Believes this key too.
    #[must_use]
    pub fn and(mut self, signer: &Signer) -> Self {
        let (id, key) = (signer.id(), signer.key.verifying_key());
        self.0.push(Trusted { name: signer.name.clone(), id, key });
        self
    }

    /// The text of a note that a trusted key signed.
    pub(crate) fn open<'a>(&self, note: &'a [u8]) -> Result<&'a str, NoteError> {
        let note =
            std::str::from_utf8(note).map_err(|_| NoteError::NotANote("it is not in UTF-8"))?;
        let end = note.rfind("\n\n").ok_or(NoteError::NotANote("it has no signatures"))?;
        let (text, signatures) = (&note[..=end], &note[end + 2..]);
        if signatures.is_empty() || !signatures.ends_with('\n') {
            return Err(NoteError::NotANote("its end is missing"));
        }
        if signatures.lines().count() > MOST_SIGNATURES {
            return Err(NoteError::NotANote("it has too many signatures"));
        }
        let mut believed = false;
        let mut by = Vec::new();
        for line in signatures.lines() {
            let (name, id, signature) =
                signature(line).ok_or(NoteError::NotANote("a signature is malformed"))?;
            match self.0.iter().find(|trusted| trusted.name == name && trusted.id == id) {
                Some(trusted) => {
                    let signature = Signature::from_slice(&signature)
                        .map_err(|_| NoteError::NotANote("a signature is malformed"))?;
                    let fits = trusted.key.verify_strict(text.as_bytes(), &signature);
                    fits.map_err(|_| NoteError::Altered { name: name.to_owned() })?;
                    believed = true;
                }
                None => by.push(format!("{name}+{}", crate::seal::hexadecimal(&id))),
            }
        }
        if believed { Ok(text) } else { Err(NoteError::NotTrusted { by: by.join(", ") }) }
    }
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Signer({}+{})", self.name, crate::seal::hexadecimal(&self.id()))
    }
}

/// The id of a key, by which a note says who signed it.
fn id(name: &str, key: &VerifyingKey) -> [u8; 4] {
    let hash =
        Sha256::digest([name.as_bytes(), b"\n", &[ED25519], key.as_bytes().as_slice()].concat());
    *hash.first_chunk().unwrap_or(&[0; 4])
}

/// `name+id+key` taken apart.
fn parts(text: &str) -> Option<(&str, [u8; 4], [u8; 32])> {
    let mut parts = text.splitn(3, '+');
    let (name, id, key) = (parts.next()?, parts.next()?, parts.next()?);
    let id = u32::from_str_radix(id, 16).ok().filter(|_| id.len() == 8)?.to_be_bytes();
    let key = STANDARD.decode(key).ok()?;
    let (algorithm, key) = key.split_first()?;
    let named = !name.is_empty() && !name.chars().any(char::is_whitespace);
    if *algorithm != ED25519 || !named {
        return None;
    }
    Some((name, id, key.try_into().ok()?))
}

/// A line with a signature taken apart: whose, by which key, and what follows the key's id.
fn signature(line: &str) -> Option<(&str, [u8; 4], Vec<u8>)> {
    let (name, signature) = line.strip_prefix(DASH)?.split_once(' ')?;
    let signature = STANDARD.decode(signature).ok()?;
    let (id, signature) = signature.split_first_chunk::<4>()?;
    (!name.is_empty()).then(|| (name, *id, signature.to_vec()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the specification's authors: a key and a note of Go's `note` package.
    #[test]
    fn notes_of_others_are_read() {
        let trusted =
            "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW".to_owned();
        let note = "If you think cryptography is the answer to your problem,\n\
            then you don't know what your problem is.\n\n\
            \u{2014} PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";
        let text = Verifier::parse(&[trusted]).unwrap().open(note.as_bytes()).unwrap().to_owned();
        assert!(text.ends_with("problem is.\n"));
    }

    #[test]
    fn keys_are_read_as_they_are_written_and_not_shown() {
        let signer = Signer::generate();
        let text = signer.secret_text();
        assert_eq!(Signer::from_secret_text(&format!("{text}\n")).unwrap().secret_text(), text);
        let secret = text.splitn(5, '+').nth(4).unwrap(); // which may have a plus itself
        assert!(!format!("{signer:?}").contains(secret));
        let note = signer.sign("x\n");
        let trusted = Verifier::parse(&[signer.public_text()]).unwrap();
        assert_eq!(trusted.open(&note), Ok("x\n"));
        assert!(matches!(Verifier::parse(&[text]), Err(NoteError::SecretAsTrusted { place: 1 })));
        for bad in ["", "PRIVATE+KEY+a", &signer.public_text()] {
            assert_eq!(Signer::from_secret_text(bad).unwrap_err(), NoteError::NotASigningKey);
        }
        let other = signer.public_text().replace("tenantry+", "somebody+");
        for bad in [String::new(), "a+b+c".into(), other] {
            let refused = Verifier::parse(&[bad]).unwrap_err();
            assert_eq!(refused, NoteError::NotATrustedKey { place: 1 });
        }
    }

    #[test]
    fn only_trusted_signatures_over_the_whole_text_are_believed() {
        let (signer, stranger) = (Signer::generate(), Signer::generate());
        let note = signer.sign("first\n\nsecond\n");
        let trusted = Verifier::of(&signer);
        assert_eq!(trusted.open(&note), Ok("first\n\nsecond\n"));
        assert!(matches!(
            Verifier::of(&stranger).open(&note),
            Err(NoteError::NotTrusted { by }) if by.starts_with("tenantry+")
        ));
        // a second signature of somebody who is not known does no harm
        let both = [&note[..], &stranger.sign("x\n")[3..]].concat();
        assert_eq!(trusted.open(&both), Ok("first\n\nsecond\n"));
        for place in 0..note.len() {
            assert!(trusted.open(&note[..place]).is_err(), "cut at {place}");
            let mut changed = note.clone();
            changed[place] ^= 1;
            assert!(trusted.open(&changed).is_err(), "byte {place}");
        }
    }
}
