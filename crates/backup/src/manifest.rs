//! The manifest of a backup: everything that is known of it, signed. An archive's seal does not say who sealed
//! it; this does. Knows nothing of where it is kept.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use crate::note::NoteError;
pub use crate::note::{Signer, Verifier};
use crate::seal::hexadecimal;
use crate::write::{Object, TableContents};

/// The format that is written. What a newer one adds within it is left out when it is read.
pub const FORMAT: u32 = 1;

/// What a backup is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Manifest {
    /// [`FORMAT`].
    pub format: u32,
    /// The backup's id.
    pub backup: Uuid,
    /// The institution's id.
    pub institution: Uuid,
    /// The institution's name.
    pub name: String,
    /// The schema that it lived in.
    pub schema_name: String,
    /// The operation that took it.
    pub operation: Uuid,
    /// What wrote the archive.
    pub engine: Engine,
    /// Why it was taken: `manual`, `schedule`, `purge` or `import`.
    pub reason: String,
    /// The version of the PostgreSQL server, as it says it.
    pub server_version: String,
    /// The name of the managed database.
    pub database: String,
    /// When the snapshot was taken, by the database's clock.
    pub taken_at: Timestamp,
    /// The template that the schema was made from, if one was.
    pub template: Option<Template>,
    /// What the form of the schema comes to (`crate::fingerprint`).
    pub form: String,
    /// Everything in the archive, in its order.
    pub objects: Vec<Object>,
    /// The tables and what their rows come to, from the same snapshot.
    pub tables: Vec<TableContents>,
    /// The sealed archive.
    pub archive: ArchiveFacts,
    /// What has to be there before a restore.
    pub prerequisites: Value,
    /// The backup of the institution before this one.
    pub previous: Option<Previous>,
    /// The version of Tenantry that took it.
    pub made_by: String,
}

/// What wrote an archive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Engine {
    /// Our exporter.
    Tenantry,
    /// `pg_dump`, for a schema with something that ours does not write.
    PgDump,
}

impl Engine {
    /// Its word, as manifests and the catalogue have it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Tenantry => "tenantry",
            Self::PgDump => "pg_dump",
        }
    }
}

/// A version of a template.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Template {
    /// Its name.
    pub name: String,
    /// Which version.
    pub version: i32,
}

/// A sealed archive.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ArchiveFacts {
    /// Its key in the place where backups are kept.
    pub object: String,
    /// Its length.
    pub bytes: u64,
    /// Its SHA-256, as 64 hexadecimal digits.
    pub sha256: String,
    /// Its length when it is opened.
    pub plain_bytes: u64,
    /// Which key of the institution it is sealed to.
    pub key_epoch: i32,
    /// The public half of that key.
    pub recipient: String,
}

/// The backup before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Previous {
    /// Its id.
    pub backup: Uuid,
    /// The SHA-256 of its signed manifest.
    pub sha256: String,
}

/// A manifest as it is stored: a line of JSON, an empty line, and a line with the signature.
#[derive(Clone, Debug, PartialEq)]
pub struct SignedManifest {
    /// What it says.
    pub manifest: Manifest,
    /// The bytes that are stored.
    pub bytes: Vec<u8>,
    /// The SHA-256 of those, as 64 hexadecimal digits.
    pub sha256: String,
}

/// Why a manifest is not believed or cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum ManifestError {
    /// The signature.
    #[error("the manifest is not believed: {0}")]
    Note(#[from] NoteError),
    /// What is signed is not a manifest.
    #[error("the manifest cannot be read: {0}")]
    Content(#[from] serde_json::Error),
    /// A newer version wrote it.
    #[error(
        "the manifest has format {found} and this version reads {FORMAT}: use a newer Tenantry"
    )]
    Format {
        /// The format that it has.
        found: u64,
    },
}

impl Manifest {
    /// Signs it.
    ///
    /// # Errors
    /// When it cannot be written as JSON.
    pub fn sign(self, signer: &Signer) -> Result<SignedManifest, ManifestError> {
        let text = format!("{}\n", serde_json::to_string(&self)?);
        let bytes = signer.sign(&text);
        let sha256 = sha256(&bytes);
        Ok(SignedManifest { manifest: self, bytes, sha256 })
    }
}

impl SignedManifest {
    /// Reads a manifest that a trusted key signed.
    ///
    /// # Errors
    /// When none did, it was changed, or a newer version wrote it.
    pub fn read(bytes: &[u8], trusted: &Verifier) -> Result<Self, ManifestError> {
        let content: Value = serde_json::from_str(trusted.open(bytes)?)?;
        let found = content.get("format").and_then(Value::as_u64).unwrap_or_default();
        if found != u64::from(FORMAT) {
            return Err(ManifestError::Format { found });
        }
        let manifest = serde_json::from_value(content)?;
        Ok(Self { manifest, bytes: bytes.to_vec(), sha256: sha256(bytes) })
    }
}

pub(crate) fn sha256(bytes: &[u8]) -> String {
    use sha2::{Digest as _, Sha256};
    hexadecimal(&Sha256::digest(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn manifest() -> Manifest {
        Manifest {
            format: FORMAT,
            backup: Uuid::from_u128(1),
            institution: Uuid::from_u128(2),
            name: "oak".into(),
            schema_name: "inst_oak".into(),
            operation: Uuid::from_u128(3),
            engine: Engine::PgDump,
            reason: "manual".into(),
            server_version: "15.18".into(),
            database: "schools".into(),
            taken_at: "2026-11-02T03:04:05.678901Z".parse().unwrap(),
            template: Some(Template { name: "default".into(), version: 3 }),
            form: "f".into(),
            objects: vec![Object { kind: "TABLE".into(), tag: "line\nbreak".into() }],
            tables: vec![TableContents { name: "a".into(), tally: Default::default() }],
            archive: ArchiveFacts {
                object: "o".into(),
                bytes: u64::MAX,
                sha256: "0".into(),
                plain_bytes: 2,
                key_epoch: 1,
                recipient: "age1".into(),
            },
            prerequisites: serde_json::json!({ "extensions": [] }),
            previous: Some(Previous { backup: Uuid::nil(), sha256: "1".into() }),
            made_by: "0.1.0".into(),
        }
    }

    #[test]
    fn it_is_read_as_it_was_signed_and_is_one_line() {
        let signer = Signer::generate();
        let signed = manifest().sign(&signer).unwrap();
        assert_eq!(SignedManifest::read(&signed.bytes, &Verifier::of(&signer)).unwrap(), signed);
        let text = String::from_utf8(signed.bytes).unwrap();
        assert_eq!(text.lines().count(), 3);
        assert!(text.contains("\"engine\":\"pg_dump\"") && text.contains("\"schemaName\""));
    }

    #[test]
    fn what_a_newer_version_adds_is_left_out_and_a_newer_format_refused() {
        let signer = Signer::generate();
        let read = |text: &str| SignedManifest::read(&signer.sign(text), &Verifier::of(&signer));
        let mut content = serde_json::to_value(manifest()).unwrap();
        content["weather"] = "fine".into();
        assert_eq!(read(&format!("{content}\n")).unwrap().manifest, manifest());
        content["format"] = 2.into();
        let refused = read(&format!("{content}\n"));
        assert!(matches!(refused, Err(ManifestError::Format { found: 2 })));
        assert!(matches!(read("{}\n"), Err(ManifestError::Format { found: 0 })));
        assert!(matches!(read("{\"format\":1}\n"), Err(ManifestError::Content(_))));
    }
}
