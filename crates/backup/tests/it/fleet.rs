//! Backups for tests: a repository in a folder or bucket, with everything that it needs.

use std::io::{Read as _, Write as _};
use std::path::PathBuf;
use std::time::Duration;

use jiff::Timestamp;
use tempfile::TempDir;
use tenantry_backup::keys::{Identities, InstitutionKey, Recipients, generate_identity};
use tenantry_backup::manifest::{
    ArchiveFacts, Engine, FORMAT, Manifest, SignedManifest, Signer, Verifier,
};
use tenantry_backup::place::{Patience, Place, PlaceConfig};
use tenantry_backup::repository::{Repository, RepositoryError};
use tenantry_backup::seal::{Sealed, Sealer};
use tenantry_domain::clock;
use uuid::Uuid;

/// Little is tried again. A part of 8 MiB is hashed four times on its way, by code that is not optimised.
pub(crate) const PATIENT: Patience = Patience {
    connect: Duration::from_secs(2),
    request: Duration::from_secs(60),
    retries: 2,
    total: Duration::from_secs(120),
};

/// Silence is soon noticed.
pub(crate) const IMPATIENT: Patience = Patience { request: Duration::from_secs(1), ..PATIENT };

/// Two identities of an organisation and their recipients.
pub(crate) struct Organisation {
    pub(crate) texts: [String; 2],
    pub(crate) identities: [Identities; 2],
    pub(crate) recipients: Recipients,
}

impl Organisation {
    pub(crate) fn new() -> Self {
        let (first, one) = generate_identity();
        let (second, two) = generate_identity();
        Self {
            identities: [&first, &second].map(|text| Identities::parse(text).unwrap()),
            texts: [first, second],
            recipients: Recipients::parse(&[one, two]).unwrap(),
        }
    }
}

pub(crate) struct Fleet {
    pub(crate) repository: Repository,
    pub(crate) organisation: Organisation,
    pub(crate) signer: Signer,
    pub(crate) work: PathBuf,
    _folder: TempDir,
}

impl Fleet {
    pub(crate) async fn at(config: &PlaceConfig) -> Self {
        let place = Place::open_with(config, PATIENT).await.unwrap();
        let folder = tempfile::tempdir().unwrap();
        let work = folder.path().join("work");
        Self::of(place, work, folder)
    }

    pub(crate) fn of(place: Place, work: PathBuf, folder: TempDir) -> Self {
        let (organisation, signer) = (Organisation::new(), Signer::generate());
        let (recipients, trusted) = (organisation.recipients.clone(), Verifier::of(&signer));
        let repository = Repository::new(place, recipients, signer.clone(), trusted, work.clone());
        Self { repository, organisation, signer, work, _folder: folder }
    }

    /// One in a folder of its own, and that folder.
    pub(crate) async fn in_folder() -> (Self, TempDir) {
        let kept = tempfile::tempdir().unwrap();
        (Self::at(&PlaceConfig::Folder(kept.path().join("kept"))).await, kept)
    }

    /// Another server of the same organisation, with the same place and another key to sign, that is trusted.
    pub(crate) fn second(&self) -> (Repository, TempDir) {
        let work = tempfile::tempdir().unwrap();
        let repository = Repository::new(
            self.repository.place().clone(),
            self.organisation.recipients.clone(),
            Signer::generate(),
            Verifier::of(&self.signer),
            work.path().to_owned(),
        );
        (repository, work)
    }

    pub(crate) fn seal(
        &self,
        backup: Uuid,
        generation: i64,
        key: &InstitutionKey,
        plain: &[u8],
    ) -> (PathBuf, Sealed) {
        let spool = self.repository.spool(backup, generation).unwrap();
        let mut sealer = Sealer::begin(spool, &key.recipient).unwrap();
        sealer.write_all(plain).unwrap();
        let (spool, sealed) = sealer.finish().unwrap();
        (spool.keep(), sealed)
    }

    /// A backup of some bytes, stored and listed as an operation does it.
    pub(crate) async fn back_up(
        &self,
        institution: Uuid,
        backup: Uuid,
        plain: &[u8],
    ) -> Result<SignedManifest, RepositoryError> {
        let (epoch, key) = self.repository.key(institution, None).await?;
        let (path, sealed) = self.seal(backup, 1, &key, plain);
        let object =
            is_send(self.repository.store_archive(institution, backup, 1, &path, &|_| ())).await;
        std::fs::remove_file(path).unwrap();
        let signed = manifest(institution, backup, object?, sealed, epoch, &key);
        let signed = signed.sign(&self.signer).unwrap();
        is_send(self.repository.store_manifest(&signed)).await?;
        Ok(signed)
    }

    /// The bytes of a backup, by the first identity.
    pub(crate) async fn bring_back(
        &self,
        signed: &SignedManifest,
    ) -> Result<Vec<u8>, RepositoryError> {
        self.bring_back_by(signed, &self.organisation.identities[0]).await
    }

    pub(crate) async fn bring_back_by(
        &self,
        signed: &SignedManifest,
        identities: &Identities,
    ) -> Result<Vec<u8>, RepositoryError> {
        let fetched = is_send(self.repository.fetch(signed, identities, &|_| ())).await?;
        let mut plain = Vec::new();
        is_send(fetched.plain()?).read_to_end(&mut plain).unwrap();
        Ok(plain)
    }

    /// Nothing is left on the way.
    pub(crate) fn nothing_under_way(&self) {
        if self.work.exists() {
            let left: Vec<_> = std::fs::read_dir(&self.work).unwrap().collect();
            assert!(left.is_empty(), "{left:?}");
        }
    }

    pub(crate) async fn keys(&self) -> Vec<String> {
        let mut keys: Vec<_> = self
            .repository
            .place()
            .list("")
            .await
            .unwrap()
            .into_iter()
            .map(|found| found.key)
            .collect();
        keys.sort();
        keys
    }
}

pub(crate) fn manifest(
    institution: Uuid,
    backup: Uuid,
    object: String,
    sealed: Sealed,
    key_epoch: i32,
    key: &InstitutionKey,
) -> Manifest {
    Manifest {
        format: FORMAT,
        backup,
        institution,
        name: "oak".into(),
        schema_name: "inst_oak".into(),
        operation: Uuid::now_v7(),
        engine: Engine::Tenantry,
        reason: "manual".into(),
        server_version: "15".into(),
        database: "schools".into(),
        taken_at: clock::now(),
        template: None,
        form: String::new(),
        objects: Vec::new(),
        tables: Vec::new(),
        archive: ArchiveFacts {
            object,
            bytes: sealed.bytes,
            sha256: sealed.sha256,
            plain_bytes: sealed.plain_bytes,
            key_epoch,
            recipient: key.recipient.clone(),
        },
        prerequisites: serde_json::json!({}),
        previous: None,
        made_by: "0.1.0".into(),
    }
}

/// Operations are run by tasks, which go from thread to thread.
fn is_send<T: Send>(value: T) -> T {
    value
}

/// Bytes that do not compress.
pub(crate) fn noise(length: usize) -> Vec<u8> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let words = std::iter::repeat_with(|| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()
    });
    words.take(length.div_ceil(8)).flatten().take(length).collect()
}

pub(crate) fn ids() -> (Uuid, Uuid) {
    (Uuid::new_v4(), Uuid::now_v7())
}

/// Later than anything that a test wrote.
pub(crate) fn later() -> Timestamp {
    clock::now() + Duration::from_secs(3_600)
}
