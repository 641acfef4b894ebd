//! What goes wrong between an archive and its place.

use std::io;

use serde_json::Value;
use uuid::Uuid;

use crate::archive::ReadError;
use crate::keys::KeyError;
use crate::place::PlaceError;
use crate::seal::SealError;

/// Why something was not stored, found or handed out.
#[derive(Debug, thiserror::Error)]
pub enum RepositoryError {
    /// The place.
    #[error(transparent)]
    Place(#[from] PlaceError),
    /// A key of the organisation or of the institution.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The seal.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// What was sealed.
    #[error(transparent)]
    Archive(#[from] ReadError),
    /// The work folder.
    #[error("the work folder {folder} cannot be used: {error}")]
    Work {
        /// Which.
        folder: String,
        /// What the operating system said.
        error: io::Error,
    },
    /// Somebody else listed a backup with this id.
    #[error(
        "backup {backup} of institution {institution} is listed already, with another manifest; that one is \
         left alone"
    )]
    Doubled {
        /// Whose.
        institution: Uuid,
        /// Which.
        backup: Uuid,
    },
    /// What is stored is not what was stored.
    #[error(
        "{object} is not what was stored there: {why}. Nothing of it is used; take it from a copy of the place, \
         or use another backup"
    )]
    Altered {
        /// Its key.
        object: String,
        /// How that is known.
        why: String,
    },
    /// The key of the institution was destroyed, so that nobody reads this backup any more.
    /// With what was signed when it was: `epoch`, `recipient`, `destroyedBy`, `destroyedAt`, and the `note`.
    #[error(
        "the key of epoch {} of institution {} was destroyed at {} by {}: what is sealed to it cannot be read any \
         more, by nobody",
        .0["epoch"], text(.0, "institution"), text(.0, "destroyedAt"), text(.0, "destroyedBy")
    )]
    KeyDestroyed(Value),
    /// The key is not there, and nobody signed that it was destroyed.
    #[error(
        "{object} is not there, and no proof that the key was destroyed either: take it from a copy of the place"
    )]
    KeyMissing {
        /// Where it should be.
        object: String,
    },
}

impl RepositoryError {
    /// The cause as a word.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Place(error) => error.code(),
            Self::Key(KeyError::NotForThese) => "key_sealed_to_others",
            Self::Key(_) => "backup_key",
            Self::Seal(error) if error.is_disk_full() => "disk_full",
            Self::Seal(_) | Self::Archive(_) => "archive_unreadable",
            Self::Work { error, .. } if crate::place::is_full(error) => "disk_full",
            Self::Work { .. } => "work_folder",
            Self::Doubled { .. } => "backup_doubled",
            Self::Altered { .. } => "backup_altered",
            Self::KeyDestroyed(_) => "key_destroyed",
            Self::KeyMissing { .. } => "key_missing",
        }
    }

    /// Whether the same may succeed a little later without anybody doing anything.
    pub fn is_transient(&self) -> bool {
        matches!(self, Self::Place(error) if error.is_transient())
    }
}

fn text<'a>(proof: &'a Value, name: &str) -> &'a str {
    proof[name].as_str().unwrap_or_default()
}
