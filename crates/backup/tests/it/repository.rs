//! The rules of a repository: a backup is what has a manifest, and nothing is handed out that does not fit it.

use std::collections::HashSet;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use axum::http::Method;
use futures::future::join_all;
use tenantry_backup::keys::KeyError;
use tenantry_backup::manifest::SignedManifest;
use tenantry_backup::place::{Place, PlaceConfig};
use tenantry_backup::repository::RepositoryError;
use tenantry_backup::seal::Sealer;
use tenantry_domain::clock;
use tenantry_testkit::SmallDisk;
use uuid::Uuid;

use crate::fleet::{Fleet, Organisation, ids, later, manifest, noise};
use crate::s3::{Answer, S3Server};

async fn comes_back(fleet: &Fleet) {
    let (institution, backup) = ids();
    let plain = noise(300_000);
    let signed = fleet.back_up(institution, backup, &plain).await.unwrap();
    let listed = fleet.repository.manifest(institution, backup).await.unwrap().unwrap();
    assert_eq!(listed, signed);
    assert!(fleet.bring_back(&listed).await.unwrap() == plain);
    let folder = format!("institutions/{institution}");
    let expected = [
        format!("{folder}/backups/{backup}/archive-1.pgdump.zst.age"),
        format!("{folder}/backups/{backup}/manifest"),
        format!("{folder}/keys/1"),
    ];
    assert_eq!(fleet.keys().await, expected);
    let other = fleet.back_up(Uuid::new_v4(), Uuid::now_v7(), b"rows").await.unwrap();
    let all = fleet.repository.manifests(None).await.unwrap();
    let own = fleet.repository.manifests(Some(institution)).await.unwrap();
    assert_eq!((all.len(), own.len(), own[0].backup), (2, 1, backup));
    assert!(all.iter().all(|listed| listed.manifest.is_ok()));
    fleet.repository.remove(institution, backup).await.unwrap();
    assert_eq!(fleet.repository.manifest(institution, backup).await.unwrap(), None);
    fleet.repository.remove(institution, backup).await.unwrap();
    assert_eq!(fleet.bring_back(&other).await.unwrap(), b"rows");
    fleet.nothing_under_way();
}

#[tokio::test]
async fn what_was_stored_in_a_folder_comes_back() {
    comes_back(&Fleet::in_folder().await.0).await;
}

#[tokio::test]
async fn what_was_stored_in_a_bucket_comes_back() {
    let server = S3Server::start().await;
    comes_back(&Fleet::at(&server.config()).await).await;
    assert!(server.bucket().join("fleet/one/institutions").is_dir());
}

/// Several want a key at once, and all get the same.
#[tokio::test]
async fn a_key_is_made_once() {
    let server = S3Server::start().await;
    let fleet = Fleet::at(&server.config()).await;
    let (second, _work) = fleet.second();
    let institution = Uuid::new_v4();
    // one of them is told to try again
    server.answer(1, Method::PUT, "keys/1", Answer::Html(502));
    let keys = join_all((0..8).map(|n| {
        let repository = if n % 2 == 0 { &fleet.repository } else { &second };
        async move { repository.key(institution, None).await }
    }))
    .await;
    // the second server's signature is not known to the first: whoever won, the losers on the other side say so
    let won: Vec<_> = keys.into_iter().filter_map(Result::ok).collect();
    assert!(won.len() >= 4 && won.iter().all(|key| key == &won[0] && key.0 == 1));
    assert_eq!(fleet.keys().await.len(), 1);
}

/// A place that lost a key never gets another one under its number, and no older one is used.
#[tokio::test]
async fn a_number_is_given_once() {
    let (fleet, _kept) = Fleet::in_folder().await;
    let institution = Uuid::new_v4();
    let (first, one) = fleet.repository.key(institution, None).await.unwrap();
    let (second, two) = fleet.repository.renew_key(institution, Some(1)).await.unwrap();
    assert_eq!((first, second), (1, 2));
    assert_ne!(one, two);
    assert_eq!(fleet.repository.key(institution, Some(2)).await.unwrap(), (2, two));
    fleet.repository.place().remove(&format!("institutions/{institution}/keys/2")).await.unwrap();
    assert_eq!(fleet.repository.key(institution, Some(2)).await.unwrap().0, 3);
}

