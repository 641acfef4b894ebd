//! Archives restored as the control plane does, into a managed database, and what hostile ones reach there.

use std::io::Cursor;

use sqlx::Executor as _;
use tenantry_backup::archive::{ArchiveReader, ArchiveWriter};
use tenantry_backup::restore::{Limits, Progress, RestoreError, restore_archive};
use tenantry_backup::write::WriteError;
use tenantry_pg::export::{Entry, Export, Sessions};
use tenantry_pg::sql::script;
use uuid::Uuid;

use crate::managed::{Managed, WEEK, ask, fence, ident};
use crate::oracle::{CHECKLIST, school};

/// What an institution's owner can make: the rest takes a superuser.
fn checklist() -> String {
    let superusers = ["leakproof", "language internal", "force row level security"];
    let kept = CHECKLIST.lines().filter(|line| !superusers.iter().any(|word| line.contains(word)));
    let text = kept.collect::<Vec<_>>().join("\n");
    text + "\ncreate function pinned() returns bigint language sql stable set search_path = inst_oak, pg_temp
              as 'select count(*) from pupil'; create table uses (n int check (pinned() >= 0)); insert into uses values (1);"
}

#[tokio::test]
async fn an_archive_lands_is_swapped_in_and_is_the_same() {
    let managed = Managed::new(&checklist()).await;
    let before = managed.contents("inst_oak").await;
    let archive = managed.archived().await;
    let landing = managed.landing().await;
    let reader = ArchiveReader::begin(Cursor::new(&archive)).unwrap();
    let mut seen: Vec<Progress> = Vec::new();
    let name = ident(&landing.schema_name);
    let restored =
        restore_archive(reader, &landing.url, &name, None, Limits::default(), |at| seen.push(at))
            .await
            .unwrap();
    assert_eq!((&restored.tables, &restored.left_out[..]), (&before.tables, &[][..]));
    let last = seen.last().unwrap();
    assert_eq!((last.tables_done, last.tables), (before.tables.len(), before.tables.len()));
    assert_eq!(last.bytes, before.tables.iter().map(|table| table.tally.bytes).sum::<u64>());
    let copy = managed.finish(&landing).await;
    managed.same(&copy.schema_name, &before).await;
    let mut admin = managed.admin().await;
    let path = |schema: &str| {
        format!(
            "select proconfig[1] from pg_proc where proname = 'pinned' and pronamespace = '{schema}'::regnamespace"
        )
    };
    assert_eq!(
        ask(&mut admin, &path(&copy.schema_name)).await,
        format!("search_path={}, pg_temp", copy.schema_name)
    );

    let replaced = Uuid::new_v4();
    managed.database.swap_schema(managed.oak.id, copy.id, replaced, WEEK, fence()).await.unwrap();
    assert_eq!(ask(&mut admin, &path("inst_oak")).await, "search_path=inst_oak, pg_temp");
    managed.same("inst_oak", &before).await;
    let old = format!("tenantry_replaced_{}", replaced.simple());
    managed.same(&old, &before).await;
    // the definer's function is the institution's own, and was one before
    let definer = "select prosecdef::text from pg_proc where proname = 'half' and pronamespace = 'inst_oak'::regnamespace";
    assert_eq!(ask(&mut admin, definer).await, "true");
}

/// A snapshot is made of the same statements as an archive, and is the same.
#[tokio::test]
async fn snapshots_are_the_same_as_what_they_were_made_of() {
    for text in [checklist(), school()] {
        let managed = Managed::new(&text).await;
        let before = managed.contents("inst_oak").await;
        let id = managed.oak.id;
        let copy =
            managed.database.snapshot_schema(id, Uuid::new_v4(), WEEK, fence()).await.unwrap();
        managed.same(&copy.schema_name, &before).await;
        managed.database.swap_schema(id, copy.id, Uuid::new_v4(), WEEK, fence()).await.unwrap();
        managed.same("inst_oak", &before).await;
    }
}

