//! What the exporter refuses, by PostgreSQL's own program.

use std::fs::{self, File};
use std::io::BufWriter;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;

use tempfile::TempDir;
use tenantry_backup::fallback::{FallbackError, dump};
use tenantry_backup::manifest::Engine;
use tenantry_pg::export::{Export, Sessions};
use tenantry_pg::sql::Ident;
use tenantry_testkit::{Cluster, TestDatabase};

use crate::oracle::{made_in, similar};
use crate::programs;

/// A program that says that it is `pg_dump` of some version, and leaves a trace when it is asked for more.
fn program(place: &TempDir, says: &str) -> PathBuf {
    let path = place.path().join("pg_dump");
    let trace = place.path().join("trace");
    let text = format!(
        "#!/bin/sh\nif [ \"$1\" = --version ]; then echo '{says}'; else touch {}; echo no >&2; exit 1; fi\n",
        trace.display()
    );
    fs::write(&path, text).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    path
}

async fn oak() -> TestDatabase {
    // what the exporter refuses
    made_in(
        Cluster::shared().await.create_database().await,
        "create table inst_oak.pg_class (id integer); insert into inst_oak.pg_class values (1), (2)",
    )
    .await
}

/// Case 27: a pg_dump that is older than the server, or lets owners of tables run code with our rights, is not run.
#[tokio::test]
async fn case_27_an_old_pg_dump_is_refused() {
    let database = oak().await;
    let schema = Ident::new("inst_oak").unwrap();
    let major = Cluster::shared().await.version() / 10_000;
    for (says, sentence) in [
        ("pg_dump (PostgreSQL) 14.99".to_owned(), "is of version 14.99 and the server of"),
        (format!("pg_dump (PostgreSQL) {}.0", major - 1), "and the server of"),
        ("pg_dump of my own".to_owned(), "does not say which version it is"),
    ] {
        let place = tempfile::tempdir().unwrap();
        let refused = dump(&program(&place, &says), database.url(), &schema, Vec::new()).await;
        let said = refused.unwrap_err().to_string();
        assert!(said.contains(sentence), "{says}: {said}");
        assert!(!place.path().join("trace").exists(), "{says}");
    }
    for (of, version) in [(15, "15.7"), (16, "16.3")] {
        let place = tempfile::tempdir().unwrap();
        let says = format!("pg_dump (PostgreSQL) {version} (Debian)");
        let refused = dump(&program(&place, &says), database.url(), &schema, Vec::new()).await;
        let refused = refused.unwrap_err();
        // by a newer server it is refused as older
        let expected = if of >= major {
            matches!(refused, FallbackError::Unsafe { .. })
        } else {
            matches!(refused, FallbackError::OlderThanServer { .. })
        };
        assert!(expected, "{version}: {refused}");
        assert!(!place.path().join("trace").exists(), "{version}");
    }
    // one that may be used is, and what it complains about is told
    let place = tempfile::tempdir().unwrap();
    let program = program(&place, "pg_dump (PostgreSQL) 99.1");
    let failed = dump(&program, database.url(), &schema, Vec::new()).await.unwrap_err();
    assert!(matches!(&failed, FallbackError::Failed(said) if said == "no"), "{failed}");
    let gone = place.path().join("gone");
    let failed = dump(&gone, database.url(), &schema, Vec::new()).await.unwrap_err();
    assert!(matches!(failed, FallbackError::Program { .. }), "{failed}");
}

#[tokio::test]
async fn what_is_refused_is_archived_by_pg_dump_and_said_to_be() {
    let database = oak().await;
    let schema = Ident::new("inst_oak").unwrap();
    Export::begin(&Sessions::new(database.url()).unwrap(), &schema).await.unwrap_err();
    let place = tempfile::tempdir().unwrap();
    let path = place.path().join("oak.dump");
    let out = BufWriter::new(File::create(&path).unwrap());
    let program = programs::path("pg_dump");
    let (_, dumped) = dump(&program, database.url(), &schema, out).await.unwrap();
    assert_eq!(dumped.engine, Engine::PgDump);
    assert_eq!(serde_json::to_value(&dumped).unwrap()["engine"], "pg_dump");
    assert_eq!(dumped.bytes, fs::metadata(&path).unwrap().len());
    let other = Cluster::shared().await.create_database().await;
    programs::restore(other.url(), &path);
    similar(&programs::dump(database.url(), "inst_oak"), &programs::dump(other.url(), "inst_oak"));
    let gone = Ident::new("inst_gone").unwrap();
    let failed = dump(&program, database.url(), &gone, Vec::new()).await.unwrap_err();
    assert!(failed.to_string().contains("no matching schemas"), "{failed}");
}
