//! What goes wrong with a place, named exactly: whoever reads it should know what to do without looking anything
//! up. Never shows a secret.

use std::error::Error as StdError;
use std::fmt;
use std::io;

use object_store::Error as StoreError;
use object_store::client::{HttpError, HttpErrorKind};

/// Why something was not done in a place.
#[derive(Debug)]
pub struct PlaceError {
    /// What was being done, as in "writing institutions/…".
    pub(super) doing: String,
    /// Where, for people.
    pub(super) address: String,
    pub(super) cause: Cause,
}

/// What it was.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Cause {
    /// The settings make no sense.
    Settings(String),
    /// There is no such bucket.
    BucketMissing,
    /// There is no such folder, and none above it to make it in.
    FolderMissing,
    /// What should be there is not.
    ObjectMissing,
    /// The key is right and may not do this.
    AccessDenied,
    /// The store does not know the access key, or the secret key is another's.
    WrongKey,
    /// The access key has expired.
    KeyExpired,
    /// The clocks of this machine and of the store differ by too much.
    ClockSkew,
    /// The bucket is in another region; which, if the store says so.
    WrongRegion(Option<String>),
    /// Nobody answers at the address, or it has no certificate that is trusted.
    Unreachable(String),
    /// It took too long.
    TimedOut,
    /// The connection broke off.
    Interrupted(String),
    /// The store has no time: it answers 429 or 5xx.
    Busy(String),
    /// The disk or the quota is full.
    Full,
    /// The folder or file may not be written or read by this user, or the file system is read-only.
    NotPermitted,
    /// The store does not do what is needed of it: to write only where nothing is.
    Unconditional,
    /// What is there is longer than it may be.
    TooLong {
        /// How much it may have.
        most: u64,
        /// How much it has.
        found: u64,
    },
    /// What is there after writing or reading is not what was meant.
    WrongLength {
        /// How much it should have.
        expected: u64,
        /// How much it has.
        found: u64,
    },
    /// Anything else, in the words of whoever said it.
    Other(String),
}

impl PlaceError {
    /// What it was.
    pub fn cause(&self) -> &Cause {
        &self.cause
    }

    /// Whether the same may succeed a little later without anybody doing anything.
    pub fn is_transient(&self) -> bool {
        use Cause::{Busy, Interrupted, TimedOut, Unreachable, WrongLength};
        matches!(
            self.cause,
            Busy(_) | Interrupted(_) | TimedOut | Unreachable(_) | WrongLength { .. }
        )
    }

    /// The cause as a word.
    pub fn code(&self) -> &'static str {
        match self.cause {
            Cause::Settings(_) => "store_settings",
            Cause::BucketMissing => "bucket_missing",
            Cause::FolderMissing => "folder_missing",
            Cause::ObjectMissing => "object_missing",
            Cause::AccessDenied => "access_denied",
            Cause::WrongKey => "wrong_access_key",
            Cause::KeyExpired => "access_key_expired",
            Cause::ClockSkew => "clock_skew",
            Cause::WrongRegion(_) => "wrong_region",
            Cause::Unreachable(_) => "store_unreachable",
            Cause::TimedOut => "store_timeout",
            Cause::Interrupted(_) => "store_interrupted",
            Cause::Busy(_) => "store_busy",
            Cause::Full => "disk_full",
            Cause::NotPermitted => "not_permitted",
            Cause::Unconditional => "store_unconditional",
            Cause::TooLong { .. } => "object_too_long",
            Cause::WrongLength { .. } => "object_wrong_length",
            Cause::Other(_) => "store_failed",
        }
    }

    pub(super) fn new(doing: impl Into<String>, address: &str, cause: Cause) -> Self {
        Self { doing: doing.into(), address: address.to_owned(), cause }
    }
}

impl fmt::Display for PlaceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} in {} failed: {}", self.doing, self.address, self.cause)
    }
}

impl StdError for PlaceError {}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Settings(why) => write!(f, "the settings of the place make no sense: {why}"),
            Self::BucketMissing => {
                f.write_str("there is no such bucket; make it, or correct its name")
            }
            Self::FolderMissing => {
                f.write_str("there is no such folder; make it, or mount what should be there")
            }
            Self::ObjectMissing => f.write_str("there is no such object"),
            Self::AccessDenied => f.write_str(
                "access denied; the access key needs to get, put, delete and list objects of this bucket",
            ),
            Self::WrongKey => {
                f.write_str("the store does not accept the access key and its secret; correct them")
            }
            Self::KeyExpired => f.write_str("the access key has expired; give a new one"),
            Self::ClockSkew => f.write_str(
                "the store's clock and this machine's differ by too much; set this machine's clock",
            ),
            Self::WrongRegion(None) => {
                f.write_str("the bucket is in another region; correct the region")
            }
            Self::WrongRegion(Some(region)) => {
                write!(f, "the bucket is in another region; the store says {region}")
            }
            Self::Unreachable(why) => {
                write!(f, "nobody can be reached there ({why}); look at the address and the network")
            }
            Self::TimedOut => {
                f.write_str("it took too long; the store or the way to it is slow, it is tried again")
            }
            Self::Interrupted(why) => {
                write!(f, "the connection broke off ({why}); it is tried again")
            }
            Self::Busy(why) => write!(f, "the store is busy ({why}); it is tried again"),
            Self::Full => f.write_str("there is no room left; make room or enlarge the disk or quota"),
            Self::NotPermitted => {
                f.write_str("this user may not do that there, or the file system is read-only")
            }
            Self::Unconditional => f.write_str(
                "the store overwrites what it should leave alone (If-None-Match is not heeded), so two \
                 backups could become one; use another store or a newer version of it",
            ),
            Self::TooLong { most, found } => {
                write!(f, "it has {found} bytes and may have {most}")
            }
            Self::WrongLength { expected, found } => {
                write!(f, "{found} bytes are there and {expected} should be")
            }
            Self::Other(why) => f.write_str(why),
        }
    }
}