/// Two writers with the same backup id: exactly one of their manifests is listed, and it fits its archive.
#[tokio::test]
async fn of_two_writers_one_is_listed() {
    let server = S3Server::start().await;
    let fleet = Fleet::at(&server.config()).await;
    let (institution, backup) = ids();
    let (epoch, key) = fleet.repository.key(institution, None).await.unwrap();
    let write = async |generation: i64, plain: &[u8]| {
        let (path, sealed) = fleet.seal(backup, generation, &key, plain);
        let stored =
            fleet.repository.store_archive(institution, backup, generation, &path, &|_| ());
        let object = stored.await.unwrap();
        fs::remove_file(path).unwrap();
        let signed = manifest(institution, backup, object, sealed, epoch, &key);
        let signed = signed.sign(&fleet.signer).unwrap();
        (fleet.repository.store_manifest(&signed).await, signed)
    };
    let (one, two) = tokio::join!(write(1, b"of the first"), write(2, b"of the second"));
    let (won, lost) = if one.0.is_ok() { (one, two) } else { (two, one) };
    won.0.unwrap();
    let doubled = lost.0.unwrap_err();
    assert_eq!((doubled.code(), doubled.is_transient()), ("backup_doubled", false));
    // who is told to do it again finds it done
    fleet.repository.store_manifest(&won.1).await.unwrap();
    let listed = fleet.repository.manifests(None).await.unwrap();
    assert_eq!(listed.len(), 1);
    assert_eq!(listed[0].manifest.as_ref().unwrap(), &won.1);
    assert!(fleet.bring_back(&won.1).await.unwrap().starts_with(b"of the"));
    // the loser's archive belongs to nobody
    let swept = fleet.repository.sweep(later(), &HashSet::new()).await.unwrap();
    assert_eq!(swept.len(), 1);
    assert_eq!(swept[0].found.key, lost.1.manifest.archive.object);
    fleet.bring_back(&won.1).await.unwrap();
}

/// What breaks off is not listed, and goes unless somebody may still list it.
#[tokio::test]
async fn what_breaks_off_is_not_listed_and_swept() {
    let (fleet, kept) = Fleet::in_folder().await;
    let (institution, backup) = ids();
    let (epoch, key) = fleet.repository.key(institution, None).await.unwrap();
    let (path, sealed) = fleet.seal(backup, 1, &key, b"rows");
    // no manifest without its archive
    let object = format!("institutions/{institution}/backups/{backup}/archive-1.pgdump.zst.age");
    let mut early = manifest(institution, backup, object.clone(), sealed, epoch, &key);
    let signed = early.clone().sign(&fleet.signer).unwrap();
    let refused = fleet.repository.store_manifest(&signed).await.unwrap_err();
    assert_eq!(refused.code(), "backup_altered");
    // and none that names another's
    early.archive.object = object.replace(&backup.to_string(), &Uuid::nil().to_string());
    let foreign = early.sign(&fleet.signer).unwrap();
    let refused = fleet.repository.store_manifest(&foreign).await.unwrap_err();
    assert!(refused.to_string().contains("not an archive of this backup"), "{refused}");
    // killed after the archive, and while the file of another was being copied
    fleet.repository.store_archive(institution, backup, 1, &path, &|_| ()).await.unwrap();
    let half = kept.path().join("kept").join(format!("{object}#1"));
    fs::write(&half, b"half").unwrap();
    assert_eq!(fleet.repository.manifests(None).await.unwrap().len(), 0);
    let orphans = fleet.repository.orphans(later()).await.unwrap();
    assert_eq!((orphans.len(), orphans[0].backup), (1, backup));
    let young = clock::now() - std::time::Duration::from_secs(3_600);
    assert_eq!(fleet.repository.sweep(young, &HashSet::new()).await.unwrap(), []);
    let pending = HashSet::from([backup]);
    assert_eq!(fleet.repository.sweep(later(), &pending).await.unwrap(), []);
    assert!(path.exists() && !half.exists());
    assert_eq!(fleet.repository.sweep(later(), &HashSet::new()).await.unwrap(), orphans);
    assert!(!path.exists());
    assert_eq!(fleet.keys().await, [format!("institutions/{institution}/keys/1")]);
}