/// Cases 35 and 36: what an archive's code tries while it is restored has no effect anywhere.
#[tokio::test]
async fn case_36_code_in_an_archive_reaches_nothing() {
    let managed = Managed::new(
        "create table gained (what text);
         create function trap() returns boolean language plpgsql as 'begin return true; end';
         create function early(n int) returns int language plpgsql immutable as 'begin return n; end';
         create domain odd as int check (trap());
         create table bait (n int check (trap()), m odd, k int generated always as (early(n)) stored, d text default current_user);
         create index on bait (early(n));
         create materialized view filled as select early(n) from bait;
         insert into bait (n, m) values (1, 1);
         create function touched() returns trigger language plpgsql as 'begin return new; end';
         create trigger touch before insert on bait for each row execute function touched()",
    )
    .await;
    let mut admin = managed.admin().await;
    let rows = "select (select string_agg(p::text, ' ') from inst_other.pupil p) || (select count(*) from pg_roles where rolsuper)";
    let before = ask(&mut admin, rows).await;
    let attacks = [
        // one that is allowed: the others were tried, too
        "select 1",
        "set role tenantry_control",
        "set role tenantry_owner",
        "set role tenantry_schema_owner",
        "set session authorization tenantry_control",
        "alter role current_user superuser",
        "alter role current_user createrole",
        "insert into gained select name from inst_other.pupil",
        "drop schema inst_other cascade",
        "drop schema inst_oak cascade",
        "create extension citext",
        "alter role tenantry_control password 'x'",
        "copy gained from program 'id'",
        "copy gained from '/etc/passwd'",
        "insert into gained select lo_import('/etc/passwd')::text",
        "create role x",
        "select tenantry.run_script('inst_other', 'drop table pupil')",
        "create table public.loot (a int)",
        "create schema loot",
        "grant tenantry_schema_owner to current_user",
        "commit",
        "select pg_reload_conf()",
    ];
    let tries: String = attacks
        .iter()
        .map(|attack| {
            format!(
                "begin execute $a${attack}$a$; insert into gained values ($a${attack}$a$);
                 exception when others then null; end; "
            )
        })
        .collect();
    let mut export =
        Export::begin(&Sessions::new(&managed.url).unwrap(), &ident("inst_oak")).await.unwrap();
    let mut entries = export.entries().to_vec();
    for entry in entries.iter_mut().filter(|entry| entry.kind == "FUNCTION") {
        let body = match entry.tag.as_str() {
            // it may only read, and calls one that may do more; in an index there may be no path to it
            "early(integer)" => {
                "begin begin perform trap(); exception when others then null; end; return".to_owned()
            }
            _ => format!(
                "begin begin perform set_config('role', 'none', false); exception when others then null; end;
                 {tries} return"
            ),
        };
        assert!(entry.create.contains("$$begin return"), "{}", entry.create);
        entry.create = entry.create.replace("begin return", &body);
        entry.create = entry.create.replacen("$$", "$body$", 1).replace("end$$", "end$body$");
    }
    let archive = written(&mut export, &entries).await;
    let landing = managed.landing().await;
    managed.restore(&landing, &archive, None).await.unwrap();
    managed.finish(&landing).await;
    let name = &landing.schema_name;
    let look = format!("analyze {name}.bait; refresh materialized view {name}.filled");
    admin.execute(script(look)).await.unwrap();
    let gained = format!("select coalesce(string_agg(distinct what, '; '), '') from {name}.gained");
    assert_eq!(ask(&mut admin, &gained).await, "select 1");
    let ran = format!("select count(*) from {name}.bait");
    assert_eq!(ask(&mut admin, &ran).await, "1");
    assert_eq!(ask(&mut admin, rows).await, before);
}

/// An archive of these entries, and of the rows that an export has.
async fn written(export: &mut Export, entries: &[Entry]) -> Vec<u8> {
    let schema = ("inst_oak", "inst_oak");
    let mut archive = ArchiveWriter::begin(Vec::new(), "x", "15", schema, entries).unwrap();
    for (place, entry) in entries.iter().enumerate() {
        if entry.copy_from.is_some() {
            archive.begin_rows(place).unwrap();
            let took = export.rows(place, |piece| archive.rows(piece).map_err(WriteError::from));
            took.await.unwrap();
            archive.end_rows().unwrap();
        }
    }
    archive.finish().unwrap()
}

