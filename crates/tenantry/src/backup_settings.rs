//! Where backups are kept, and who can open them: the settings, and what they come to. A server with a
//! PostgreSQL of its own keeps backups in its directory when nobody says otherwise.

use std::io::Write as _;
use std::num::NonZeroU16;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;
use serde::Deserialize;
use tenantry_backup::keys::{Identities, Recipients};
use tenantry_backup::note::{Signer, Verifier};
use tenantry_backup::place::{Place, PlaceConfig};
use tenantry_backup::repository::Repository;
use tenantry_domain::plan::parse_time;
use tenantry_ops::FleetConfig;
use tenantry_ops::backups::Backups;
use url::Url;

use crate::failure::{Exit, Failure};
use crate::profile::refuse_readable_by_others;

/// Settings of backups; keys of `[backup]` in the file.
#[derive(Args, Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct BackupSettings {
    /// Where backups are kept, as file:///DIRECTORY or s3://BUCKET/PREFIX [default: in the directory of
    /// --embedded, else there are none]
    #[arg(
        long = "backup-place",
        id = "backup_place",
        env = "TENANTRY_BACKUP_PLACE",
        value_name = "U"
    )]
    pub(crate) place: Option<Url>,
    /// The S3 server, where it is not Amazon's
    #[arg(
        long = "backup-s3-endpoint",
        id = "backup_s3_endpoint",
        env = "TENANTRY_BACKUP_S3_ENDPOINT",
        value_name = "U"
    )]
    pub(crate) s3_endpoint: Option<Url>,
    /// The region of the bucket [default: us-east-1]
    #[arg(
        long = "backup-s3-region",
        id = "backup_s3_region",
        env = "TENANTRY_BACKUP_S3_REGION",
        value_name = "NAME"
    )]
    pub(crate) s3_region: Option<String>,
    /// The access key of the bucket [default: AWS_ACCESS_KEY_ID]
    #[arg(
        long = "backup-s3-access-key",
        id = "backup_s3_access_key",
        env = "TENANTRY_BACKUP_S3_ACCESS_KEY",
        value_name = "KEY"
    )]
    pub(crate) s3_access_key: Option<String>,
    /// Its secret [default: AWS_SECRET_ACCESS_KEY]
    #[arg(
        long = "backup-s3-secret-key",
        id = "backup_s3_secret_key",
        env = "TENANTRY_BACKUP_S3_SECRET_KEY",
        value_name = "KEY",
        hide_env_values = true
    )]
    pub(crate) s3_secret_key: Option<String>,
    /// Whom institutions' keys are sealed to, as age1…; two or more, one of them kept off this machine
    #[arg(
        long = "backup-recipients",
        id = "backup_recipients",
        env = "TENANTRY_BACKUP_RECIPIENTS",
        value_name = "AGE",
        value_delimiter = ','
    )]
    #[serde(default)]
    pub(crate) recipients: Vec<String>,
    /// A file with an age identity that opens backups, for restores and drills; without one, backups are
    /// only written
    #[arg(
        long = "backup-identity-file",
        id = "backup_identity_file",
        env = "TENANTRY_BACKUP_IDENTITY_FILE",
        value_name = "FILE"
    )]
    pub(crate) identity_file: Option<PathBuf>,
    /// A file with the key that manifests are signed with; made when it is missing
    #[arg(
        long = "backup-signing-key-file",
        id = "backup_signing_key_file",
        env = "TENANTRY_BACKUP_SIGNING_KEY_FILE",
        value_name = "FILE"
    )]
    pub(crate) signing_key_file: Option<PathBuf>,
    /// Public keys of other servers whose manifests are trusted
    #[arg(
        long = "backup-trusted-keys",
        id = "backup_trusted_keys",
        env = "TENANTRY_BACKUP_TRUSTED_KEYS",
        value_name = "KEY",
        value_delimiter = ','
    )]
    #[serde(default)]
    pub(crate) trusted_keys: Vec<String>,
    /// Where sealed archives lie while they are written and read [default: in the directory of
    /// --embedded, else the system's temporary folder]
    #[arg(
        long = "backup-work",
        id = "backup_work",
        env = "TENANTRY_BACKUP_WORK",
        value_name = "D"
    )]
    pub(crate) work: Option<PathBuf>,
    /// The pg_dump that writes what the exporter refuses, as new as the server at least [default: none; then
    /// such an institution's backup fails and names what it is]
    #[arg(
        long = "backup-pg-dump",
        id = "backup_pg_dump",
        env = "TENANTRY_BACKUP_PG_DUMP",
        value_name = "FILE"
    )]
    pub(crate) pg_dump: Option<PathBuf>,
    /// Within this time each institution's newest backup is verified again by schedules of that kind, as
    /// 12h or 14d [default: 7d]
    #[arg(
        long = "backup-verify-within",
        id = "backup_verify_within",
        env = "TENANTRY_BACKUP_VERIFY_WITHIN",
        value_name = "TIME"
    )]
    pub(crate) verify_within: Option<String>,
    /// How many backups and drills run at a time [default: 2]
    #[arg(
        long = "backup-places",
        id = "backup_places",
        env = "TENANTRY_BACKUP_PLACES",
        value_name = "N"
    )]
    pub(crate) places: Option<NonZeroU16>,
}