/// Case 21: the work folder is full in the middle of sealing or fetching. It fails cleanly, what was written is
/// removed, and what needs no room goes on.
#[tokio::test]
async fn case_21_a_full_work_folder_keeps_nothing() {
    let name = "repository::case_21_a_full_work_folder_keeps_nothing";
    SmallDisk::run(name, 8, async |disk| {
        let folder = tempfile::tempdir().unwrap();
        let config = PlaceConfig::Folder(folder.path().join("kept"));
        let place = Place::open(&config).await.unwrap();
        let fleet = Fleet::of(place, disk.path().join("work"), folder);
        let (institution, backup) = ids();
        let plain = noise(1024 * 1024);
        let signed = fleet.back_up(institution, backup, &plain).await.unwrap();
        let ballast = disk.fill(512);
        let (_, key) = fleet.repository.key(institution, None).await.unwrap();
        {
            let spool = fleet.repository.spool(Uuid::now_v7(), 1).unwrap();
            let mut sealer = Sealer::begin(spool, &key.recipient).unwrap();
            let written = sealer.write_all(&plain).and_then(|()| sealer.write_all(&plain));
            let failed = match written {
                Err(error) => tenantry_backup::seal::SealError::Stream(error),
                Ok(()) => sealer.finish().map(|_| ()).unwrap_err(),
            };
            assert!(failed.is_disk_full(), "{failed}");
            assert_eq!(RepositoryError::from(failed).code(), "disk_full");
        }
        fleet.nothing_under_way();
        let failed = fleet.bring_back(&signed).await.unwrap_err();
        assert_eq!((failed.code(), failed.is_transient()), ("disk_full", false), "{failed}");
        fleet.nothing_under_way();
        // retention needs no room
        assert_eq!(fleet.repository.manifests(None).await.unwrap().len(), 1);
        fleet.repository.sweep(later(), &HashSet::new()).await.unwrap();
        fs::remove_file(ballast).unwrap();
        assert!(fleet.bring_back(&signed).await.unwrap() == plain);
        fleet.repository.remove(institution, backup).await.unwrap();
    })
    .await;
}

/// A fleet in a folder with two backups of one institution and one of another, and where their files are.
struct Kept {
    fleet: Fleet,
    _folder: tempfile::TempDir,
    older: (SignedManifest, PathBuf),
    newer: (SignedManifest, PathBuf),
    foreign: (SignedManifest, PathBuf),
}

impl Kept {
    async fn new() -> Self {
        let (fleet, folder) = Fleet::in_folder().await;
        let root = folder.path().join("kept");
        let (institution, backup) = ids();
        let mut kept = Vec::new();
        for (institution, backup, plain) in [
            (institution, backup, noise(4_000)),
            (institution, Uuid::now_v7(), noise(5_000)),
            (Uuid::new_v4(), Uuid::now_v7(), noise(5_000)),
        ] {
            let signed = fleet.back_up(institution, backup, &plain).await.unwrap();
            let path = root.join(&signed.manifest.archive.object);
            kept.push((signed, path));
        }
        let [older, newer, foreign] = kept.try_into().ok().unwrap();
        Self { fleet, _folder: folder, older, newer, foreign }
    }

    /// The newer one is refused as altered, by listing or by fetching, and nothing is left of it.
    async fn refused(&self, what: &str) {
        let manifest = &self.newer.0.manifest;
        let listed = self.fleet.repository.manifest(manifest.institution, manifest.backup).await;
        let error = match listed {
            Ok(Some(signed)) => self.fleet.bring_back(&signed).await.unwrap_err(),
            Ok(None) => panic!("{what}: not there"),
            Err(error) => error,
        };
        assert!(
            matches!(error, RepositoryError::Altered { .. }) && !error.is_transient(),
            "{what}: {error}"
        );
        self.fleet.nothing_under_way();
    }

    async fn each_change_is_refused(&self, path: &Path, step: usize) {
        let bytes = fs::read(path).unwrap();
        for place in (0..bytes.len()).step_by(step).chain([bytes.len() - 1]) {
            let mut changed = bytes.clone();
            changed[place] ^= 1 << (place % 8);
            fs::write(path, &changed).unwrap();
            self.refused(&format!("a bit of byte {place}")).await;
            fs::write(path, &bytes[..place]).unwrap();
            self.refused(&format!("cut at {place}")).await;
        }
        fs::write(path, [&bytes[..], b"\n"].concat()).unwrap();
        self.refused("a byte more").await;
        fs::write(path, &bytes).unwrap();
    }
}