/// Case 36: statements that are not those of their kind are refused before anything is touched.
#[tokio::test]
async fn case_36_statements_of_another_kind_are_refused() {
    let managed =
        Managed::new("create table a (id int primary key); comment on table a is 'x'").await;
    for (kind, text) in [
        ("TABLE", "RESET ROLE"),
        ("TABLE", "CREATE TABLE a (id int); COMMIT; DROP SCHEMA inst_other CASCADE;"),
        ("TABLE", "COMMIT; DROP SCHEMA inst_other CASCADE;"),
        ("COMMENT", "CREATE EXTENSION citext;"),
        ("CONSTRAINT", "ALTER ROLE tenantry_control SUPERUSER;"),
        ("CONSTRAINT", "COPY a FROM PROGRAM 'id';"),
        ("TABLE", "DO $$ BEGIN RAISE 'x'; END $$;"),
        // one statement for us and two for the server is one that the server does not take
        (
            "TABLE",
            "CREATE TABLE a (id int, t text DEFAULT U&'\\'); COMMIT; CREATE TABLE b (t text DEFAULT '');",
        ),
    ] {
        let mut export =
            Export::begin(&Sessions::new(&managed.url).unwrap(), &ident("inst_oak")).await.unwrap();
        let mut entries = export.entries().to_vec();
        entries.iter_mut().find(|entry| entry.kind == kind).unwrap().create = text.into();
        let archive = written(&mut export, &entries).await;
        drop(export);
        let landing = managed.landing().await;
        let refused = managed.restore(&landing, &archive, None).await.unwrap_err();
        assert!(
            matches!(&refused, RestoreError::NotAllowed { .. } | RestoreError::Entry { .. }),
            "{text}: {refused}"
        );
        let mut admin = managed.admin().await;
        let left = format!(
            "select count(*) from pg_class where relnamespace = '{}'::regnamespace",
            landing.schema_name
        );
        assert_eq!(ask(&mut admin, &left).await, "0", "{text}");
        let there = "select count(*) from inst_other.pupil";
        assert_eq!(ask(&mut admin, there).await, "1", "{text}");
        while managed.database.drop_copy(landing.copy, managed.oak.id, fence()).await.unwrap() > 0 {
        }
    }
}

/// Case 36: more than may be is refused, of entries, statements and rows.
#[tokio::test]
async fn case_36_more_than_may_be_is_refused() {
    let managed = Managed::new("create table a (t text); insert into a select repeat('x', 1000) from generate_series(1, 50)").await;
    let archive = managed.archived().await;
    for (limits, said) in [
        (Limits { entries: 2, ..Limits::default() }, "entries"),
        (Limits { statement_bytes: 10, ..Limits::default() }, "statements"),
        (Limits { row_bytes: 20_000, ..Limits::default() }, "rows"),
    ] {
        let landing = managed.landing().await;
        let reader = ArchiveReader::begin(Cursor::new(&archive)).unwrap();
        let name = ident(&landing.schema_name);
        let refused =
            restore_archive(reader, &landing.url, &name, None, limits, |_| {}).await.unwrap_err();
        assert!(matches!(&refused, RestoreError::TooMuch(why) if why.contains(said)), "{refused}");
        let mut admin = managed.admin().await;
        let left =
            format!("select count(*) from pg_class where relnamespace = '{name}'::regnamespace");
        assert_eq!(ask(&mut admin, &left).await, "0");
    }
}

