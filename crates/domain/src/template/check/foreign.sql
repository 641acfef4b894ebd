create table public.t (a int)
create table t (a public.x); create table t (a public.x[])
create table t (a int references public.x (id))
create table t (a int default public.f())
create table t (a int default nextval('public.s'))
create table t (a int default nextval('public.s'::text::regclass))
create table t (a text collate public.c); create table t (like public.x)
create table t partition of public.x default; create table t () inherits (public.x)
alter table t add foreign key (a) references "Public"."X" (id)
alter table public.t add column a int; alter table t alter a type public.x
alter table t set schema x
create index i on public.t (a); create index i on t (a public.ops)
create view v as select * from public.t; create view v as select t.a from t join x.u on true
create view v as select public.t.a from t; create view v as select public.t.* from t
select 'public.x'::regclass; select regclass 'public.x'; select cast('x.f()' as regprocedure)
select to_regclass('x.y'), pg_get_serial_sequence('x.y', 'id')
select public.f(1); select * from public.f(1) f; call public.p()
select 1 operator(public.+) 2; select a::public.x
insert into public.t values (1); update x.t set a = 1; delete from x.t; truncate t, x.u
merge into t using x.s on true when matched then delete
with q as (delete from x.t returning *) select 1
create trigger a after insert on t execute function public.f()
create function public.f() returns int language sql return 1
create function f(a public.x) returns int language sql as 'select 1'
create function f() returns setof public.x language sql as 'select 1'
create function f() returns int language sql as 'select a from public.x'
create function f() returns int language sql begin atomic select a from public.x; end
create function f() returns trigger language plpgsql as $$ begin insert into x.t values (1); end $$
create function f() returns int language plpgsql as $$ declare a x.t%rowtype; begin end $$
create function f() returns int language plpgsql as $$ declare a x.t.c%type; begin end $$
create function f() returns int language plpgsql as $$ begin select a into strict b from x.t; end $$
create function f() returns int language plpgsql as $$ begin execute 'drop table x.t'; end $$
create function f() returns int language plpgsql as $$ begin a := (select max(b) from x.t); end $$
create aggregate a (int) (sfunc = public.f, stype = int)
comment on table public.t is 'x'; comment on column public.t.a is 'x'; comment on schema x is 'x'
alter sequence s owned by public.t.a; set constraints public.c deferred
create schema x; create schema authorization x; alter schema x rename to y; drop schema x
reindex schema x; lock table public.t; analyze public.t
drop table x.t; drop function x.f(int); drop type x.y; alter type x.y add value 'a'
create domain d as public.x; create type t as (a public.x); create type public.t as enum ()
select * from db.public.t; table public.t; select * from only public.t
select * from U&"publ\0069c".t; select * from t tablesample public.m(10)
select * from rows from (public.f(), g()) r; create table t of public.x
create statistics public.s on a, b from t; create policy p on public.t; drop policy p on x.t
drop aggregate public.a(int); drop operator public.+ (int, int)
create operator public.+ (leftarg = int, function = f)
create type r as range (subtype = int, subtype_opclass = public.o)
create function f() returns int language sql support public.f return 1
comment on operator class public.x using btree is 'x'
alter table t alter a set default nextval('"x"."y"'); alter table t attach partition x.y default
CREATE FUNCTION F() RETURNS INT LANGUAGE PLPGSQL AS $$ DECLARE X PUBLIC.T; BEGIN END $$
create function f() returns int as 'begin perform public.g(); end -- $' language 'plpgsql'
create function f() returns int as $$ declare c cursor for select * from public.t; begin end $$ language plpgsql
create function f() returns int as $$ begin for r in select * from public.t loop end loop; end $$ language plpgsql
create function f() returns int as $$ begin return query select * from public.t; end $$ language plpgsql
create function f() returns int as $$ begin open c for select * from public.t; end $$ language plpgsql
select 'public.x'::"regclass"; create trigger t after insert on a from public.b execute function f()
create rule r as on insert to a do also insert into public.t values (1)
create table pg_catalog.t (a int); drop view pg_catalog.pg_tables
delete from pg_catalog.pg_class; insert into information_schema.x values (1)
update pg_catalog.pg_class set relname = 'x'; alter function pg_catalog.f(int) stable
create index i on pg_catalog.pg_class (relname)
create foreign table t (a int) server s; import foreign schema x from server s into y
create function f() returns int language plpgsql as $$ begin select public.f(1) into strict a; end $$
create function f() returns int language plpgsql as $$ begin insert into t values (b::x.y) returning id into a.b; end $$
