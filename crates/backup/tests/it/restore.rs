//! Archives brought back by us: under another name, whole or not at all.

use std::io::Cursor;

use sqlx::Executor as _;
use tenantry_backup::archive::{ArchiveReader, ReadError};
use tenantry_backup::restore::{Limits, RestoreError, Restored, restore_archive};
use tenantry_backup::write::{Contents, contents, write_archive};
use tenantry_pg::ddl;
use tenantry_pg::export::{Export, Sessions};
use tenantry_pg::sql::{Ident, script};
use tenantry_testkit::{Cluster, TestDatabase};

use crate::oracle::{CHECKLIST, similar};
use crate::programs;

fn ident(name: &str) -> Ident {
    Ident::new(name).unwrap()
}

async fn archived(text: &str) -> (TestDatabase, Vec<u8>, Contents) {
    let database = Cluster::shared().await.create_database().await;
    let mut admin = database.connect().await;
    admin.execute("create schema inst_oak; set search_path = inst_oak").await.unwrap();
    admin.execute(script(text)).await.unwrap();
    let mut export =
        Export::begin(&Sessions::new(database.url()).unwrap(), &ident("inst_oak")).await.unwrap();
    let (archive, contents) = write_archive(&mut export, Vec::new(), &mut |_| {}).await.unwrap();
    export.finish().await.unwrap();
    (database, archive, contents)
}

async fn restored(database: &TestDatabase, archive: &[u8], name: &str) -> Result<(), RestoreError> {
    brought_back(database, archive, &ident(name)).await.map(|_| ())
}

/// Makes the schema where it is missing and brings an archive back in it, or takes the schema away again, which
/// is empty.
pub(crate) async fn brought_back(
    database: &TestDatabase,
    archive: &[u8],
    name: &Ident,
) -> Result<Restored, RestoreError> {
    let archive = ArchiveReader::begin(Cursor::new(archive))?;
    let mut admin = database.connect().await;
    admin.execute(ddl!("create schema if not exists {}", name).into_sql()).await.unwrap();
    let limits = Limits::default();
    let restored = restore_archive(archive, database.url(), name, None, limits, |_| {}).await;
    if restored.is_err() {
        let empty = admin.execute(ddl!("drop schema {}", name).into_sql()).await;
        assert!(empty.is_ok() || name.raw() == "inst_oak", "{empty:?}");
    }
    restored
}

async fn there_is(database: &TestDatabase, schema: &str) -> bool {
    sqlx::query_scalar("select exists (select from pg_namespace where nspname = $1)")
        .bind(schema)
        .fetch_one(&mut database.connect().await)
        .await
        .unwrap()
}

#[tokio::test]
async fn beside_the_living_one_it_is_the_same_under_another_name() {
    let (database, archive, before) = archived(CHECKLIST).await;
    restored(&database, &archive, "inst_oak_restored").await.unwrap();
    let mut export =
        Export::begin(&Sessions::new(database.url()).unwrap(), &ident("inst_oak_restored"))
            .await
            .unwrap();
    let after = contents(&mut export).await.unwrap();
    assert_eq!((&before.form, &before.tables), (&after.form, &after.tables));
    // and for pg_dump too; a comment on the schema stays with it
    let mut admin = database.connect().await;
    admin.execute("comment on schema inst_oak is null").await.unwrap();
    let text =
        |name: &str| programs::dump_without_rights(database.url(), name).replace(name, "inst_oak");
    similar(&text("inst_oak"), &text("inst_oak_restored"));
}

/// A difference of one row, one column or one default is seen.
#[tokio::test]
async fn what_differs_is_seen() {
    let (database, archive, before) =
        archived("create table a (id integer, t text); insert into a values (1, 'x'), (2, 'y')")
            .await;
    restored(&database, &archive, "inst_b").await.unwrap();
    let mut admin = database.connect().await;
    for (change, form, rows) in [
        ("update inst_b.a set t = 'z' where id = 2", true, false),
        ("update inst_b.a set t = 'y' where id = 2", true, true),
        ("alter table inst_b.a alter t set default 'q'", false, true),
        ("alter table inst_b.a alter t drop default", true, true),
        ("insert into inst_b.a values (2, 'y')", true, false),
    ] {
        admin.execute(change).await.unwrap();
        let mut export =
            Export::begin(&Sessions::new(database.url()).unwrap(), &ident("inst_b")).await.unwrap();
        let now = contents(&mut export).await.unwrap();
        assert_eq!(
            (now.form == before.form, now.tables == before.tables),
            (form, rows),
            "{change}"
        );
    }
}

/// Case 23's half of the archive: one that was cut off anywhere is refused, and nothing of it stays.
#[tokio::test]
async fn case_23_an_archive_that_was_cut_off_leaves_nothing() {
    let (database, archive, _) = archived("create table a (id integer, t text); insert into a select n, repeat('x', 50) from generate_series(1, 20) n").await;
    for length in (0..archive.len()).step_by(31) {
        assert!(
            restored(&database, &archive[..length], "inst_cut").await.is_err(),
            "{length} bytes"
        );
    }
    let more = [&archive[..], b"x"].concat();
    assert!(restored(&database, &more, "inst_cut").await.is_err());
    assert!(!there_is(&database, "inst_cut").await);
    restored(&database, &archive, "inst_cut").await.unwrap();
}

/// Case 36: what an archive lists beyond what we write is refused before anything is touched, and nonsense
/// takes neither memory nor the process.
#[tokio::test]
async fn case_36_what_we_never_write_is_refused() {
    let (database, archive, _) = archived("create table a (id integer)").await;
    let at = archive.windows(5).position(|bytes| bytes == b"TABLE").unwrap();
    let mut other = archive.clone();
    other[at..at + 5].copy_from_slice(b"EVENT");
    let refused = restored(&database, &other, "inst_bad").await.unwrap_err();
    assert!(
        matches!(&refused, RestoreError::NotAllowed { kind, .. } if kind == "EVENT"),
        "{refused}"
    );
    // a text of 2 GB is announced and does not come
    let mut long = archive.clone();
    long[at - 4..at].copy_from_slice(&i32::MAX.to_le_bytes());
    let refused = restored(&database, &long, "inst_bad").await.unwrap_err();
    assert!(matches!(refused, RestoreError::Archive(ReadError::Format(_))), "{refused}");
    assert!(!there_is(&database, "inst_bad").await);
}

#[tokio::test]
async fn a_name_that_is_taken_is_left_alone() {
    let (database, archive, _) = archived("create table a (id integer)").await;
    let refused = restored(&database, &archive, "inst_oak").await.unwrap_err();
    assert!(refused.to_string().contains("is not empty"), "{refused}");
}

/// An entry that cannot be made is named, and nothing of the schema stays.
#[tokio::test]
async fn an_entry_that_cannot_be_made_undoes_the_rest() {
    let text =
        "create function public.outside(integer) returns boolean language sql as 'select true';
                create table a (id integer);
                create table b (id integer check (public.outside(id)))";
    let (_, archive, _) = archived(text).await;
    let elsewhere = Cluster::shared().await.create_database().await;
    let refused = restored(&elsewhere, &archive, "inst_oak").await.unwrap_err();
    assert!(refused.to_string().starts_with("TABLE b cannot be restored"), "{refused}");
    assert!(!there_is(&elsewhere, "inst_oak").await);
}
