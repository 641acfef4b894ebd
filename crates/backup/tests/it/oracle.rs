//! `pg_dump` as the oracle: a schema that was restored from our archive is for it the same as the one that
//! was archived, and its own archive lists the same things as ours.

use std::fs::File;
use std::io::BufWriter;

use sqlx::Executor as _;
use tempfile::TempDir;
use tenantry_backup::write::{Contents, write_archive};
use tenantry_pg::export::Export;
use tenantry_pg::sql::{Ident, script};
use tenantry_testkit::{Cluster, TestDatabase};

use crate::programs;

/// A schema of every kind of thing that an institution may have: each line of the checklist once.
const CHECKLIST: &str = include_str!("corpus/checklist.sql");

async fn made(text: &str) -> TestDatabase {
    let database = Cluster::shared().await.create_database().await;
    let mut admin = database.connect().await;
    admin.execute("create schema inst_oak; set search_path = inst_oak").await.unwrap();
    admin.execute(script(text)).await.unwrap();
    database
}

async fn archived(database: &TestDatabase, place: &TempDir) -> (std::path::PathBuf, Contents) {
    let path = place.path().join("oak.dump");
    let out = BufWriter::new(File::create(&path).unwrap());
    let schema = Ident::new("inst_oak").unwrap();
    let mut export = Export::begin(database.url(), &schema).await.unwrap();
    let (_, contents) = write_archive(&mut export, out).await.unwrap();
    export.finish().await.unwrap();
    (path, contents)
}

async fn survives(text: &str) {
    let database = made(text).await;
    let place = tempfile::tempdir().unwrap();
    let (ours, contents) = archived(&database, &place).await;
    let theirs = place.path().join("theirs.dump");
    programs::dump_archive(database.url(), "inst_oak", &theirs);
    similar_asserts(&programs::contents(&theirs).join("\n"), &programs::contents(&ours).join("\n"));
    assert!(contents.entries > 0);

    let other = Cluster::shared().await.create_database().await;
    programs::restore(other.url(), &ours);
    let (before, after) =
        (programs::dump(database.url(), "inst_oak"), programs::dump(other.url(), "inst_oak"));
    similar_asserts(&before, &after);
}

/// Names the first lines that differ.
fn similar_asserts(expected: &str, found: &str) {
    let (expected, found): (Vec<_>, Vec<_>) = (expected.lines().collect(), found.lines().collect());
    let missing: Vec<_> = expected.iter().filter(|line| !found.contains(line)).take(20).collect();
    let more: Vec<_> = found.iter().filter(|line| !expected.contains(line)).take(20).collect();
    assert!(
        missing.is_empty() && more.is_empty(),
        "missing: {missing:#?}\nnot expected: {more:#?}"
    );
    let differs = expected.iter().zip(&found).position(|(a, b)| a != b);
    if let Some(line) = differs {
        panic!("line {line}: {:#?}\n{:#?}", &expected[line..], &found[line..]);
    }
    assert_eq!(expected.len(), found.len());
}

#[tokio::test]
async fn the_checklist_survives() {
    survives(CHECKLIST).await;
}

#[tokio::test]
async fn the_school_survives() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/school/prisma/migrations");
    let mut migrations: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path().join("migration.sql"))
        .filter(|path| path.exists())
        .collect();
    migrations.sort();
    let text: String =
        migrations.iter().map(|path| std::fs::read_to_string(path).unwrap()).collect();
    survives(&text).await;
}
