//! Where bytes are kept: a folder, or a bucket of an S3-compatible store. Knows keys and bytes, not backups.

mod error;
mod transfer;

use std::fmt;
use std::fs;
use std::io;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use futures::TryStreamExt as _;
use jiff::Timestamp;
use object_store::aws::AmazonS3Builder;
use object_store::local::LocalFileSystem;
use object_store::path::Path as Key;
use object_store::prefix::PrefixStore;
use object_store::{
    BackoffConfig, ClientOptions, Error as StoreError, ObjectStore, ObjectStoreExt as _, PutMode,
    PutOptions, RetryConfig,
};
use url::Url;
use uuid::Uuid;

pub(crate) use error::is_full;
pub use error::{Cause, PlaceError};
pub use transfer::Progress;

/// The longest object that [`Place::get`] holds in memory, in bytes. Manifests, keys and proofs are shorter.
const MOST_BYTES: u64 = 64 * 1024 * 1024;

/// How often a conditional write whose fate is unknown is tried.
const TRIES: usize = 4;

/// What place to use.
#[derive(Clone)]
pub enum PlaceConfig {
    /// A folder of this machine. It is made when the one above it is there.
    Folder(PathBuf),
    /// A bucket.
    S3 {
        /// Its name.
        bucket: String,
        /// What all keys begin with; may be empty.
        prefix: String,
        /// The store's address; Amazon's when there is none.
        endpoint: Option<Url>,
        /// The bucket's region.
        region: String,
        /// The access key's id.
        access_key: String,
        /// Its secret.
        secret_key: String,
        /// Whether the endpoint may be one without TLS.
        allow_http: bool,
    },
}

/// How long a place is waited for.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// Until a connection stands.
    pub connect: Duration,
    /// Until a request is answered whole; a part of 8 MiB has to pass in that time.
    pub request: Duration,
    /// How often a request is sent again.
    pub retries: usize,
    /// After this time a request is not sent again.
    pub total: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(5),
            request: Duration::from_secs(120),
            retries: 8,
            total: Duration::from_secs(180),
        }
    }
}

/// Whether something was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Put {
    /// It was.
    Done,
    /// Something is there already, and was left alone.
    Exists,
}

/// Something that is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Its key.
    pub key: String,
    /// Its length.
    pub bytes: u64,
    /// When it was written, by the place's clock.
    pub modified: Timestamp,
}

/// A place where bytes are kept.
#[derive(Clone)]
pub struct Place {
    store: Arc<dyn ObjectStore>,
    address: String,
    folder: Option<PathBuf>,
}

impl Place {
    /// Gets a place ready, without asking it for anything. For a bucket, the process needs a default TLS provider.
    ///
    /// # Errors
    /// When the settings make no sense, or the folder cannot be made.
    pub async fn open(config: &PlaceConfig) -> Result<Self, PlaceError> {
        Self::open_with(config, Patience::default()).await
    }

    /// The same with another patience.
    ///
    /// # Errors
    /// See [`Place::open`].
    pub async fn open_with(config: &PlaceConfig, patience: Patience) -> Result<Self, PlaceError> {
        let address = config.address();
        let failed = |cause| PlaceError::new("opening the place", &address, cause);
        match config {
            PlaceConfig::Folder(folder) => {
                let store = open_folder(folder).map_err(failed)?;
                Ok(Self { store: Arc::new(store), address, folder: Some(folder.clone()) })
            }
            PlaceConfig::S3 { prefix, .. } => {
                let settings = |error: StoreError| failed(Cause::Settings(message_of(&error)));
                let prefix = Key::parse(prefix).map_err(|error| settings(error.into()))?;
                let store = bucket(config, patience).build().map_err(settings)?;
                let store = Arc::new(PrefixStore::new(store, prefix));
                Ok(Self { store, address, folder: None })
            }
        }
    }

