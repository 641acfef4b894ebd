//! A folder and a bucket do the same, and say the same when something goes wrong.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::http::Method;
use tenantry_backup::place::{Cause, Place, PlaceConfig, PlaceError, Put};
use tenantry_testkit::{Proxy, SmallDisk};

use crate::fleet::{IMPATIENT, PATIENT, later, noise};
use crate::s3::{Answer, S3Server, SECRET_KEY};

async fn open(config: &PlaceConfig) -> Place {
    Place::open_with(config, PATIENT).await.unwrap()
}

async fn probe(config: &PlaceConfig) -> PlaceError {
    let error = open(config).await.probe().await.unwrap_err();
    assert!(!error.to_string().contains(SECRET_KEY), "{error}");
    error
}

fn file(bytes: &[u8]) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    std::fs::write(&path, bytes).unwrap();
    (folder, path)
}

async fn does_everything(place: &Place) {
    place.probe().await.unwrap();
    assert_eq!(place.list("").await.unwrap(), []);
    assert_eq!(place.get("a/one").await.unwrap(), None);
    assert_eq!(place.put_new("a/one", b"1").await.unwrap(), Put::Done);
    assert_eq!(place.put_new("a/one", b"2").await.unwrap(), Put::Exists);
    assert_eq!(place.get("a/one").await.unwrap().unwrap(), b"1");
    place.put("a/one", b"3").await.unwrap();
    assert_eq!(place.get("a/one").await.unwrap().unwrap(), b"3");
    place.put("ab/two", b"4").await.unwrap();
    let listed = place.list("a").await.unwrap();
    assert_eq!((listed.len(), listed[0].key.as_str(), listed[0].bytes), (1, "a/one", 1));
    assert!(listed[0].modified < later());
    // short, exactly one part, and several
    for length in [0, 8 * 1024 * 1024, 20 * 1024 * 1024 + 1] {
        let bytes = noise(length);
        let (folder, path) = file(&bytes);
        let arrived = AtomicU64::new(0);
        let progress = |bytes| arrived.store(bytes, Ordering::Relaxed);
        let uploaded = place.upload("long/file", &path, &progress).await.unwrap();
        assert_eq!((uploaded, arrived.load(Ordering::Relaxed)), (length as u64, length as u64));
        let back = folder.path().join("back");
        let most = length as u64;
        let downloaded = place.download("long/file", &back, most, &progress).await.unwrap();
        assert_eq!((downloaded, arrived.load(Ordering::Relaxed)), (most, most));
        assert!(std::fs::read(&back).unwrap() == bytes);
        if let Some(less) = most.checked_sub(1) {
            let error = place.download("long/file", &back, less, &progress).await.unwrap_err();
            assert_eq!(error.code(), "object_too_long");
        }
    }
    for key in ["a/one", "ab/two", "long/file", "never/there"] {
        place.remove(key).await.unwrap();
    }
    assert_eq!(place.list("").await.unwrap(), []);
}

#[tokio::test]
async fn a_folder_does_everything() {
    let folder = tempfile::tempdir().unwrap();
    does_everything(&open(&PlaceConfig::Folder(folder.path().join("kept"))).await).await;
    let unmounted = PlaceConfig::Folder(folder.path().join("not/there"));
    let error = Place::open(&unmounted).await.unwrap_err();
    assert_eq!((error.code(), error.is_transient()), ("folder_missing", false));
}

#[tokio::test]
async fn a_bucket_does_everything() {
    let server = S3Server::start().await;
    does_everything(&open(&server.config()).await).await;
    let parts = server.requests().iter().filter(|asked| asked.contains("partNumber=")).count();
    assert_eq!((parts, server.unfinished_parts()), (3, 0));
}

/// A store that overwrites what it should leave alone would let two backups become one.
#[tokio::test]
async fn a_store_without_conditional_writes_is_found_out() {
    let server = S3Server::start().await;
    server.answer(usize::MAX, Method::PUT, "probe/", Answer::Refuse(501, "NotImplemented"));
    let error = probe(&server.config()).await;
    assert_eq!((error.code(), error.is_transient()), ("store_unconditional", false));
}

