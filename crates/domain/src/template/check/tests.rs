//! What is refused, on which line and under which code; and what must never be.

use super::super::refusal::RefusalCode::{self, *};
use super::*;

const GOOD: &str = include_str!("good.sql");

fn look(sql: &str) -> Vec<(u32, RefusalCode)> {
    reasons(sql).into_iter().map(|it| (it.line, it.code)).collect()
}

fn reasons(sql: &str) -> Vec<Refusal> {
    let (name, path) = ("m".to_owned(), "m.sql".to_owned());
    check(&[Migration { name, path, checksum: String::new(), text: sql.to_owned() }])
}

/// Every statement must be refused under this code, and under no other.
fn refused(code: RefusalCode, statements: &str) {
    for sql in one_by_one(statements) {
        let codes: Vec<_> = look(sql).into_iter().map(|(_, code)| code).collect();
        assert!(!codes.is_empty() && codes.iter().all(|it| *it == code), "{sql}: {codes:?}");
    }
}

/// The statements of a list: one to a line, or several when none of them has a body.
fn one_by_one(statements: &str) -> Vec<&str> {
    let mut all = Vec::new();
    for line in statements.lines().map(str::trim).filter(|line| !line.is_empty()) {
        if line.contains('$') || line.contains("atomic") {
            all.push(line);
        } else {
            all.extend(line.split("; "));
        }
    }
    all
}

fn accepted(statements: &str) {
    for sql in statements.lines() {
        assert_eq!(reasons(sql), [], "{sql}");
    }
}

#[test]
fn ordinary_sql_passes() {
    assert_eq!(reasons(GOOD), []);
    assert_eq!(reasons(&GOOD.replace('\n', "\r\n")), []);
    assert_eq!(reasons(&format!("\u{feff}{GOOD}")), []);
    assert_eq!(reasons(""), []);
    assert_eq!(reasons("-- nothing yet"), []);
}

#[test]
fn transactions_are_refused() {
    refused(
        TransactionControl,
        "begin; start transaction isolation level serializable
         commit; commit prepared 'x'; rollback prepared 'x'
         end
         rollback; abort; rollback to savepoint a; rollback to a
         savepoint a; release savepoint a; prepare transaction 'x'
         set transaction read only
         set session characteristics as transaction read only
         set default_transaction_isolation = 'serializable'
         select set_config('transaction_isolation', 'serializable', true)
         create procedure p() language plpgsql as $$ begin commit; end $$
         create procedure p() language plpgsql as $$ begin select 1 into strict a; rollback; end $$
         do $$ begin commit and chain; end $$",
    );
}

#[test]
fn search_path_and_role_are_refused() {
    refused(
        SearchPathChange,
        "set search_path = x
         set local search_path to x, y; set session Search_Path from current
         set \"search_path\" to default; set U&\"search\\005fpath\" = x
         reset search_path; reset all; discard all; discard temp
         set schema 'x'
         set role x; set local role none; reset role
         set session authorization x; reset session authorization
         select set_config('search_path', '', false)
         select pg_catalog.set_config(setting_name => 'ROLE', new_value => 'x', is_local => true)
         select set_config('search' || '_path', '', false)
         select set_config(name, setting, false) from pg_settings
         create function f() returns int language sql set search_path = x as 'select 1'
         create function f() returns int language sql set role from current return 1
         alter function f() set search_path to x; alter function f() reset all
         do $$ begin set local search_path = x; end $$
         do $$ begin perform set_config('search_path', 'x', true); end $$
         do $$ begin execute 'set search_path to x'; end $$
         do $$ begin execute format('set local search_path to %I', x); end $$
         do $$ begin select 1 into strict a; set role x; end $$
         do $$ begin select set_config('search_path', 'x', true) into strict a; end $$
         do $$ begin select set_config(a, 'x', true) into strict a; end $$
         do $$ begin for r in execute 'reset all' loop null; end loop; end $$
         do $$ begin return query execute 'set session authorization x'; end $$
         do $$ begin do $x$ begin set role a; end $x$; end $$",
    );
    // pinned to the schema that the script fills: the safest there is
    accepted(
        "create function f() returns int language sql set search_path from current return 1
         alter function f() set search_path from current",
    );
    refused(
        SettingChange,
        "set standard_conforming_strings = off
         set client_encoding = 'latin1'
         select set_config('backslash_quote', 'on', true)",
    );
}