    /// Where it is, for people; without secrets.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Copies a file there, whatever is there. Long ones go in parts, and each part is sent again when it fails.
    /// Afterwards the store is asked for the length. What breaks off leaves nothing that is listed.
    ///
    /// # Errors
    /// See [`PlaceError`].
    pub async fn upload(
        &self,
        key: &str,
        from: &Path,
        progress: Progress<'_>,
    ) -> Result<u64, PlaceError> {
        let doing = || format!("writing {key}");
        let path = self.key(key)?;
        let expected = transfer::upload(&*self.store, &path, from, progress)
            .await
            .map_err(|cause| self.failed(doing(), cause))?;
        let found = self.length(key).await?.unwrap_or_default();
        if found != expected {
            return Err(self.failed(doing(), Cause::WrongLength { expected, found }));
        }
        Ok(expected)
    }

    /// Writes something where nothing is. When the answer is lost, what is there afterwards decides: bytes that
    /// are ours were written.
    ///
    /// # Errors
    /// See [`PlaceError`].
    pub async fn put_new(&self, key: &str, bytes: &[u8]) -> Result<Put, PlaceError> {
        let path = self.key(key)?;
        let mut unknown = false;
        let mut tries = 0;
        loop {
            tries += 1;
            let options = PutOptions { mode: PutMode::Create, ..PutOptions::default() };
            let put = self.store.put_opts(&path, bytes.to_vec().into(), options).await;
            let failed = match put {
                Ok(_) => return Ok(Put::Done),
                Err(error) => {
                    let taken = matches!(error, StoreError::AlreadyExists { .. });
                    let failed = self.failed(format!("writing {key}"), error::cause_of(&error));
                    if !taken && !failed.is_transient() {
                        return Err(failed);
                    }
                    unknown |= !taken;
                    failed
                }
            };
            match self.get(key).await? {
                // nobody else writes the same bytes: what we write has an id, a key or a signature in it
                Some(found) if unknown && found == bytes => return Ok(Put::Done),
                Some(_) => return Ok(Put::Exists),
                // another's write that did not come to its end, or ours did not
                None if tries < TRIES => {}
                None => return Err(failed),
            }
        }
    }

    /// Writes something, whatever is there.
    ///
    /// # Errors
    /// See [`PlaceError`].
    pub async fn put(&self, key: &str, bytes: &[u8]) -> Result<(), PlaceError> {
        let put = self.store.put(&self.key(key)?, bytes.to_vec().into()).await;
        put.map_err(|error| self.failed(format!("writing {key}"), error::cause_of(&error)))?;
        Ok(())
    }