/// Whether an error of a file says that there is no room.
pub(crate) fn is_full(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded)
}

/// What an error of a file means.
pub(super) fn cause_of_file(error: &io::Error) -> Cause {
    match error.kind() {
        _ if is_full(error) => Cause::Full,
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => Cause::NotPermitted,
        io::ErrorKind::NotFound => Cause::ObjectMissing,
        _ => Cause::Other(error.to_string()),
    }
}

/// What an error of the store means.
pub(super) fn cause_of(error: &StoreError) -> Cause {
    if matches!(error, StoreError::AlreadyExists { .. }) {
        return Cause::Busy("another write of the same has not come to its end".into());
    }
    let said = error.to_string();
    if let Some(cause) = element(&said, "Code").and_then(|code| cause_of_code(code, &said)) {
        return cause;
    }
    if said.contains("redirect without LOCATION") {
        return Cause::WrongRegion(None);
    }
    if let Some(cause) = cause_of_status(&said) {
        return cause;
    }
    let mut below: Option<&(dyn StdError + 'static)> = Some(error);
    while let Some(error) = below {
        if let Some(error) = error.downcast_ref::<HttpError>() {
            return cause_of_http(error);
        }
        if let Some(error) = error.downcast_ref::<io::Error>() {
            return cause_of_file(error);
        }
        below = error.source();
    }
    match error {
        StoreError::NotFound { .. } => Cause::ObjectMissing,
        StoreError::PermissionDenied { .. } => Cause::AccessDenied,
        StoreError::Unauthenticated { .. } => Cause::WrongKey,
        StoreError::NotImplemented { .. } | StoreError::NotSupported { .. } => Cause::Unconditional,
        _ => Cause::Other(said),
    }
}

/// The codes of S3, as stores and their proxies answer them.
fn cause_of_code(code: &str, said: &str) -> Option<Cause> {
    Some(match code {
        "NoSuchBucket" => Cause::BucketMissing,
        "NoSuchKey" => Cause::ObjectMissing,
        "AccessDenied" | "AllAccessDisabled" | "AccountProblem" => Cause::AccessDenied,
        "InvalidAccessKeyId" | "SignatureDoesNotMatch" | "InvalidToken" => Cause::WrongKey,
        "ExpiredToken" | "TokenRefreshRequired" | "RequestExpired" => Cause::KeyExpired,
        "RequestTimeTooSkewed" => Cause::ClockSkew,
        "AuthorizationHeaderMalformed"
        | "PermanentRedirect"
        | "TemporaryRedirect"
        | "IncorrectEndpoint"
        | "IllegalLocationConstraintException" => {
            Cause::WrongRegion(element(said, "Region").map(str::to_owned))
        }
        "RequestTimeout" => Cause::TimedOut,
        "SlowDown"
        | "ServiceUnavailable"
        | "InternalError"
        | "OperationAborted"
        | "ConditionalRequestConflict" => Cause::Busy(code.to_owned()),
        "QuotaExceeded" | "InsufficientStorage" | "XMinioStorageFull" | "EntityTooLarge" => {
            Cause::Full
        }
        "NotImplemented" => Cause::Unconditional,
        _ => return None,
    })
}

/// An answer without a code that is known.
fn cause_of_status(said: &str) -> Option<Cause> {
    let status = said.split("status code: ").nth(1)?.get(..3)?;
    match status {
        "507" => Some(Cause::Full),
        "501" => Some(Cause::Unconditional),
        "429" | "408" => Some(Cause::Busy(status.to_owned())),
        _ if status.starts_with('5') => Some(Cause::Busy(status.to_owned())),
        "301" | "307" => Some(Cause::WrongRegion(None)),
        "403" => Some(Cause::AccessDenied),
        "401" => Some(Cause::WrongKey),
        _ => None,
    }
}

fn cause_of_http(error: &HttpError) -> Cause {
    let mut innermost: &dyn StdError = error;
    while let Some(below) = innermost.source() {
        innermost = below;
    }
    let why = innermost.to_string();
    match error.kind() {
        HttpErrorKind::Timeout => Cause::TimedOut,
        HttpErrorKind::Connect => Cause::Unreachable(why),
        _ => Cause::Interrupted(why),
    }
}

/// The text of an element of the XML that stores answer with.
fn element<'a>(said: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = said.split_once(&format!("<{name}>"))?;
    let (text, _) = rest.split_once(&format!("</{name}>"))?;
    Some(text).filter(|text| text.len() < 100)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_understood_by_its_code_and_else_by_its_status() {
        let of = |said: &str| cause_of(&StoreError::Generic { store: "S3", source: said.into() });
        let malformed = "400: <Code>AuthorizationHeaderMalformed</Code><Region>eu-west-3</Region>";
        assert_eq!(of(malformed), Cause::WrongRegion(Some("eu-west-3".into())));
        assert_eq!(of("status code: 403 Forbidden: <Code>ExpiredToken</Code>"), Cause::KeyExpired);
        assert_eq!(of("status code: 403 Forbidden: "), Cause::AccessDenied);
        assert_eq!(of("status code: 502 Bad Gateway: <html>"), Cause::Busy("502".into()));
        assert_eq!(of("status code: 507: full"), Cause::Full);
        assert_eq!(of("who knows"), Cause::Other("Generic S3 error: who knows".into()));
    }
}