#[test]
fn names_outside_the_schema_are_refused() {
    refused(ForeignName, include_str!("foreign.sql"));
    accepted(
        "create table t (a pg_catalog.int4 default pg_catalog.nextval('s'))
         select t.a, (t.b).c, new.a from pg_catalog.pg_class c, information_schema.tables t
         alter sequence s owned by t.a; comment on column t.a is 'x'
         select 'pg_catalog.int4'::regtype, '1.5'::numeric, 'a.b'::text
         create function f(a t) returns int language sql begin atomic select f.a.b; end",
    );
}

#[test]
fn what_belongs_to_the_server_is_refused() {
    refused(
        ClusterWide,
        "create extension pgcrypto; create extension if not exists citext with schema public
         drop extension x; alter extension x update; comment on extension x is 'y'
         create database x; alter database x set search_path = y; drop database x
         create role x; alter role x set search_path = y; drop role x; create user x; drop group x
         comment on database x is 'y'; comment on role x is 'y'
         create tablespace x location '/x'; create table t (a int) tablespace x
         alter table t set tablespace x; create index i on t (a) tablespace x
         create table t (a int primary key using index tablespace x)
         create subscription s connection 'x' publication p; create publication p for all tables
         create event trigger e on ddl_command_start execute function f()
         create language l; create foreign data wrapper w; create server s foreign data wrapper w
         create user mapping for x server s; create cast (a as b) without function
         create access method a type index handler h; create transform for a language b (from sql with function f(internal))
         alter system set x = 1; checkpoint; load 'x'; reassign owned by a to b; drop owned by a
         security label on table t is 'x'; listen x; unlisten x; notify x, 'y'
         copy t from '/tmp/x'; copy t to program 'x'; copy (select 1) to '/tmp/x'
         select lo_create(0); select pg_catalog.lo_import('/x'); alter large object 1 owner to x
         select pg_read_file('/x'); select pg_notify('a', 'b'); select pg_terminate_backend(1)
         analyze; analyze verbose
         do $$ begin create role x; end $$
         do $$ begin execute 'create role x'; end $$
         do $$ begin execute format('alter system set x = %L', a); end $$
         do $$ begin select 1 into strict a; copy t to program 'x'; perform lo_unlink(1); end $$
         create function f() returns void language sql as $$ notify x $$",
    );
    refused(
        Rights,
        "grant select on t to x; grant a to b; revoke all on t from public
         alter default privileges grant select on tables to x
         alter table t owner to x; alter type t owner to current_user
         do $$ begin grant select on t to x; end $$
         do $$ begin execute 'grant select on t to x'; end $$
         do $$ begin execute 'alter table t owner to x'; end $$",
    );
}

#[test]
fn what_cannot_share_a_transaction_is_refused() {
    refused(
        NeedsOwnTransaction,
        "create index concurrently i on t (a); drop index concurrently i
         create unique index concurrently if not exists i on t (a)
         refresh materialized view concurrently v; reindex table concurrently t
         reindex (concurrently) index i; reindex index concurrently i
         alter table t detach partition p concurrently
         vacuum; vacuum full t; vacuum (analyze) t; reindex database x; reindex system x
         cluster; cluster verbose",
    );
}