/// Case 21: the disk of the folder is full. It fails cleanly, nothing of it stays, and the rest goes on.
#[tokio::test]
async fn case_21_a_full_folder_keeps_nothing_of_what_did_not_fit() {
    let name = "place::case_21_a_full_folder_keeps_nothing_of_what_did_not_fit";
    SmallDisk::run(name, 24, async |disk| {
        let kept = disk.path().join("kept");
        let place = open(&PlaceConfig::Folder(kept.clone())).await;
        place.put("a/one", b"1").await.unwrap();
        for length in [30 * 1024 * 1024, 4 * 1024 * 1024] {
            let ballast = disk.fill(2 * 1024);
            let (_folder, path) = file(&noise(length));
            let error = place.upload("long/file", &path, &|_| ()).await.unwrap_err();
            assert_eq!((error.code(), error.is_transient()), ("disk_full", false), "{error}");
            assert_eq!(place.list("").await.unwrap().len(), 1);
            // retention still runs, and what it frees can be used
            std::fs::remove_file(ballast).unwrap();
            place.remove("a/one").await.unwrap();
            assert_eq!(place.put_new("a/one", b"1").await.unwrap(), Put::Done);
        }
        // nothing that is hidden either
        let hidden = std::fs::read_dir(kept.join("long")).map_or(0, Iterator::count);
        assert_eq!(hidden, 0);
    })
    .await;
}

/// Case 22: the exact cause, and never success.
#[tokio::test]
async fn case_22_each_refusal_is_named() {
    let server = S3Server::start().await;
    let with = |change: &dyn Fn(&mut String, &mut String, &mut String)| {
        let mut config = server.config();
        let PlaceConfig::S3 { bucket, region, secret_key, .. } = &mut config else { panic!() };
        change(bucket, region, secret_key);
        config
    };
    let error = probe(&with(&|bucket, _, _| *bucket = "elsewhere".into())).await;
    assert_eq!(error.cause(), &Cause::BucketMissing);
    let error = probe(&with(&|_, region, _| *region = "us-east-1".into())).await;
    assert_eq!(error.cause(), &Cause::WrongRegion(Some("eu-test-1".into())));
    let error = probe(&with(&|_, _, secret| *secret = "another".into())).await;
    assert_eq!(error.cause(), &Cause::WrongKey, "{error}");
    for (status, code, cause) in [
        (403, "AccessDenied", Cause::AccessDenied),
        (403, "ExpiredToken", Cause::KeyExpired),
        (403, "RequestTimeTooSkewed", Cause::ClockSkew),
        (301, "PermanentRedirect", Cause::WrongRegion(None)),
        (507, "XMinioStorageFull", Cause::Full),
    ] {
        server.answer(usize::MAX, Method::PUT, "probe/", Answer::Refuse(status, code));
        let error = probe(&server.config()).await;
        assert_eq!((error.cause(), error.is_transient()), (&cause, false), "{error}");
        server.well_again();
    }
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let error = probe(&server.config_at(format!("http://{nobody}").parse().unwrap())).await;
    assert_eq!((error.code(), error.is_transient()), ("store_unreachable", true), "{error}");
    open(&server.config()).await.probe().await.unwrap();
}

/// Case 22: what passes is tried again and then done.
#[tokio::test]
async fn case_22_what_passes_is_tried_again() {
    let server = S3Server::start().await;
    let place = open(&server.config()).await;
    let bytes = noise(17 * 1024 * 1024);
    let (folder, path) = file(&bytes);
    server.answer(1, Method::POST, "?uploads", Answer::Refuse(503, "SlowDown"));
    server.answer(2, Method::PUT, "partNumber=2", Answer::Html(500));
    server.answer(1, Method::HEAD, "file", Answer::Html(503));
    place.upload("long/file", &path, &|_| ()).await.unwrap();
    server.answer(2, Method::GET, "file", Answer::Refuse(500, "InternalError"));
    let back = folder.path().join("back");
    place.download("long/file", &back, u64::MAX, &|_| ()).await.unwrap();
    assert!(std::fs::read(back).unwrap() == bytes);
}