/// Case 23: an archive that was cut off, changed, or exchanged for a valid one is refused before any of it is
/// handed out.
#[tokio::test]
async fn case_23_an_archive_that_is_not_the_one_is_refused() {
    let kept = Kept::new().await;
    let (newer, foreign, older) = (&kept.newer.1, &kept.foreign.1, &kept.older.1);
    kept.each_change_is_refused(newer, 97).await;
    let right = fs::read(newer).unwrap();
    for (other, what) in [(foreign, "another institution's"), (older, "an older one")] {
        fs::copy(other, newer).unwrap();
        kept.refused(what).await;
    }
    fs::remove_file(newer).unwrap();
    kept.refused("none").await;
    fs::write(newer, right).unwrap();
    kept.fleet.bring_back(&kept.newer.0).await.unwrap();
}

/// Case 23: the same of manifests.
#[tokio::test]
async fn case_23_a_manifest_that_is_not_the_one_is_refused() {
    let kept = Kept::new().await;
    let beside = |archive: &PathBuf| archive.with_file_name("manifest");
    let newer = beside(&kept.newer.1);
    kept.each_change_is_refused(&newer, 29).await;
    for (other, what) in
        [(&kept.foreign.1, "another institution's"), (&kept.older.1, "an older one")]
    {
        fs::copy(beside(other), &newer).unwrap();
        kept.refused(what).await;
        // the archive with it
        let right = fs::read(&kept.newer.1).unwrap();
        fs::copy(other, &kept.newer.1).unwrap();
        kept.refused(&format!("{what}, whole")).await;
        fs::write(&kept.newer.1, right).unwrap();
    }
    // signed by somebody whom nobody trusts
    let stranger = Fleet::in_folder().await.0.signer;
    let forged = kept.newer.0.manifest.clone().sign(&stranger).unwrap();
    fs::write(&newer, &forged.bytes).unwrap();
    kept.refused("a stranger's").await;
    // and one that is not believed does not hide the others
    let listed = kept.fleet.repository.manifests(None).await.unwrap();
    let believed = listed.iter().filter(|listed| listed.manifest.is_ok()).count();
    assert_eq!((listed.len(), believed), (3, 2));
    // nor is anything beside it swept
    assert_eq!(kept.fleet.repository.sweep(later(), &HashSet::new()).await.unwrap(), []);
}

/// Case 23: the same of keys. A key that somebody put there would let them read every later backup.
#[tokio::test]
async fn case_23_a_key_that_is_not_the_one_is_refused() {
    let kept = Kept::new().await;
    let beside = |signed: &SignedManifest, archive: &Path| {
        let institution = signed.manifest.institution.to_string();
        let folder = archive.ancestors().find(|path| path.ends_with(&institution)).unwrap();
        folder.join("keys/1")
    };
    let own = beside(&kept.newer.0, &kept.newer.1);
    kept.each_change_is_refused(&own, 31).await;
    let right = fs::read(&own).unwrap();
    fs::copy(beside(&kept.foreign.0, &kept.foreign.1), &own).unwrap();
    kept.refused("another institution's").await;
    let institution = kept.newer.0.manifest.institution;
    let refused = kept.fleet.repository.key(institution, Some(1)).await.unwrap_err();
    assert_eq!(refused.code(), "backup_altered");
    fs::write(&own, right).unwrap();
    kept.fleet.bring_back(&kept.newer.0).await.unwrap();
    fs::remove_file(&own).unwrap();
    let missing = kept.fleet.bring_back(&kept.newer.0).await.unwrap_err();
    assert_eq!(missing.code(), "key_missing");
}

