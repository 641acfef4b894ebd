//! `pg_dump` as the oracle: a schema that was restored from our archive is for it the same as the one that
//! was archived, and its own archive lists the same things as ours.

use std::fs::File;
use std::io::BufWriter;

use sqlx::Executor as _;
use tempfile::TempDir;
use tenantry_backup::write::{Contents, write_archive};
use tenantry_pg::export::Export;
use tenantry_pg::sql::{Ident, script};
use tenantry_pg::{Situation, ddl};
use tenantry_testkit::{Cluster, TestDatabase};

use crate::programs;

/// A schema of every kind of thing that an institution may have: each line of the checklist once.
pub(crate) const CHECKLIST: &str = include_str!("corpus/checklist.sql");

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
    similar(&programs::contents(&theirs).join("\n"), &programs::contents(&ours).join("\n"));
    assert!(contents.entries > 0);

    let other = Cluster::shared().await.create_database().await;
    programs::restore(other.url(), &ours);
    let (before, after) =
        (programs::dump(database.url(), "inst_oak"), programs::dump(other.url(), "inst_oak"));
    similar(&before, &after);
}

/// Names the first lines that differ.
pub(crate) fn similar(expected: &str, found: &str) {
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

/// What the school's migrations make.
pub(crate) fn school() -> String {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/school/prisma/migrations");
    let mut migrations: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path().join("migration.sql"))
        .filter(|path| path.exists())
        .collect();
    migrations.sort();
    migrations.iter().map(|path| std::fs::read_to_string(path).unwrap()).collect()
}

#[tokio::test]
async fn the_school_survives() {
    survives(&school()).await;
}

/// Fail closed: what the exporter cannot write is named, all of it, and nothing is written.
#[tokio::test]
async fn what_cannot_be_written_is_refused_by_name() {
    let database = made(
        "create aggregate total (integer) (sfunc = int4pl, stype = integer);
         create operator === (leftarg = integer, rightarg = integer, function = int4eq);
         create type shape;
         create type row_form as (a integer);
         create table typed of row_form;
         create collation german from \"C\";",
    )
    .await;
    let schema = Ident::new("inst_oak").unwrap();
    let refused = Export::begin(database.url(), &schema).await.unwrap_err();
    assert_eq!(refused.situation(), Situation::Refused);
    let said = refused.to_string();
    for what in ["total(integer)", "pg_operator", "shape", "typed", "pg_collation"] {
        assert!(said.contains(what), "{what} is not in: {said}");
    }
    let gone = Export::begin(database.url(), &Ident::new("inst_gone").unwrap()).await.unwrap_err();
    assert_eq!(gone.situation(), Situation::NotFound);
}

/// A name that needs quotes everywhere, and tables called like the system's own.
#[tokio::test]
async fn names_that_need_quotes_survive() {
    let name = "We\"ird; schéma's";
    let schema = Ident::new(name).unwrap();
    let database = Cluster::shared().await.create_database().await;
    let mut admin = database.connect().await;
    admin.execute(ddl!("create schema {}", schema).into_sql()).await.unwrap();
    sqlx::query("select set_config('search_path', $1, false)")
        .bind(schema.to_string())
        .execute(&mut admin)
        .await
        .unwrap();
    admin
        .execute(
            "create table \"pg\"\"class\" (\"a b\" serial, \"select\" text default 'it''s \\ x');
             create table pg_catalogue (id integer);
             insert into \"pg\"\"class\" (\"select\") values ('ü\\n'), (null);
             comment on column \"pg\"\"class\".\"a b\" is 'x''y';
             grant select on \"pg\"\"class\" to public",
        )
        .await
        .unwrap();
    let place = tempfile::tempdir().unwrap();
    let path = place.path().join("odd.dump");
    let mut export = Export::begin(database.url(), &schema).await.unwrap();
    write_archive(&mut export, BufWriter::new(File::create(&path).unwrap())).await.unwrap();
    let other = Cluster::shared().await.create_database().await;
    programs::restore(other.url(), &path);
    let pattern = schema.to_string();
    similar(&programs::dump(database.url(), &pattern), &programs::dump(other.url(), &pattern));
}

/// What is described is what is copied: rows that are committed while a table's lock is waited for are in
/// the archive, and what its tally says is what is in it.
#[tokio::test]
async fn the_snapshot_is_taken_after_the_locks() {
    let database = made("create table pupil (id integer); insert into pupil values (1)").await;
    let mut other = database.connect().await;
    other.execute("begin; lock table inst_oak.pupil in access exclusive mode").await.unwrap();
    other.execute("insert into inst_oak.pupil values (2)").await.unwrap();
    let place = tempfile::tempdir().unwrap();
    let mut watcher = database.connect().await;
    let commit = async {
        while !sqlx::query_scalar::<_, bool>(
            "select exists (select from pg_locks l join pg_class c on c.oid = l.relation
                            where not granted and c.relname = 'pupil')",
        )
        .fetch_one(&mut watcher)
        .await
        .unwrap()
        {
            tokio::task::yield_now().await;
        }
        other.execute("commit").await.unwrap();
    };
    let ((_, contents), ()) = tokio::join!(archived(&database, &place), commit);
    assert_eq!((contents.tables[0].name.as_str(), contents.tables[0].tally.rows), ("pupil", 2));
}
