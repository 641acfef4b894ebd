//! Two levels of keys, both of age (X25519). An institution's key opens its archives; its secret half is kept
//! sealed to the recipients of the organisation, two or more. Knows nothing of where keys are kept.

use std::fmt;
use std::io::{Read as _, Write as _};

use age::armor::{ArmoredReader, ArmoredWriter, Format};
use age::secrecy::ExposeSecret as _;
use age::x25519;

/// How the text of a secret key begins, and no recipient's.
const SECRET: &str = "AGE-SECRET-KEY-";

/// The longest sealed key that is looked at, in bytes: a header with some dozens of recipients.
const LONGEST_KEY: usize = 256 * 1024;

/// Why a key cannot be used. Never shows a secret.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// A secret key where a recipient belongs.
    #[error(
        "recipient {place} is a secret key: give its public half, which begins with age1, and keep the secret \
         one away from the server that writes backups"
    )]
    SecretAsRecipient {
        /// Which one, counted from 1.
        place: usize,
    },
    /// Not a recipient that we seal to.
    #[error(
        "recipient {place} is not an X25519 recipient of age, which begins with age1 and is 62 characters long; \
         `tenantry backup keys generate` and age-keygen make one"
    )]
    NotARecipient {
        /// Which one, counted from 1.
        place: usize,
    },
    /// Losing one identity must not lose the backups.
    #[error(
        "{found} different recipient(s) given and 2 are the least: when the identity of one is lost, the \
         other still opens the backups"
    )]
    TooFewRecipients {
        /// How many different ones there are.
        found: usize,
    },
    /// A line of a file of identities.
    #[error(
        "line {line} of the identities is not a secret X25519 key of age, which begins with {SECRET}1"
    )]
    NotAnIdentity {
        /// Which one, counted from 1.
        line: usize,
    },
    /// A file of identities without one.
    #[error("there is no identity in the file: it should have a line that begins with {SECRET}1")]
    NoIdentity,
    /// The key is sealed to others.
    #[error("none of the identities opens this key: it is sealed to other recipients")]
    NotForThese,
    /// The sealed key cannot be read.
    #[error("the sealed key is damaged: {0}")]
    Damaged(String),
    /// What was sealed belongs to another public half.
    #[error("the sealed key is not the secret half of {recipient}")]
    OtherHalf {
        /// The public half that it was kept under.
        recipient: String,
    },
    /// age could not seal.
    #[error("the key cannot be sealed: {0}")]
    Sealing(String),
}

/// The public keys of the organisation, to which institutions' keys are sealed.
#[derive(Clone)]
pub struct Recipients(Vec<x25519::Recipient>);

/// Secret keys of the organisation. Whoever has one reads every backup.
#[derive(Clone)]
pub struct Identities(Vec<x25519::Identity>);

/// The key of one institution.
#[derive(Clone, PartialEq, Eq)]
pub struct InstitutionKey {
    /// The public half, to which archives are sealed: `age1…`.
    pub recipient: String,
    /// The secret half, as a file of age in its armored form, sealed to the organisation.
    pub sealed: Vec<u8>,
}

/// The secret half of an institution's key.
#[derive(Clone)]
pub struct OpenKey(pub(crate) x25519::Identity);

/// A new identity: the text of a file that age and `Identities::parse` read, and its recipient.
pub fn generate_identity() -> (String, String) {
    let identity = x25519::Identity::generate();
    let recipient = identity.to_public().to_string();
    (format!("# public key: {recipient}\n{}\n", identity.to_string().expose_secret()), recipient)
}

impl Recipients {
    /// Reads recipients; one that is given twice counts once.
    ///
    /// # Errors
    /// When one is not an X25519 recipient, or there are fewer than two.
    pub fn parse(texts: &[String]) -> Result<Self, KeyError> {
        let mut found: Vec<x25519::Recipient> = Vec::new();
        for (index, text) in texts.iter().enumerate() {
            let place = index + 1;
            let text = text.trim();
            if text.to_ascii_uppercase().starts_with(SECRET) {
                return Err(KeyError::SecretAsRecipient { place });
            }
            let recipient: x25519::Recipient =
                text.parse().map_err(|_| KeyError::NotARecipient { place })?;
            if !found.contains(&recipient) {
                found.push(recipient);
            }
        }
        if found.len() < 2 {
            return Err(KeyError::TooFewRecipients { found: found.len() });
        }
        Ok(Self(found))
    }

