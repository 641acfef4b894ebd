//! Long objects to and from files: in parts, some of them at once, none of them larger than a few megabytes, so
//! that a slow link loses little when a part has to be sent again.

use std::fs::Permissions;
use std::io::{self, SeekFrom};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use futures::stream::{self, FuturesUnordered, StreamExt as _, TryStreamExt as _};
use object_store::path::Path as Key;
use object_store::{GetOptions, GetRange, MultipartUpload, ObjectStore, ObjectStoreExt as _};
use tokio::fs::File;
use tokio::io::{AsyncReadExt as _, AsyncSeekExt as _, AsyncWriteExt as _};

use super::error::{Cause, cause_of, cause_of_file};

/// The least length of a part, in bytes; at most [`AT_ONCE`] of them are in memory.
const PART: u64 = 8 * 1024 * 1024;

/// The most parts that S3 takes is 10,000.
const MOST_PARTS: u64 = 9_000;

/// How many parts are on their way at once.
const AT_ONCE: usize = 4;

/// Called with the number of bytes that have arrived so far.
pub type Progress<'a> = &'a (dyn Fn(u64) + Send + Sync);

/// Copies a file to the store and says how long it is. What was begun and not ended is taken back.
pub(super) async fn upload(
    store: &dyn ObjectStore,
    key: &Key,
    from: &Path,
    progress: Progress<'_>,
) -> Result<u64, Cause> {
    let mut file = File::open(from).await.map_err(|error| cause_of_file(&error))?;
    let length = file.metadata().await.map_err(|error| cause_of_file(&error))?.len();
    if length <= PART {
        let bytes = part(&mut file, length).await?;
        store.put(key, bytes.into()).await.map_err(|error| cause_of(&error))?;
        progress(length);
        return Ok(length);
    }
    let begun = store.put_multipart(key).await.map_err(|error| cause_of(&error))?;
    let mut begun = Begun(Some(begun));
    let sent = send(&mut begun, &mut file, length, progress).await;
    match sent {
        Ok(()) => begun.0 = None,
        Err(_) => begun.take_back().await,
    }
    sent.map(|()| length)
}

async fn send(
    begun: &mut Begun,
    file: &mut File,
    length: u64,
    progress: Progress<'_>,
) -> Result<(), Cause> {
    let Some(upload) = begun.0.as_mut() else { return Ok(()) };
    let size = PART.max(length.div_ceil(MOST_PARTS));
    let (mut read, mut arrived) = (0, 0);
    let mut under_way = FuturesUnordered::new();
    while arrived < length {
        while read < length && under_way.len() < AT_ONCE {
            let bytes = part(file, size.min(length - read)).await?;
            let count = bytes.len() as u64;
            read += count;
            let sending = upload.put_part(bytes.into());
            under_way.push(async move { sending.await.map(|()| count) });
        }
        match under_way.next().await {
            Some(Ok(count)) => {
                arrived += count;
                progress(arrived);
            }
            Some(Err(error)) => {
                // a part that arrived after the upload was taken back would stay
                while under_way.next().await.is_some() {}
                return Err(cause_of(&error));
            }
            None => {}
        }
    }
    drop(under_way);
    upload.complete().await.map_err(|error| cause_of(&error))?;
    Ok(())
}

async fn part(file: &mut File, length: u64) -> Result<Vec<u8>, Cause> {
    let mut bytes = Vec::with_capacity(usize::try_from(length).unwrap_or_default());
    file.take(length).read_to_end(&mut bytes).await.map_err(|error| cause_of_file(&error))?;
    if bytes.len() as u64 != length {
        return Err(Cause::Other("the file became shorter while it was read".into()));
    }
    Ok(bytes)
}

/// An upload that has begun. Dropped before its end, because whoever waited for it does so no longer, it is taken
/// back behind their back.
struct Begun(Option<Box<dyn MultipartUpload>>);

impl Begun {
    /// As far as it can be: the error that led here is the one that is told.
    async fn take_back(mut self) {
        if let Some(mut upload) = self.0.take()
            && let Err(error) = upload.abort().await
        {
            tracing::warn!(%error, "an upload that failed could not be taken back");
        }
    }
}

impl Drop for Begun {
    fn drop(&mut self) {
        if let Some(upload) = self.0.take()
            && let Ok(runtime) = tokio::runtime::Handle::try_current()
        {
            runtime.spawn(Self(Some(upload)).take_back());
        }
    }
}

/// Copies an object of so many bytes into a file, which only this user may read. What was begun and not ended is
/// removed.
pub(super) async fn download(
    store: &dyn ObjectStore,
    key: &Key,
    to: &Path,
    length: u64,
    progress: Progress<'_>,
) -> Result<(), Cause> {
    let received = receive(store, key, to, length, progress).await;
    if received.is_err() {
        // the error that led here is the one that is told
        let _ = tokio::fs::remove_file(to).await;
    }
    received
}

async fn receive(
    store: &dyn ObjectStore,
    key: &Key,
    to: &Path,
    length: u64,
    progress: Progress<'_>,
) -> Result<(), Cause> {
    let file_failed = |error: io::Error| cause_of_file(&error);
    let mut file = File::create(to).await.map_err(file_failed)?;
    file.set_permissions(Permissions::from_mode(0o600)).await.map_err(file_failed)?;
    file.seek(SeekFrom::Start(0)).await.map_err(file_failed)?;
    let starts = (0..length).step_by(usize::try_from(PART).unwrap_or(usize::MAX));
    let mut parts = stream::iter(starts)
        .map(|start| get(store, key, start..length.min(start + PART)))
        .buffered(AT_ONCE);
    let mut arrived = 0;
    while let Some(bytes) = parts.try_next().await? {
        file.write_all(&bytes).await.map_err(file_failed)?;
        arrived += bytes.len() as u64;
        progress(arrived);
    }
    file.flush().await.map_err(file_failed)?;
    if arrived != length {
        return Err(Cause::WrongLength { expected: length, found: arrived });
    }
    Ok(())
}

async fn get(
    store: &dyn ObjectStore,
    key: &Key,
    range: std::ops::Range<u64>,
) -> Result<Vec<u8>, Cause> {
    let options = GetOptions { range: Some(GetRange::Bounded(range)), ..GetOptions::default() };
    let found = store.get_opts(key, options).await.map_err(|error| cause_of(&error))?;
    Ok(found.bytes().await.map_err(|error| cause_of(&error))?.into())
}