#[test]
fn the_other_codes() {
    refused(
        DefinerFunction,
        "create function f() returns int language sql security definer as 'select 1'
         create procedure p() language plpgsql external security definer as $$ begin end $$
         alter function f() security definer
         do $$ begin execute 'alter function f() security definer'; end $$",
    );
    refused(
        UntrustedLanguage,
        "create function f() returns int language c as 'x', 'y'
         create function f() returns int language 'plpython3u' as 'return 1'
         do language plperlu $$ system('x') $$",
    );
    refused(
        Temporary,
        "create temp table t (a int); create temporary view v as select 1
         create temporary sequence s; select 1 into temp t; create temp table t as select 1
         do $$ begin create temp table t (a int); end $$",
    );
    refused(NeedsClient, "copy t from stdin; copy t to stdout\n copy t (a, b) from stdin csv");
    refused(
        Unparsable,
        "creat table t (a int)
         create table t (a int
         select 'unfinished
         select 1 /* unfinished
         do $$ begin end
         \\connect other
         select 1 \\g
         \\restrict abc
         create table ${schema}.t (a int)
         select '\0'",
    );
    assert_eq!(look(&format!("select {}1{}", "(".repeat(2_000), ")".repeat(2_000))).len(), 1);
    assert_eq!(look(&" ".repeat(LARGEST + 1)), [(1, Unparsable)]);
}

#[test]
fn constants_that_only_look_dangerous_pass() {
    accepted(
        "do $$ begin raise notice 'please create role x, then grant it'; end $$
         do $$ begin execute 'update t set role = $1, x = 2 where a is distinct from b.c'; end $$
         do $$ begin execute format('select * from %I.%I', s, t); end $$
         do $$ begin select extract(year from n.at) into strict y from t; end $$
         do $$ begin select pg_catalog.now(), a.b[1:c.d], e::pg_catalog.int4 into strict y; end $$
         create function f() returns void language sql as $$ create temp table t (a int) $$
         create function f() returns void language plpgsql as $$ begin create temp table t (a int); end $$
         do $$ begin execute format('select %I.f(%L), %s.g(1)', s, x); end $$
         insert into t values ('set search_path = x', 'public.t', $$ drop role x $$)
         -- begin; drop database x; \\connect
         /* commit */ select 1",
    );
}

#[test]
fn lines_are_those_of_the_offending_word() {
    let sql = "-- é\u{1F600}\ncreate table t (\n  a int,\n  b int references public.x (id)\n);\n\n\
               /* two\n lines */ grant all on t to x;\nselect 1\n\n  ;\n";
    let expected = [(4, ForeignName), (8, Rights)];
    assert_eq!(look(sql), expected);
    assert_eq!(look(&sql.replace('\n', "\r\n")), expected);
    assert_eq!(look(&format!("\u{feff}{sql}")), expected);

    let body = "create function f() returns int\nlanguage plpgsql as $x$\ndeclare\n  é int;\nbegin\n  \
                select a into strict é from public.t;\n  do $y$\n  begin\n    set role x;\n  end $y$;\n  \
                execute 'select 1\n    from public.u';\nend $x$;\nselect public.g();";
    let expected = [(6, ForeignName), (9, SearchPathChange), (12, ForeignName), (14, ForeignName)];
    assert_eq!(look(body), expected);
    assert_eq!(look(&body.replace('\n', "\r\n")), expected);
    assert_eq!(look("select 1;\n\nselect from from;"), [(3, Unparsable)]);
    assert_eq!(look("select 1;\n\\i x\nselect 1;\n\\i y\n"), [(2, Unparsable), (4, Unparsable)]);
}

#[test]
fn reasons_name_what_is_wrong_and_what_to_do() {
    let reason = |sql| reasons(sql).first().map(|it| it.reason.clone()).unwrap_or_default();
    assert_eq!(
        reason("create extension if not exists pgcrypto"),
        "CREATE EXTENSION: an extension belongs to the whole database: leave it out and ask the \
         database administrator to install it once per database"
    );
    assert_eq!(
        reason("select * from public.students"),
        "public.students reaches out of the institution's schema: write students alone, which is \
         found in the institution's own schema"
    );
    assert!(reason("comment on database x is 'y'").starts_with("COMMENT ON DATABASE: "));
    assert!(reason("copy t from '/x'").starts_with("COPY with a file or a program: "));
    assert!(reason("drop event trigger x").starts_with("DROP EVENT TRIGGER: "));
    assert!(reason("reset all").starts_with("RESET ALL: "));
}

#[test]
fn all_refusals_are_given_up_to_the_cap_and_in_order() {
    assert_eq!(look("begin;\ncreate role x;\nselect public.f();\ncommit;").len(), 4);
    let many = "begin;\n".repeat(500);
    let found = reasons(&many);
    assert_eq!(found.len(), 500);
    assert!(found.is_sorted_by_key(|it| it.line));
}

/// What would overflow the stack or take minutes ends in an answer; which one matters less.
#[test]
fn hostile_nesting_gets_an_answer() {
    let repeated = [
        "not ",
        "- ",
        "explain ",
        "a + ",
        "a.",
        "case when a then ",
        "(",
        "f(",
        "[",
        "select (",
        "begin ",
        "do $$ ",
        "create schema a ",
        "select 1 union ",
        "if a then ",
        "/*",
        "a join ",
    ];
    for part in repeated {
        for times in [400, 1_400] {
            let text = part.repeat(times);
            let _ = look(&format!("select {text}"));
            let _ = look(&format!("do $x$ begin {text} end $x$"));
        }
    }
}