    /// As age writes them, in the order in which they were given.
    pub fn texts(&self) -> Vec<String> {
        self.0.iter().map(ToString::to_string).collect()
    }
}

impl Identities {
    /// Reads a file as age-keygen writes it: a secret key a line; empty lines and lines that begin with `#`
    /// say nothing.
    ///
    /// # Errors
    /// When a line is something else, or there is no key.
    pub fn parse(text: &str) -> Result<Self, KeyError> {
        let mut found = Vec::new();
        for (index, line) in text.lines().map(str::trim).enumerate() {
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            found.push(line.parse().map_err(|_| KeyError::NotAnIdentity { line: index + 1 })?);
        }
        if found.is_empty() {
            return Err(KeyError::NoIdentity);
        }
        Ok(Self(found))
    }

    /// The public halves, as age writes them.
    pub fn recipients(&self) -> Vec<String> {
        self.0.iter().map(|identity| identity.to_public().to_string()).collect()
    }
}

impl InstitutionKey {
    /// Makes a key. Nobody keeps its open half: only who has an identity of the organisation gets at it.
    ///
    /// # Errors
    /// When age cannot seal it.
    pub fn generate(recipients: &Recipients) -> Result<Self, KeyError> {
        Self::seal(&OpenKey(x25519::Identity::generate()), recipients)
    }

    /// Opens it.
    ///
    /// # Errors
    /// When it is sealed to others, damaged, or not the half that it should be.
    pub fn open(&self, identities: &Identities) -> Result<OpenKey, KeyError> {
        let damaged = |why: &dyn fmt::Display| KeyError::Damaged(why.to_string());
        if self.sealed.len() > LONGEST_KEY {
            return Err(damaged(&format!("it has {} bytes", self.sealed.len())));
        }
        let file = age::Decryptor::new(ArmoredReader::new(&self.sealed[..]));
        let file = file.map_err(|error| damaged(&error))?;
        let identities = identities.0.iter().map(|identity| identity as &dyn age::Identity);
        let mut input = file.decrypt(identities).map_err(|error| match error {
            age::DecryptError::NoMatchingKeys => KeyError::NotForThese,
            other => damaged(&other),
        })?;
        let mut text = String::new();
        input.read_to_string(&mut text).map_err(|error| damaged(&error))?;
        let identity = Identities::parse(&text)
            .ok()
            .and_then(|mut found| found.0.pop())
            .ok_or_else(|| damaged(&"it is no key"))?;
        if identity.to_public().to_string() != self.recipient {
            return Err(KeyError::OtherHalf { recipient: self.recipient.clone() });
        }
        Ok(OpenKey(identity))
    }

    /// The same key, sealed to other recipients. Archives are left as they are.
    ///
    /// # Errors
    /// See [`InstitutionKey::open`].
    pub fn rewrap(&self, identities: &Identities, to: &Recipients) -> Result<Self, KeyError> {
        Self::seal(&self.open(identities)?, to)
    }

    fn seal(key: &OpenKey, recipients: &Recipients) -> Result<Self, KeyError> {
        let sealing = |why: &dyn fmt::Display| KeyError::Sealing(why.to_string());
        let to = recipients.0.iter().map(|recipient| recipient as &dyn age::Recipient);
        let encryptor = age::Encryptor::with_recipients(to).map_err(|error| sealing(&error))?;
        let text = key.0.to_string();
        let sealed = ArmoredWriter::wrap_output(Vec::new(), Format::AsciiArmor)
            .and_then(|armor| encryptor.wrap_output(armor))
            .and_then(|mut output| {
                output.write_all(text.expose_secret().as_bytes())?;
                output.write_all(b"\n")?;
                output.finish()?.finish()
            })
            .map_err(|error| sealing(&error))?;
        Ok(Self { recipient: key.recipient(), sealed })
    }
}

impl OpenKey {
    /// Its public half.
    pub fn recipient(&self) -> String {
        self.0.to_public().to_string()
    }
}

impl fmt::Debug for Recipients {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.texts()).finish()
    }
}

impl fmt::Debug for Identities {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Identities({})", self.0.len())
    }
}

impl fmt::Debug for InstitutionKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "InstitutionKey({})", self.recipient)
    }
}