/// Case 24: an identity is lost and the other opens; recipients are exchanged and a key renewed in the middle of a
/// backup, and the backups of both epochs come back.
#[tokio::test]
async fn case_24_rotated_in_the_middle_of_a_backup() {
    let (fleet, _kept) = Fleet::in_folder().await;
    let (repository, old) = (&fleet.repository, &fleet.organisation.identities);
    let (institution, before) = ids();
    let signed_before = fleet.back_up(institution, before, b"before").await.unwrap();
    for identity in old {
        assert_eq!(fleet.bring_back_by(&signed_before, identity).await.unwrap(), b"before");
    }
    // a backup begins with the key of epoch 1
    let during = Uuid::now_v7();
    let (epoch, key) = repository.key(institution, Some(1)).await.unwrap();
    let mut sealer = Sealer::begin(repository.spool(during, 1).unwrap(), &key.recipient).unwrap();
    sealer.write_all(b"dur").unwrap();
    let new = Organisation::new();
    let rotated = repository.rotate(institution, &old[1], &new.recipients).await.unwrap();
    assert_eq!(rotated, [1]);
    let (renewed, _) = repository.renew_key(institution, Some(1)).await.unwrap();
    assert_eq!(
        repository
            .rotate(institution, &new.identities[0], &new.recipients)
            .await
            .unwrap_err()
            .code(),
        "key_sealed_to_others"
    );
    sealer.write_all(b"ing").unwrap();
    let (spool, sealed) = sealer.finish().unwrap();
    let stored = repository.store_archive(institution, during, 1, spool.path(), &|_| ());
    let object = stored.await.unwrap();
    drop(spool);
    let signed_during = manifest(institution, during, object, sealed, epoch, &key);
    let signed_during = signed_during.sign(&fleet.signer).unwrap();
    repository.store_manifest(&signed_during).await.unwrap();
    let signed_after = fleet.back_up(institution, Uuid::now_v7(), b"after").await.unwrap();
    assert_eq!((epoch, renewed, signed_after.manifest.archive.key_epoch), (1, 2, 2));
    for identity in &new.identities {
        assert_eq!(fleet.bring_back_by(&signed_before, identity).await.unwrap(), b"before");
        assert_eq!(fleet.bring_back_by(&signed_during, identity).await.unwrap(), b"during");
    }
    // epoch 2 is sealed to those of the settings, which are the old ones
    assert_eq!(fleet.bring_back_by(&signed_after, &old[0]).await.unwrap(), b"after");
    let refused = fleet.bring_back_by(&signed_before, &old[0]).await.unwrap_err();
    assert!(matches!(refused, RepositoryError::Key(KeyError::NotForThese)), "{refused}");
    fleet.nothing_under_way();
}

/// Case 60: keys are destroyed; a restore is refused with the proof, and others are not touched.
#[tokio::test]
async fn case_60_destroyed_keys_open_nothing() {
    let (fleet, kept) = Fleet::in_folder().await;
    let repository = &fleet.repository;
    let (institution, backup) = ids();
    let signed = fleet.back_up(institution, backup, b"gone").await.unwrap();
    let other = fleet.back_up(Uuid::new_v4(), Uuid::now_v7(), b"stays").await.unwrap();
    let object = format!("institutions/{institution}/keys/1");
    let path = kept.path().join("kept").join(&object);
    let copy = fs::read(&path).unwrap();
    let at = "2026-11-02T03:04:05Z".parse().unwrap();
    let proof = repository.destroy_keys(institution, "ada", at).await.unwrap();
    let key = &proof["keys"][0];
    assert_eq!((&key["epoch"], &key["destroyedBy"]), (&1.into(), &"ada".into()));
    assert_eq!(key["recipient"], signed.manifest.archive.recipient.as_str());
    assert!(key["note"].as_str().unwrap().contains("\u{2014} tenantry "));
    assert!(!path.exists());
    let refused = fleet.bring_back(&signed).await.unwrap_err();
    assert!(matches!(&refused, RepositoryError::KeyDestroyed(shown) if shown == key));
    let text = refused.to_string();
    assert!(text.contains("destroyed at 2026-11-02T03:04:05Z by ada"), "{text}");
    // a second time changes nothing of what was signed
    let again = repository.destroy_keys(institution, "bob", clock::now()).await.unwrap();
    assert_eq!(again, proof);
    // nor does a copy of the key that is put back
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(&path, &copy).unwrap();
    assert_eq!(fleet.bring_back(&signed).await.unwrap_err().code(), "key_destroyed");
    assert_eq!(repository.destroy_keys(institution, "bob", clock::now()).await.unwrap(), proof);
    assert!(!path.exists());
    // what is rotated meanwhile does not bring it back
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(&path, &copy).unwrap();
    let identity = &fleet.organisation.identities[0];
    let rotated = repository.rotate(institution, identity, &fleet.organisation.recipients).await;
    assert_eq!(rotated.unwrap(), [0; 0]);
    assert_eq!(fleet.bring_back(&other).await.unwrap(), b"stays");
    // a new life begins with a new key
    let next = fleet.back_up(institution, Uuid::now_v7(), b"again").await.unwrap();
    assert_eq!(next.manifest.archive.key_epoch, 2);
    assert_eq!(fleet.bring_back(&next).await.unwrap(), b"again");
}