/// The variables of these settings.
pub(crate) const VARIABLES: [&str; 13] = [
    "TENANTRY_BACKUP_PLACE",
    "TENANTRY_BACKUP_S3_ENDPOINT",
    "TENANTRY_BACKUP_S3_REGION",
    "TENANTRY_BACKUP_S3_ACCESS_KEY",
    "TENANTRY_BACKUP_S3_SECRET_KEY",
    "TENANTRY_BACKUP_RECIPIENTS",
    "TENANTRY_BACKUP_IDENTITY_FILE",
    "TENANTRY_BACKUP_SIGNING_KEY_FILE",
    "TENANTRY_BACKUP_TRUSTED_KEYS",
    "TENANTRY_BACKUP_WORK",
    "TENANTRY_BACKUP_PG_DUMP",
    "TENANTRY_BACKUP_VERIFY_WITHIN",
    "TENANTRY_BACKUP_PLACES",
];

impl BackupSettings {
    /// Fills what was left open from the file.
    pub(crate) fn or(self, file: Self) -> Self {
        let list =
            |ours: Vec<String>, files: Vec<String>| if ours.is_empty() { files } else { ours };
        Self {
            place: self.place.or(file.place),
            s3_endpoint: self.s3_endpoint.or(file.s3_endpoint),
            s3_region: self.s3_region.or(file.s3_region),
            s3_access_key: self.s3_access_key.or(file.s3_access_key),
            s3_secret_key: self.s3_secret_key.or(file.s3_secret_key),
            recipients: list(self.recipients, file.recipients),
            identity_file: self.identity_file.or(file.identity_file),
            signing_key_file: self.signing_key_file.or(file.signing_key_file),
            trusted_keys: list(self.trusted_keys, file.trusted_keys),
            work: self.work.or(file.work),
            pg_dump: self.pg_dump.or(file.pg_dump),
            verify_within: self.verify_within.or(file.verify_within),
            places: self.places.or(file.places),
        }
    }

    /// How long a verification holds.
    pub(crate) fn verify_within(&self) -> Result<Duration, Failure> {
        match &self.verify_within {
            None => Ok(FleetConfig::default().verify_within),
            Some(text) => parse_time(text)
                .map_err(|reason| refused(format!("backup.verify_within: {reason}"))),
        }
    }