    /// Reads something short; none when nothing is there.
    ///
    /// # Errors
    /// See [`PlaceError`]; also when it has more than 64 MiB.
    pub async fn get(&self, key: &str) -> Result<Option<Vec<u8>>, PlaceError> {
        let doing = || format!("reading {key}");
        let read = async {
            let found = self.store.get(&self.key(key)?).await;
            let found = found.map_err(|error| self.failed(doing(), error::cause_of(&error)))?;
            if found.meta.size > MOST_BYTES {
                let cause = Cause::TooLong { most: MOST_BYTES, found: found.meta.size };
                return Err(self.failed(doing(), cause));
            }
            let bytes = found.bytes().await;
            bytes.map_err(|error| self.failed(doing(), error::cause_of(&error)))
        };
        match read.await {
            Ok(bytes) => Ok(Some(bytes.into())),
            Err(error) if error.cause == Cause::ObjectMissing => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Copies something into a file, which is made or replaced, and says how long it is. What breaks off leaves
    /// no file.
    ///
    /// # Errors
    /// See [`PlaceError`]; also when it has more than `most` bytes, before any is read.
    pub async fn download(
        &self,
        key: &str,
        to: &Path,
        most: u64,
        progress: Progress<'_>,
    ) -> Result<u64, PlaceError> {
        let doing = || format!("reading {key} into {}", to.display());
        let length = self.length(key).await?;
        let length = length.ok_or_else(|| self.failed(doing(), Cause::ObjectMissing))?;
        if length > most {
            return Err(self.failed(doing(), Cause::TooLong { most, found: length }));
        }
        transfer::download(&*self.store, &self.key(key)?, to, length, progress)
            .await
            .map_err(|cause| self.failed(doing(), cause))?;
        Ok(length)
    }

    /// How long something is; none when nothing is there.
    ///
    /// # Errors
    /// See [`PlaceError`].
    pub async fn length(&self, key: &str) -> Result<Option<u64>, PlaceError> {
        match self.store.head(&self.key(key)?).await {
            Ok(meta) => Ok(Some(meta.size)),
            Err(error) => match error::cause_of(&error) {
                Cause::ObjectMissing => Ok(None),
                cause => Err(self.failed(format!("asking for {key}"), cause)),
            },
        }
    }

    /// Everything below a folder of keys, which ends where a key has a slash; all of it when it is empty.
    ///
    /// # Errors
    /// See [`PlaceError`].
    pub async fn list(&self, folder: &str) -> Result<Vec<Found>, PlaceError> {
        let below = self.key(folder)?;
        let below = (!folder.is_empty()).then_some(&below);
        let failed =
            |error: StoreError| self.failed(format!("listing {folder}"), error::cause_of(&error));
        let all: Vec<_> = self.store.list(below).try_collect().await.map_err(failed)?;
        Ok(all
            .into_iter()
            .map(|meta| Found {
                key: meta.location.to_string(),
                bytes: meta.size,
                modified: Timestamp::from_microsecond(meta.last_modified.timestamp_micros())
                    .unwrap_or_default(),
            })
            .collect())
    }

    /// Removes something; what is not there is removed.
    ///
    /// # Errors
    /// See [`PlaceError`].
    pub async fn remove(&self, key: &str) -> Result<(), PlaceError> {
        match self.store.delete(&self.key(key)?).await {
            Ok(()) => Ok(()),
            Err(error) => match error::cause_of(&error) {
                Cause::ObjectMissing => Ok(()),
                cause => Err(self.failed(format!("removing {key}"), cause)),
            },
        }
    }

    /// Tries everything that backups need of a place: to write where nothing is and nowhere else, to read, to
    /// list and to remove.
    ///
    /// # Errors
    /// The exact cause.
    pub async fn probe(&self) -> Result<(), PlaceError> {
        let key = format!("probe/{}", Uuid::new_v4());
        let tried = self.try_all(&key).await;
        let removed = self.remove(&key).await;
        tried?;
        removed
    }

    async fn try_all(&self, key: &str) -> Result<(), PlaceError> {
        self.put_new(key, b"Tenantry was here").await?;
        if self.put_new(key, b"and did not come back").await? != Put::Exists {
            return Err(self.failed(format!("writing {key} twice"), Cause::Unconditional));
        }
        let expected = b"Tenantry was here".len() as u64;
        let read = self.get(key).await?.unwrap_or_default();
        let listed = self.list("probe").await?;
        let found = listed.iter().find(|found| found.key == key).map(|found| found.bytes);
        if read != b"Tenantry was here" || found != Some(expected) {
            let found = found.unwrap_or_default();
            let cause = Cause::WrongLength { expected, found };
            return Err(self.failed(format!("reading {key} back"), cause));
        }
        Ok(())
    }

    /// Removes what writers that were killed left in a folder and nobody lists, if it is older, and says how much
    /// that was. In a bucket, that is for a rule of the bucket about uploads that were not completed.
    ///
    /// # Errors
    /// When the folder cannot be read or written.
    pub async fn remove_leftovers(&self, older_than: Timestamp) -> Result<usize, PlaceError> {
        let Some(folder) = self.folder.clone() else { return Ok(0) };
        let removed =
            tokio::task::spawn_blocking(move || remove_half_written(&folder, older_than)).await;
        removed
            .unwrap_or_else(|error| Err(io::Error::other(error)))
            .map_err(|error| self.failed("removing leftovers", error::cause_of_file(&error)))
    }

    fn key(&self, key: &str) -> Result<Key, PlaceError> {
        Key::parse(key).map_err(|error| {
            self.failed(format!("naming {key}"), Cause::Settings(error.to_string()))
        })
    }

    fn failed(&self, doing: impl Into<String>, cause: Cause) -> PlaceError {
        PlaceError::new(doing, &self.address, cause)
    }
}

impl PlaceConfig {
    /// Where it is, for people; without secrets.
    pub fn address(&self) -> String {
        match self {
            Self::Folder(folder) => folder.display().to_string(),
            Self::S3 { bucket, prefix, endpoint, .. } => {
                let slash = if prefix.is_empty() { "" } else { "/" };
                let at = endpoint.as_ref().map(|url| {
                    let mut url = url.clone();
                    // an address may carry a name and a password; these cannot fail where they are there
                    let _ = url.set_username("").and_then(|()| url.set_password(None));
                    format!(" at {}", url.as_str().trim_end_matches('/'))
                });
                format!("s3://{bucket}{slash}{prefix}{}", at.unwrap_or_default())
            }
        }
    }
}

/// Everything there is on durable storage when it is said to be; a folder's rights are its owner's alone.
fn open_folder(folder: &Path) -> Result<LocalFileSystem, Cause> {
    match fs::DirBuilder::new().mode(0o700).create(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(Cause::FolderMissing),
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
            return Err(error::cause_of_file(&error));
        }
        _ => {}
    }
    let store = LocalFileSystem::new_with_prefix(folder);
    Ok(store
        .map_err(|error| error::cause_of(&error))?
        .with_automatic_cleanup(true)
        .with_fsync(true))
}

fn bucket(config: &PlaceConfig, patience: Patience) -> AmazonS3Builder {
    let builder = AmazonS3Builder::new();
    let PlaceConfig::S3 { bucket, endpoint, region, access_key, secret_key, allow_http, .. } =
        config
    else {
        return builder;
    };
    let client = ClientOptions::new()
        .with_allow_http(*allow_http)
        .with_connect_timeout(patience.connect)
        .with_timeout(patience.request);
    let retry = RetryConfig {
        backoff: BackoffConfig::default(),
        max_retries: patience.retries,
        retry_timeout: patience.total,
    };
    let builder = builder
        .with_bucket_name(bucket)
        .with_region(region)
        .with_access_key_id(access_key)
        .with_secret_access_key(secret_key)
        .with_client_options(client)
        .with_retry(retry)
        // one request an object: not every store has the one for many
        .with_disable_bulk_delete(true);
    match endpoint {
        Some(endpoint) => builder.with_endpoint(endpoint.as_str().trim_end_matches('/')),
        None => builder,
    }
}

fn message_of(error: &StoreError) -> String {
    match error {
        StoreError::Generic { source, .. } => source.to_string(),
        other => other.to_string(),
    }
}

/// A file that is being written has a number after a `#`; object_store names it so and lists no such file.
fn remove_half_written(folder: &Path, older_than: Timestamp) -> io::Result<usize> {
    let mut removed = 0;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let metadata = entry.metadata()?;
        if metadata.is_dir() {
            removed += remove_half_written(&entry.path(), older_than)?;
            continue;
        }
        let name = entry.file_name();
        let number = name.to_str().and_then(|name| name.rsplit_once('#')).map(|(_, number)| number);
        let half_written = number.is_some_and(|number| {
            !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())
        });
        if half_written && Timestamp::try_from(metadata.modified()?).is_ok_and(|at| at < older_than)
        {
            fs::remove_file(entry.path())?;
            removed += 1;
        }
    }
    Ok(removed)
}

impl fmt::Debug for PlaceConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PlaceConfig({})", self.address())
    }
}

impl fmt::Debug for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Place({})", self.address)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_and_a_debug_text_have_no_secrets() {
        let config = PlaceConfig::S3 {
            bucket: "backups".into(),
            prefix: "a/b".into(),
            endpoint: Some("http://me:hidden1@store:9000/".parse().unwrap()),
            region: "eu".into(),
            access_key: "hidden2".into(),
            secret_key: "hidden3".into(),
            allow_http: true,
        };
        assert_eq!(config.address(), "s3://backups/a/b at http://store:9000");
        assert!(!format!("{config:?}").contains("hidden"));
    }
}
