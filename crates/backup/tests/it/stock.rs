//! A backup restored without Tenantry: by the runbook, with programs of others, into an empty database.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use sqlx::Executor as _;
use tempfile::TempDir;
use tenantry_backup::manifest::SignedManifest;
use tenantry_backup::write::write_archive;
use tenantry_pg::export::{Export, Sessions};
use tenantry_pg::sql::{Ident, script};
use tenantry_testkit::{Cluster, TestDatabase};
use uuid::Uuid;

use crate::fleet::Fleet;
use crate::oracle::{CHECKLIST, similar};
use crate::programs;

/// A backup of a schema with everything in it, and the database that it was taken from.
struct Kept {
    fleet: Fleet,
    folder: TempDir,
    signed: SignedManifest,
    database: TestDatabase,
}

impl Kept {
    async fn new() -> Self {
        let database = Cluster::shared().await.create_database().await;
        let mut admin = database.connect().await;
        admin.execute("create schema inst_oak; set search_path = inst_oak").await.unwrap();
        admin.execute(script(CHECKLIST)).await.unwrap();
        let schema = Ident::new("inst_oak").unwrap();
        let mut export =
            Export::begin(&Sessions::new(database.url()).unwrap(), &schema).await.unwrap();
        let (archive, _) = write_archive(&mut export, Vec::new(), &mut |_| {}).await.unwrap();
        export.finish().await.unwrap();
        let (fleet, folder) = Fleet::in_folder().await;
        let signed = fleet.back_up(Uuid::new_v4(), Uuid::now_v7(), &archive).await.unwrap();
        Self { fleet, folder, signed, database }
    }

    fn archive(&self) -> PathBuf {
        self.folder.path().join("kept").join(&self.signed.manifest.archive.object)
    }

    /// What the runbook says, with one of the organisation's identities.
    fn restore(&self, identity: &str, trusted: &str, target: &TestDatabase) -> Output {
        let file = self.folder.path().join("identity.txt");
        fs::write(&file, identity).unwrap();
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scripts/try-stock-restore");
        let path = std::env::var("PATH").unwrap();
        Command::new(script)
            .env("PATH", format!("{}:{path}", programs::folder().display()))
            .env("kept", self.folder.path().join("kept"))
            .env("institution", self.signed.manifest.institution.to_string())
            .env("backup", self.signed.manifest.backup.to_string())
            .env("identity", file)
            .env("trusted", trusted)
            .env("target", target.url().as_str())
            .output()
            .unwrap()
    }
}

fn said(output: &Output) -> String {
    let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
    text(&output.stdout) + &text(&output.stderr)
}

/// By either identity, and the same in the eyes of `pg_dump`.
#[tokio::test]
async fn the_runbook_restores_without_tenantry() {
    let kept = Kept::new().await;
    let public = kept.fleet.signer.public_text();
    for identity in &kept.fleet.organisation.texts {
        let target = Cluster::shared().await.create_database().await;
        let output = kept.restore(identity, &public, &target);
        let said = said(&output);
        assert!(output.status.success(), "{said}");
        for expected in ["Signature Verified Successfully", ".age: OK"] {
            assert!(said.contains(expected), "{said}");
        }
        let [before, after] = [&kept.database, &target]
            .map(|database| programs::dump_without_rights(database.url(), "inst_oak"));
        similar(&before, &after);
    }
}

/// Case 23: by the runbook too, nothing is restored that was changed, and not by strangers.
#[tokio::test]
async fn case_23_the_runbook_refuses_what_was_changed() {
    let kept = Kept::new().await;
    let target = Cluster::shared().await.create_database().await;
    let [identity, _] = &kept.fleet.organisation.texts;
    let public = kept.fleet.signer.public_text();
    let (stranger, _) = tenantry_backup::keys::generate_identity();
    let refused = kept.restore(&stranger, &public, &target);
    assert!(said(&refused).contains("no identity matched"), "{}", said(&refused));
    let others = tenantry_backup::note::Signer::generate().public_text();
    let refused = kept.restore(identity, &others, &target);
    assert!(said(&refused).contains("Signature Verification Failure"), "{}", said(&refused));
    // the manifest of another backup
    let manifest = kept.archive().with_file_name("manifest");
    let signed = fs::read(&manifest).unwrap();
    let institution = kept.signed.manifest.institution;
    let other = kept.fleet.back_up(institution, Uuid::now_v7(), b"rows").await.unwrap();
    fs::write(&manifest, &other.bytes).unwrap();
    assert!(!kept.restore(identity, &public, &target).status.success());
    fs::write(&manifest, signed).unwrap();
    let right = fs::read(kept.archive()).unwrap();
    let mut changed = right.clone();
    let middle = changed.len() / 2;
    changed[middle] ^= 1;
    fs::write(kept.archive(), changed).unwrap();
    let refused_too = kept.restore(identity, &public, &target);
    assert!(said(&refused_too).contains("FAILED"), "{}", said(&refused_too));
    assert!(!refused.status.success() && !refused_too.status.success());
    let there: bool = sqlx::query_scalar("select to_regnamespace('inst_oak') is not null")
        .fetch_one(&mut target.connect().await)
        .await
        .unwrap();
    assert!(!there);
    fs::write(kept.archive(), right).unwrap();
    assert!(kept.restore(identity, &public, &target).status.success());
}