/// Case 22: what does not pass ends, is transient, and leaves nothing: neither there nor here.
#[tokio::test]
async fn case_22_what_does_not_pass_leaves_nothing() {
    let server = S3Server::start().await;
    let place = open(&server.config()).await;
    let (_folder, path) = file(&noise(17 * 1024 * 1024));
    let busy = Answer::Refuse(503, "SlowDown");
    for (part, answer, code) in [
        ("partNumber=2", busy, "store_busy"),
        ("partNumber=1", Answer::Refuse(403, "ExpiredToken"), "access_key_expired"),
    ] {
        server.answer(usize::MAX, Method::PUT, part, answer);
        let error = place.upload("long/file", &path, &|_| ()).await.unwrap_err();
        assert_eq!(error.code(), code, "{error}");
        assert_eq!((place.list("").await.unwrap().len(), server.unfinished_parts()), (0, 0));
        server.well_again();
    }
}

/// Case 22: who says nothing, or a byte and no more, is not waited for.
#[tokio::test]
async fn case_22_a_slow_store_is_not_waited_for() {
    let server = S3Server::start().await;
    let place = Place::open_with(&server.config(), IMPATIENT).await.unwrap();
    let bytes = noise(10_000);
    let (folder, path) = file(&bytes);
    server.answer(usize::MAX, Method::PUT, "file", Answer::Silence);
    for error in [
        place.upload("short/file", &path, &|_| ()).await.unwrap_err(),
        place.put_new("short/file", b"1").await.unwrap_err(),
    ] {
        assert_eq!((error.code(), error.is_transient()), ("store_timeout", true), "{error}");
    }
    server.well_again();
    server.answer(1, Method::PUT, "file", Answer::Silence);
    place.upload("short/file", &path, &|_| ()).await.unwrap();
    let back = folder.path().join("back");
    let busy = Answer::Refuse(503, "SlowDown");
    for (answer, code) in [(busy, "store_busy"), (Answer::OneByte, "store_timeout")] {
        server.answer(usize::MAX, Method::GET, "file", answer);
        let error = place.download("short/file", &back, u64::MAX, &|_| ()).await.unwrap_err();
        assert_eq!((error.code(), error.is_transient()), (code, true), "{error}");
        assert!(!back.exists());
        server.well_again();
    }
    server.answer(1, Method::GET, "file", Answer::OneByte);
    place.download("short/file", &back, u64::MAX, &|_| ()).await.unwrap();
    assert!(std::fs::read(back).unwrap() == bytes);
}

/// Case 22: the connection is reset after the store has done what it was asked. What was written is found.
#[tokio::test]
async fn case_22_an_answer_that_is_lost_is_found_out() {
    let server = S3Server::start().await;
    let proxy = Proxy::start(server.url()).await;
    let place = open(&server.config_at(proxy.url(server.url()))).await;
    proxy.drop_reply_to("put /backups");
    assert_eq!(place.put_new("a/one", b"1").await.unwrap(), Put::Done);
    assert!(!proxy.is_loss_pending());
    proxy.drop_reply_to("put /backups");
    assert_eq!(place.put_new("a/one", b"2").await.unwrap(), Put::Exists);
    assert_eq!(place.get("a/one").await.unwrap().unwrap(), b"1");
    let (_folder, path) = file(&noise(10_000));
    proxy.drop_reply_to("put /backups");
    place.upload("short/file", &path, &|_| ()).await.unwrap();
    assert_eq!(place.length("short/file").await.unwrap(), Some(10_000));
}

/// Whoever waited for an upload does so no longer: it is taken back.
#[tokio::test]
async fn an_upload_that_is_given_up_is_taken_back() {
    let server = S3Server::start().await;
    let place = open(&server.config()).await;
    let (_folder, path) = file(&noise(17 * 1024 * 1024));
    server.answer(usize::MAX, Method::PUT, "partNumber=2", Answer::Silence);
    let asked = |what: &str| server.requests().iter().any(|asked| asked.contains(what));
    let mut upload = Box::pin(place.upload("long/file", &path, &|_| ()));
    while !asked("partNumber=2") {
        tokio::select! {
            ended = &mut upload => panic!("{ended:?}"),
            () = tokio::task::yield_now() => {}
        }
    }
    drop(upload);
    while !server.requests().iter().any(|asked| asked.starts_with("DELETE")) {
        tokio::task::yield_now().await;
    }
}