/// Some tables come with what they need and what is on them alone; what needs others is told.
#[tokio::test]
async fn single_tables_come_with_what_they_need() {
    let text = "create type level as enum ('a', 'b');
        create function twice(n int) returns int language sql immutable as 'select n * 2';
        create table pupil (id bigint generated always as identity primary key, level level default 'a', n int default twice(2));
        create table mark (id serial primary key, pupil_id bigint references pupil, before int references mark, at date);
        create index mark_at on mark (at); comment on column mark.at is 'when';
        create function touched() returns trigger language plpgsql as 'begin return new; end';
        create trigger touch before insert on mark for each row execute function touched();
        create table day (at date, n int, primary key (at)) partition by range (at);
        create table day_1 partition of day for values from ('2025-01-01') to ('2026-01-01');
        create index day_n on day (n);
        create view marks as select * from mark;
        insert into pupil default values; insert into mark (pupil_id) values (1), (1); insert into day values ('2025-05-05', 1)";
    let managed = Managed::new(text).await;
    let archive = managed.archived().await;
    let all = managed.contents("inst_oak").await;
    let restored = async |only: &[&str]| {
        let only: Vec<String> = only.iter().map(|name| (*name).to_owned()).collect();
        let landing = managed.landing().await;
        let restored = managed.restore(&landing, &archive, Some(&only)).await.unwrap();
        let mut admin = managed.admin().await;
        let name = &landing.schema_name;
        let made = format!(
            "select string_agg(relname, ' ' order by relname) from pg_class where relnamespace = '{name}'::regnamespace"
        );
        (restored, ask(&mut admin, &made).await, landing)
    };
    let (marks, made, landing) = restored(&["mark"]).await;
    assert_eq!(made, "mark mark_at mark_id_seq mark_pkey");
    assert_eq!(marks.left_out, ["TRIGGER mark touch", "FK CONSTRAINT mark mark_pupil_id_fkey"]);
    assert_eq!(
        marks.tables,
        all.tables.iter().filter(|t| t.name == "mark").cloned().collect::<Vec<_>>()
    );
    let mut admin = managed.admin().await;
    let next = format!("select nextval('{}.mark_id_seq')", landing.schema_name);
    assert_eq!(ask(&mut admin, &next).await, "3");
    let (_, made, _) = restored(&["pupil"]).await;
    assert_eq!(made, "pupil pupil_id_seq pupil_pkey");
    let (both, _, _) = restored(&["pupil", "mark"]).await;
    assert_eq!(both.left_out, ["TRIGGER mark touch"]);
    let (days, made, _) = restored(&["day"]).await;
    assert_eq!(made, "day day_1 day_1_n_idx day_1_pkey day_n day_pkey");
    assert_eq!(days.tables.len(), 1);
    let landing = managed.landing().await;
    let none = managed.restore(&landing, &archive, Some(&["nothing".into()])).await.unwrap_err();
    assert!(matches!(&none, RestoreError::NoSuchTable(names) if names == &["nothing"]), "{none}");
}

/// What takes a superuser is said, and nothing is left of it.
#[tokio::test]
async fn what_the_login_may_not_make_is_named() {
    let managed = Managed::new("create table a (id int)").await;
    let mut admin = managed.admin().await;
    admin
        .execute(script(
            "create function inst_oak.fast() returns int language sql leakproof as 'select 1'",
        ))
        .await
        .unwrap();
    let archive = managed.archived().await;
    let landing = managed.landing().await;
    let refused = managed.restore(&landing, &archive, None).await.unwrap_err();
    assert!(refused.to_string().starts_with("FUNCTION fast() cannot be restored"), "{refused}");
}

/// Case 35: functions in a schema that are called like the system's are not called by whoever exports or
/// compares it.
#[tokio::test]
async fn case_35_who_exports_a_schema_runs_nothing_of_it() {
    let trap =
        "$f$ begin insert into inst_oak.trace values (current_user); return '' || $1; end $f$";
    let names = [
        "format(text, name)",
        "format(text, name, text)",
        "quote_ident(name)",
        "format(text, regclass, name)",
    ];
    let traps: String = names
        .iter()
        .map(|name| format!("create function {name} returns text language plpgsql as {trap};\n"))
        .collect();
    let managed = Managed::new(&format!(
        "create table trace (who text); create table a (id serial); {traps}"
    ))
    .await;
    managed.contents("inst_oak").await;
    managed.archived().await;
    let oak = ident("inst_oak");
    tenantry_backup::compare::compare(
        &Sessions::new(&managed.url).unwrap(),
        &oak,
        &ident("inst_other"),
        1,
    )
    .await
    .unwrap();
    let traces = ask(&mut managed.admin().await, "select count(*) from inst_oak.trace").await;
    assert_eq!(traces, "0");
}