    /// Opens the place. Where none was set up it is in the server's own directory, and without such a
    /// directory there is none.
    pub(crate) async fn open(&self, own: Option<&Path>) -> Result<Option<Backups>, Failure> {
        let Some(url) = &self.place else {
            if !self.recipients.is_empty() || self.identity_file.is_some() {
                let message =
                    "backups have recipients or an identity, and no place: set backup.place";
                return Err(refused(message));
            }
            return match own {
                None => Ok(None),
                Some(directory) => Backups::within(&directory.join("backups"))
                    .await
                    .map(Some)
                    .map_err(|error| Failure::new(Exit::Failed, error)),
            };
        };
        let recipients = Recipients::parse(&self.recipients).map_err(|error| {
            refused(format!("backup.recipients: {error}"))
                .hint("Make two key pairs with `tenantry backup keys generate`, and keep one secret elsewhere.")
        })?;
        let identities = match &self.identity_file {
            None => None,
            Some(path) => {
                refuse_readable_by_others(path)?;
                let text = read(path)?;
                Some(
                    Identities::parse(&text)
                        .map_err(|error| refused(format!("{}: {error}", path.display())))?,
                )
            }
        };
        let signing = self.signing_key_file.as_ref().ok_or_else(|| {
            refused(
                "backups need a key that manifests are signed with: set backup.signing_key_file",
            )
        })?;
        let signer = signer_in(signing)?;
        let trusted = Verifier::parse(&self.trusted_keys)
            .map_err(|error| refused(format!("backup.trusted_keys: {error}")))?;
        let place = Place::open(&self.place_config(url)?).await.map_err(|error| {
            Failure::new(Exit::Failed, format!("the place of backups {url}: {error}"))
        })?;
        let work =
            self.work.clone().unwrap_or_else(|| std::env::temp_dir().join("tenantry-backups"));
        make_folder(&work)?;
        let repository = Repository::new(place, recipients.clone(), signer, trusted, work);
        let pg_dump = self.pg_dump.clone();
        Ok(Some(Backups { repository, identities, recipients, pg_dump }))
    }

    fn place_config(&self, url: &Url) -> Result<PlaceConfig, Failure> {
        match url.scheme() {
            "file" => {
                let folder = url.to_file_path().map_err(|()| {
                    refused(format!("backup.place: {url} is not a directory of this machine"))
                })?;
                make_folder(&folder)?;
                Ok(PlaceConfig::Folder(folder))
            }
            "s3" => {
                let bucket = url
                    .host_str()
                    .ok_or_else(|| refused(format!("backup.place: {url} names no bucket")))?;
                let key = |given: &Option<String>, variable: &str, name: &str| {
                    let key = given.clone().or_else(|| std::env::var(variable).ok());
                    key.ok_or_else(|| {
                        refused(format!("backup.{name} is missing, and so is {variable}"))
                    })
                };
                let allow_http =
                    self.s3_endpoint.as_ref().is_some_and(|url| url.scheme() == "http");
                Ok(PlaceConfig::S3 {
                    bucket: bucket.to_owned(),
                    prefix: url.path().trim_matches('/').to_owned(),
                    endpoint: self.s3_endpoint.clone(),
                    region: self.s3_region.clone().unwrap_or_else(|| "us-east-1".into()),
                    access_key: key(&self.s3_access_key, "AWS_ACCESS_KEY_ID", "s3_access_key")?,
                    secret_key: key(&self.s3_secret_key, "AWS_SECRET_ACCESS_KEY", "s3_secret_key")?,
                    allow_http,
                })
            }
            other => Err(refused(format!(
                "backup.place: {other} is not known; there are file:///DIRECTORY and s3://BUCKET/PREFIX"
            ))),
        }
    }
}

fn signer_in(path: &Path) -> Result<Signer, Failure> {
    if !path.exists() {
        write_secret(path, &Signer::generate().secret_text())?;
    }
    refuse_readable_by_others(path)?;
    Signer::from_secret_text(&read(path)?)
        .map_err(|error| refused(format!("{}: {error}", path.display())))
}

/// Writes what only the owner may read, and never over something that is there.
pub(crate) fn write_secret(path: &Path, text: &str) -> Result<(), Failure> {
    let failed = |error: std::io::Error| {
        Failure::new(Exit::Failed, format!("cannot write {}: {error}", path.display()))
    };
    let mut options = std::fs::OpenOptions::new();
    let mut file = options.write(true).create_new(true).mode(0o600).open(path).map_err(failed)?;
    file.write_all(text.as_bytes()).map_err(failed)?;
    file.sync_all().map_err(failed)
}

fn make_folder(path: &Path) -> Result<(), Failure> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true).mode(0o700).create(path).map_err(|error| {
        Failure::new(Exit::Failed, format!("cannot make {}: {error}", path.display()))
    })
}

fn read(path: &Path) -> Result<String, Failure> {
    std::fs::read_to_string(path)
        .map_err(|error| refused(format!("cannot read {}: {error}", path.display())))
}

fn refused(message: impl std::fmt::Display) -> Failure {
    Failure::new(Exit::Refused, message)
}
