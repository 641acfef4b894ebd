//! Where backups are kept, and what opens them.

use std::fs;
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use tenantry_backup::keys::{Identities, KeyError, Recipients, generate_identity};
use tenantry_backup::note::{NoteError, Signer, Verifier};
use tenantry_backup::place::{Place, PlaceConfig, PlaceError};
use tenantry_backup::repository::Repository;

/// Where backups are kept, and what it takes to open them.
#[derive(Debug)]
pub struct Backups {
    /// The store, with its rules.
    pub repository: Repository,
    /// Identities of the organisation; without one, backups are written and can be neither verified nor
    /// restored here.
    pub identities: Option<Identities>,
    /// Whom institutions' keys are sealed to.
    pub recipients: Recipients,
    /// The program that writes what the exporter refuses; none: that is an error then.
    pub pg_dump: Option<PathBuf>,
}

/// Why there are no backups in a folder.
#[derive(Debug, thiserror::Error)]
pub enum WithinError {
    /// The folder cannot be written.
    #[error("cannot use {0}: {1}")]
    Folder(String, io::Error),
    /// A key in it is none.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The signing key in it is none.
    #[error(transparent)]
    Note(#[from] NoteError),
    /// The store in it.
    #[error(transparent)]
    Place(#[from] PlaceError),
}

impl Backups {
    /// With all that belongs to them in one folder: the store, the work folder, and keys of its own making.
    /// For trying things out, and for tests: who can read the folder can read the backups. Opens what is
    /// there, or makes it.
    ///
    /// # Errors
    /// See [`WithinError`].
    pub async fn within(folder: &Path) -> Result<Self, WithinError> {
        let store = folder.join("store");
        let mut builder = fs::DirBuilder::new();
        builder
            .recursive(true)
            .mode(0o700)
            .create(&store)
            .map_err(|error| WithinError::Folder(store.display().to_string(), error))?;
        let secret = |name: &str, make: fn() -> String| {
            let path = folder.join(name);
            kept(&path, make)
                .map_err(|error| WithinError::Folder(path.display().to_string(), error))
        };
        let identities =
            Identities::parse(&secret("organisation-1.key", || generate_identity().0)?)?;
        let second = Identities::parse(&secret("organisation-2.key", || generate_identity().0)?)?;
        let recipients =
            Recipients::parse(&[identities.recipients(), second.recipients()].concat())?;
        let signer =
            Signer::from_secret_text(&secret("signing.key", || Signer::generate().secret_text())?)?;
        let place = Place::open(&PlaceConfig::Folder(store)).await?;
        let trusted = Verifier::of(&signer);
        let repository =
            Repository::new(place, recipients.clone(), signer, trusted, folder.join("work"));
        Ok(Self { repository, identities: Some(identities), recipients, pg_dump: None })
    }
}

/// A secret that is kept in a file, which is made when it is not there.
fn kept(path: &Path, make: fn() -> String) -> io::Result<String> {
    let made = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
    match made {
        Ok(mut file) => {
            let text = make();
            file.write_all(text.as_bytes())?;
            file.sync_all()?;
            Ok(text)
        }
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => fs::read_to_string(path),
        Err(error) => Err(error),
    }
}
