//! `pg_dump` as the oracle: a schema that was restored from our archive is for it the same as the one that
//! was archived, and its own archive lists the same things as ours.

use std::collections::HashSet;
use std::fs::File;
use std::io::BufWriter;

use sqlx::Executor as _;
use tempfile::TempDir;
use tenantry_backup::write::{Contents, contents, write_archive};
use tenantry_pg::export::{Export, Sessions};
use tenantry_pg::sql::{Ident, script};
use tenantry_pg::{Situation, ddl};
use tenantry_testkit::{Cluster, TestDatabase};

use crate::programs;
use crate::restore::brought_back;

/// A schema of every kind of thing that an institution may have.
pub(crate) const CHECKLIST: &str = include_str!("corpus/checklist.sql");

/// What only few have; with [`CHECKLIST`] each line of the checklist at least once.
pub(crate) const RARE: &str = include_str!("corpus/rare.sql");

/// What newer versions of PostgreSQL brought, and which.
const SINCE: [(u32, &str); 3] = [
    (16, include_str!("corpus/since_16.sql")),
    (17, include_str!("corpus/since_17.sql")),
    (18, include_str!("corpus/since_18.sql")),
];

/// The rare things, and what of the newer ones the server has.
pub(crate) async fn rare() -> String {
    let major = Cluster::shared().await.version() / 10_000;
    let newer = SINCE.iter().filter(|(since, _)| *since <= major).map(|(_, text)| *text);
    std::iter::once(RARE).chain(newer).collect::<Vec<_>>().join("\n")
}

/// A database with what the rare things need beside their schema.
pub(crate) async fn furnished() -> TestDatabase {
    let database = Cluster::shared().await.create_database().await;
    let mut admin = database.connect().await;
    // roles and tablespaces are the cluster's; another test may have made them
    admin.execute("set allow_in_place_tablespaces = on").await.unwrap();
    for statement in [
        "create role tenantry_oracle_a",
        "create role tenantry_oracle_b",
        "create tablespace other_place location ''",
    ] {
        if let Err(why) = admin.execute(statement).await {
            let code = why.as_database_error().and_then(|e| e.code()).unwrap_or_default();
            // there, or being made this moment
            assert!(["42710", "23505", "58P01", "42P07"].contains(&&*code), "{why}");
        }
    }
    admin.execute(include_str!("corpus/beside.sql")).await.unwrap();
    database
}

async fn made(text: &str) -> TestDatabase {
    made_in(Cluster::shared().await.create_database().await, text).await
}

pub(crate) async fn made_in(database: TestDatabase, text: &str) -> TestDatabase {
    let mut admin = database.connect().await;
    admin.execute("create schema inst_oak; set search_path = inst_oak").await.unwrap();
    admin.execute(script(text)).await.unwrap();
    database
}

async fn archived(database: &TestDatabase, place: &TempDir) -> (std::path::PathBuf, Contents) {
    let path = place.path().join("oak.dump");
    let out = BufWriter::new(File::create(&path).unwrap());
    let schema = Ident::new("inst_oak").unwrap();
    let mut export = Export::begin(&Sessions::new(database.url()).unwrap(), &schema).await.unwrap();
    let (_, contents) = write_archive(&mut export, out, &mut |_| {}).await.unwrap();
    export.finish().await.unwrap();
    (path, contents)
}

async fn survives(name: &str, text: &str) {
    let database = made(text).await;
    let other = Cluster::shared().await.create_database().await;
    comes_back(name, &database, &other).await;
}

/// Both archives list the same and the restored schema is the same, line by line; prints the score.
async fn comes_back(name: &str, database: &TestDatabase, other: &TestDatabase) {
    let place = tempfile::tempdir().unwrap();
    let (ours, contents) = archived(database, &place).await;
    let theirs = place.path().join("theirs.dump");
    programs::dump_archive(database.url(), "inst_oak", &theirs);
    let listed = programs::contents(&theirs, "inst_oak");
    similar(&listed.join("\n"), &programs::contents(&ours, "inst_oak").join("\n"));
    assert_eq!(contents.entries, listed.len());
    programs::restore(other.url(), &ours);
    let (before, after) =
        (programs::dump(database.url(), "inst_oak"), programs::dump(other.url(), "inst_oak"));
    similar(&before, &after);
    let kinds: HashSet<&str> = contents.objects.iter().map(|o| o.kind.as_str()).collect();
    println!(
        "score of {name} on PostgreSQL {}: {} of {} entries of {} kinds, {} of {} lines",
        Cluster::shared().await.version() / 10_000,
        contents.entries,
        listed.len(),
        kinds.len(),
        after.lines().count(),
        before.lines().count(),
    );
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
    survives("the checklist", CHECKLIST).await;
}

#[tokio::test]
async fn the_rare_things_survive() {
    let database = made_in(furnished().await, &rare().await).await;
    comes_back("the rare things", &database, &furnished().await).await;
}

/// What a schema's form is made of, as text.
fn listed(export: &Export) -> String {
    let entries =
        export.entries().iter().filter(|e| !matches!(e.kind.as_str(), "ACL" | "DEFAULT ACL"));
    let entries = entries.filter(|e| !e.is_of_schema_itself());
    // where a function looks names up is written anew
    let own = format!("SET search_path TO '{}'\n", export.quoted_schema());
    entries
        .map(|e| (e, e.create.replace(&own, "SET search_path TO .\n").replace('\n', " ")))
        .map(|(e, text)| format!("{} {} {text}\n", e.kind, e.tag))
        .collect()
}