impl fmt::Debug for OpenKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OpenKey")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn organisation() -> (Identities, Identities, Recipients) {
        let (first, one) = generate_identity();
        let (second, two) = generate_identity();
        let parse = |text: &str| Identities::parse(text).unwrap();
        (parse(&first), parse(&second), Recipients::parse(&[one, two]).unwrap())
    }

    /// Case 24: one recipient's identity is lost; the other opens.
    #[test]
    fn case_24_either_identity_opens_the_key() {
        let (first, second, recipients) = organisation();
        let key = InstitutionKey::generate(&recipients).unwrap();
        assert!(key.sealed.starts_with(b"-----BEGIN AGE ENCRYPTED FILE-----"));
        for identities in [&first, &second] {
            assert_eq!(key.open(identities).unwrap().recipient(), key.recipient);
        }
        let (stranger, _, _) = organisation();
        assert!(matches!(key.open(&stranger), Err(KeyError::NotForThese)));
    }

    #[test]
    fn rewrapping_changes_who_opens_it_and_not_the_key() {
        let (first, _, recipients) = organisation();
        let (third, fourth, others) = organisation();
        let key = InstitutionKey::generate(&recipients).unwrap();
        let again = key.rewrap(&first, &others).unwrap();
        assert_eq!(again.recipient, key.recipient);
        assert!(matches!(again.open(&first), Err(KeyError::NotForThese)));
        assert!(again.open(&third).is_ok() && again.open(&fourth).is_ok());
        assert!(matches!(key.rewrap(&third, &others), Err(KeyError::NotForThese)));
    }

    /// Case 23's half of the keys: wherever a byte of a sealed key is changed or its end is missing, it does not
    /// open.
    #[test]
    fn case_23_a_damaged_or_exchanged_key_does_not_open() {
        let (first, _, recipients) = organisation();
        let key = InstitutionKey::generate(&recipients).unwrap();
        let mut other = InstitutionKey::generate(&recipients).unwrap();
        for place in (0..key.sealed.len()).step_by(7) {
            let mut damaged = key.clone();
            damaged.sealed[place] ^= 1;
            assert!(damaged.open(&first).is_err(), "byte {place}");
            damaged.sealed = key.sealed[..place].to_vec();
            // without the last end of line it is whole
            if damaged.sealed == key.sealed.trim_ascii_end() {
                continue;
            }
            assert!(damaged.open(&first).is_err(), "cut at {place}");
        }
        other.recipient = key.recipient.clone();
        assert!(matches!(other.open(&first), Err(KeyError::OtherHalf { .. })));
    }

    #[test]
    fn what_is_not_a_recipient_is_refused_without_being_shown() {
        let (secret, one) = generate_identity();
        let secret = secret.lines().last().unwrap().to_owned();
        let (_, two) = generate_identity();
        let refused = Recipients::parse(&[one.clone(), secret.clone()]).unwrap_err();
        assert!(matches!(refused, KeyError::SecretAsRecipient { place: 2 }));
        assert!(!refused.to_string().contains(&secret));
        for bad in ["", "age1", "ssh-ed25519 AAAA", &one[..50]] {
            let refused = Recipients::parse(&[bad.to_owned(), two.clone()]).unwrap_err();
            assert!(matches!(refused, KeyError::NotARecipient { place: 1 }), "{bad}");
        }
        for few in [&[][..], std::slice::from_ref(&one), &[one.clone(), format!(" {one} ")]] {
            assert!(matches!(Recipients::parse(few), Err(KeyError::TooFewRecipients { .. })));
        }
        assert!(Recipients::parse(&[one, two]).is_ok());
    }

    #[test]
    fn identities_are_read_as_age_writes_them_and_never_shown() {
        let (text, recipient) = generate_identity();
        let identities = Identities::parse(&format!("\n# made today\n{text}")).unwrap();
        assert_eq!(identities.recipients(), std::slice::from_ref(&recipient));
        assert!(!format!("{identities:?}").contains(SECRET));
        assert!(matches!(Identities::parse("# nothing\n"), Err(KeyError::NoIdentity)));
        let refused = Identities::parse(&format!("# x\n{recipient}")).unwrap_err();
        assert!(matches!(refused, KeyError::NotAnIdentity { line: 2 }));
    }
}