/// Nothing in the statements names the schema, as the living one is not there when they are run again.
#[tokio::test]
async fn the_rare_things_come_back_under_another_name() {
    let database = made_in(furnished().await, &rare().await).await;
    let schema = Ident::new("inst_oak").unwrap();
    let mut export = Export::begin(&Sessions::new(database.url()).unwrap(), &schema).await.unwrap();
    let (archive, before) = write_archive(&mut export, Vec::new(), &mut |_| {}).await.unwrap();
    let forms = listed(&export);
    export.finish().await.unwrap();
    let other = furnished().await;
    let name = Ident::new("inst_elm").unwrap();
    brought_back(&other, &archive, &name).await.unwrap();
    let mut export = Export::begin(&Sessions::new(other.url()).unwrap(), &name).await.unwrap();
    let after = contents(&mut export).await.unwrap();
    similar(&forms, &listed(&export));
    assert_eq!((before.form, before.tables), (after.form, after.tables));
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
    survives("the school", &school()).await;
}

/// What no statement makes here: labels need a provider in the server, and an index that was not finished is of no use.
#[tokio::test]
async fn labels_are_written_and_unfinished_indexes_are_not() {
    let database = made(
        "create table pupil (id integer, name text);
         create view pupils as select * from pupil;
         create function twice(integer) returns integer language sql as 'select $1 * 2';
         create index unfinished on pupil (id);
         set allow_system_table_mods = on;
         update pg_index set indisvalid = false where indexrelid = 'unfinished'::regclass;
         insert into pg_seclabel values
           ('pupil'::regclass, 'pg_class'::regclass, 0, 'guard', 'it''s kept'),
           ('pupil'::regclass, 'pg_class'::regclass, 2, 'guard', 'name'),
           ('pupil'::regclass, 'pg_class'::regclass, 2, 'other guard', 'name again'),
           ('pupils'::regclass, 'pg_class'::regclass, 0, 'guard', 'seen'),
           ('twice(integer)'::regprocedure, 'pg_proc'::regclass, 0, 'guard', 'run'),
           ('inst_oak'::regnamespace, 'pg_namespace'::regclass, 0, 'guard', 'home')",
    )
    .await;
    let place = tempfile::tempdir().unwrap();
    let (ours, _) = archived(&database, &place).await;
    let theirs = place.path().join("theirs.dump");
    programs::dump_archive(database.url(), "inst_oak", &theirs);
    similar(
        &programs::contents(&theirs, "inst_oak").join("\n"),
        &programs::contents(&ours, "inst_oak").join("\n"),
    );
    let labels = |file| -> Vec<String> {
        let text = programs::statements(file).replace("inst_oak.", "");
        let mut lines: Vec<_> =
            text.lines().filter(|line| line.starts_with("SECURITY")).map(String::from).collect();
        lines.sort();
        lines
    };
    assert_eq!((labels(&ours).len(), labels(&ours)), (6, labels(&theirs)));
    assert!(!programs::statements(&ours).contains("unfinished"));
}

/// Fail closed: what the exporter cannot write is named, all of it, and nothing is written. A name that the system
/// has too could only be written with the schema's name before it; and PostgreSQL may one day keep things in a schema
/// of which we know nothing.
#[tokio::test]
async fn what_cannot_be_written_is_refused_by_name() {
    let database = made(
        "create table inst_oak.pg_class (id integer);
         create type inst_oak.int4 as enum ('one');
         create function inst_oak.lower(text) returns text language sql as 'select $1';
         create operator inst_oak.+ (leftarg = integer, rightarg = integer, function = int4pl);
         create text search configuration inst_oak.english (parser = pg_catalog.default);
         set allow_system_table_mods = on;
         insert into pg_catalog.pg_depend
         select 'pg_catalog.pg_am'::regclass, 2, 0, 'pg_catalog.pg_namespace'::regclass, 'inst_oak'::regnamespace, 0, 'n';",
    )
    .await;
    let schema = Ident::new("inst_oak").unwrap();
    let refused =
        Export::begin(&Sessions::new(database.url()).unwrap(), &schema).await.unwrap_err();
    assert_eq!(refused.situation(), Situation::Refused);
    let said = refused.to_string();
    for what in [
        "the relation pg_class (the system has something of the same name)",
        "the type int4",
        "the function lower(text)",
        "the operator inst_oak.+(integer,integer)",
        "the text search configuration inst_oak.english",
        "access method heap (objects of this kind are not written yet)",
    ] {
        assert!(said.contains(what), "{what} is not in: {said}");
    }
    let gone =
        Export::begin(&Sessions::new(database.url()).unwrap(), &Ident::new("inst_gone").unwrap())
            .await
            .unwrap_err();
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
    let mut export = Export::begin(&Sessions::new(database.url()).unwrap(), &schema).await.unwrap();
    write_archive(&mut export, BufWriter::new(File::create(&path).unwrap()), &mut |_| {})
        .await
        .unwrap();
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
