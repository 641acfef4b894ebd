-- What few institutions have: types and operators of one's own, text search, foreign tables. Run by a superuser with
-- the schema as the path; what it needs beside the schema is made first.

-- types whose values functions read and write
create type shape;
create function shape_in(cstring) returns shape language internal immutable strict as 'int4in';
create function shape_out(shape) returns cstring language internal immutable strict as 'int4out';
create function shape_send(shape) returns bytea language internal immutable strict as 'int4send';
create type shape (input = shape_in, output = shape_out, send = shape_send, internallength = 4, passedbyvalue, alignment = int4, storage = plain,
                   category = 'S', preferred = true, default = '7', delimiter = ';');
create type announced;
comment on type shape is 'a number in disguise';
create type long;
create function long_in(cstring) returns long language internal immutable strict as 'textin';
create function long_out(long) returns cstring language internal immutable strict as 'textout';
create type long (input = long_in, output = long_out, internallength = variable, storage = extended, collatable = true);
create type shapes as range (subtype = integer, multirange_type_name = "Many Shapes");
create table shaped (id integer primary key, one shape default '3', more shape[], text long collate "C");
insert into shaped values (1, '5', '{1;2}', 'long'), (2, null, null, null);

-- operators and their classes
create function is_like(a integer, b integer) returns boolean language sql immutable strict as 'select a = b';
create function is_like(a text, b text) returns boolean language sql immutable strict as 'select a = b';
create function is_unlike(a integer, b integer) returns boolean language sql immutable strict as 'select a <> b';
create operator === (leftarg = integer, rightarg = integer, function = is_like, commutator = ===, negator = !==, restrict = eqsel, join = eqjoinsel, hashes, merges);
create operator !== (leftarg = integer, rightarg = integer, function = is_unlike, commutator = !==, negator = ===, restrict = neqsel);
create operator === (leftarg = text, rightarg = text, function = is_like);
create function negated(integer) returns integer language sql immutable as 'select -$1';
create operator !!! (rightarg = integer, function = negated);
comment on operator === (integer, integer) is 'alike';
comment on operator !!! (none, integer) is 'not so';
create operator family numbers using btree;
create function compared(a integer, b integer) returns integer language sql immutable as 'select case when a < b then -1 when a > b then 1 else 0 end';
create function compared(a integer, b bigint) returns integer language sql immutable as 'select case when a < b then -1 when a > b then 1 else 0 end';
create operator class backwards for type integer using btree family numbers as
  operator 1 >, operator 2 >=, operator 3 =, operator 4 <=, operator 5 <, function 1 compared(integer, integer);
alter operator family numbers using btree add
  operator 1 > (integer, bigint), operator 2 >= (integer, bigint), operator 3 = (integer, bigint), operator 4 <= (integer, bigint),
  operator 5 < (integer, bigint), function 1 (integer, bigint) compared(integer, bigint);
create operator class alone default for type shapes using hash as storage shapes;
create operator family empty_family using gist;
create operator class near for type point using gist as
  operator 1 <-> for order by float_ops, function 1 gist_point_consistent, function 2 gist_box_union, function 3 gist_point_compress,
  function 5 gist_box_penalty, function 6 gist_box_picksplit, function 7 gist_box_same, function 8 gist_point_distance, storage box;
comment on operator class backwards using btree is 'from behind';
comment on operator family numbers using btree is 'of all sorts';
create index shaped_backwards on shaped (id backwards);
create index shaped_alike on shaped (id) where id === 1;

-- aggregates
create aggregate total (integer) (sfunc = int4pl, stype = integer, initcond = '0', parallel = safe, combinefunc = int4pl);
create function moved(float8[], float8) returns float8[] language sql immutable strict as 'select $1';
create aggregate moving (float8) (sfunc = float8_accum, stype = float8[], finalfunc = float8_avg, initcond = '{0,0,0}', sspace = 64, finalfunc_extra = false,
  msfunc = float8_accum, minvfunc = moved, mstype = float8[], mfinalfunc = float8_avg, minitcond = '{0,0,0}');
create aggregate counted (*) (sfunc = int8inc, stype = bigint, initcond = '0');
create aggregate middle (float8 order by anyelement) (sfunc = ordered_set_transition, stype = internal, finalfunc = percentile_disc_final, finalfunc_extra, finalfunc_modify = read_write);
create aggregate placed (variadic "any" order by variadic "any") (sfunc = ordered_set_transition_multi, stype = internal, finalfunc = rank_final, finalfunc_extra, hypothetical);
create aggregate greatest_of (integer) (sfunc = int4larger, stype = integer, sortop = >, finalfunc_modify = shareable, parallel = restricted);
comment on aggregate total (integer) is 'summed';
comment on aggregate counted (*) is 'all of them';
comment on aggregate middle (float8, anyelement) is 'in the middle';
revoke execute on function total (integer) from public;
revoke execute on function middle (float8, anyelement) from public;
revoke execute on function counted () from public;
create view totalled as select total(id) as of_ids, counted(*) as of_all from shaped;

-- collations and conversions
create collation as_in_c from "C";
create collation split (provider = libc, lc_collate = 'C', lc_ctype = 'POSIX');
create collation caseless (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
comment on collation caseless is 'A is a';
create default conversion latin for 'LATIN1' to 'UTF8' from iso8859_1_to_utf8;
create conversion back for 'UTF8' to 'LATIN1' from utf8_to_iso8859_1;
comment on conversion latin is 'old';
create table sorted (a text collate caseless, b text collate as_in_c);
create domain caseless_text as text collate caseless;

-- text search
create text search parser cutter (start = prsd_start, gettoken = prsd_nexttoken, end = prsd_end, lextypes = prsd_lextype, headline = prsd_headline);
create text search template plain (lexize = dsimple_lexize, init = dsimple_init);
create text search dictionary words (template = plain, accept = false);
create text search dictionary more_words (template = pg_catalog.snowball, language = 'english', stopwords = 'english');
create text search configuration searching (parser = cutter);
alter text search configuration searching add mapping for asciiword, word with words, more_words;
alter text search configuration searching add mapping for email with pg_catalog.simple;
create text search configuration copied (copy = pg_catalog.english);
comment on text search parser cutter is 'cuts';
comment on text search template plain is 'nothing special';
comment on text search dictionary words is 'of all sorts';
comment on text search configuration searching is 'finds';
create table document (body text, found tsvector generated always as (to_tsvector('searching', body)) stored);
create index document_found on document using gin (found);

-- tables of a type, elsewhere, of another sort
create type row_form as (a integer, b text collate "C", c numeric(5, 2));
create table typed of row_form;
create table typed_with of row_form (a with options primary key default 3, c not null, check (c > 0));
insert into typed_with values (default, 'x', 1.5);
create foreign table elsewhere (id integer options (column_name 'ID') not null, name text collate "C" default 'x', check (id > 0)) server away options (table_name 'there', other 'it''s');
alter foreign table elsewhere alter column name set statistics 10;
alter foreign table elsewhere add constraint later check (id < 10) not valid;
comment on foreign table elsewhere is 'not here';
comment on column elsewhere.name is 'what it is called there';
grant select on elsewhere to public;
create table spread (id integer, day date) partition by list (id);
create foreign table spread_away partition of spread for values in (1) server away;
create table spread_here partition of spread default;
create function touched() returns trigger language plpgsql as 'begin return new; end';
create trigger away after insert on elsewhere for each row execute function touched();
alter foreign table elsewhere disable trigger away;
create table heaped (id integer) using another_heap;
insert into heaped values (1);
create materialized view heaped_view using another_heap with (fillfactor = 50, toast.autovacuum_enabled = false) as select id, 'x'::text as t from heaped;
alter materialized view heaped_view alter column t set storage external;
alter materialized view heaped_view alter column t set statistics 7;
create table placed_elsewhere (id integer primary key using index tablespace other_place, t text) tablespace other_place;
create index placed_index on placed_elsewhere (t) tablespace other_place;
insert into placed_elsewhere values (1, 'there');

-- functions
create function supported(text) returns boolean language sql immutable support varchar_support as 'select true';
create function transformed(integer) returns integer language sql transform for type integer as 'select $1';
create function with_settings() returns text language sql
  set search_path from current set tenantry.odd_name = 'a ''quoted'' value' set datestyle to iso, dmy as 'select current_setting(''datestyle'')';

create procedure overloaded(out a integer, in b integer, in c integer) language plpgsql as 'begin a := b + c; end';
create procedure overloaded(in a integer, in b integer, in c integer) language plpgsql as 'begin end';

-- constraints with options of their index
create table optioned (
  a integer, b integer, c int4range,
  constraint optioned_key primary key (a) include (b) with (fillfactor = 60),
  constraint put_off unique (b) with (fillfactor = 55) deferrable initially deferred,
  constraint apart exclude using gist (c with &&) with (fillfactor = 65)
);
create table follower (constraint more_follower check (b > 0)) inherits (optioned);
alter table follower alter column b set not null;
alter table optioned alter column b set default 5;
alter table follower alter column b drop default;
create table odd_key (a integer not null, "x DEFERRABLE" integer not null);
alter table odd_key add constraint odd unique (a, "x DEFERRABLE") with (fillfactor = 77);
create unique index odd_identity on odd_key (a);
alter table odd_key replica identity using index odd_identity;
alter table odd_key cluster on odd_identity;
create table nothing_told (a integer);
alter table nothing_told replica identity nothing;
create table parted (id integer, day date) partition by range (day);
create table parted_old partition of parted for values from (minvalue) to ('2025-01-01');
create trigger each after insert on parted for each row execute function touched();
alter table parted_old enable always trigger each;
create table calculated (a integer, b integer generated always as (a * 2) stored);

-- what needs each other
create table keyed (id integer primary key, name text, more text);
create view by_key as select id, name, more, count(*) as n from keyed group by id;
alter view by_key alter column name set default 'nobody';
comment on view by_key is 'known by its key';
grant select on by_key to public;
create view over_it with (security_barrier = true) as select id, name from by_key;
create view begun as select 1 as id, null::text as t;
create function of_begun() returns setof begun language sql begin atomic select * from begun; end;
create or replace view begun as select id, t from of_begun();
create function late(text) returns bigint language sql begin atomic select count(*) from (select id, name from keyed group by id) k; end;

-- rights that were passed on
grant usage on schema inst_oak to tenantry_oracle_a;
grant select on keyed to tenantry_oracle_a with grant option;
set role tenantry_oracle_a;
grant select on keyed to tenantry_oracle_b;
reset role;
create policy named on keyed to tenantry_oracle_a, tenantry_oracle_b using (id > 0);
alter table keyed enable row level security;
alter default privileges for role tenantry_oracle_a in schema inst_oak grant execute on functions to tenantry_oracle_b with grant option;
insert into keyed values (1, 'one', 'x'), (2, 'two', 'y');

-- what is left of the checklist
create table both_parents (own integer) inherits (follower, odd_key);
alter table both_parents alter column b set default 9;
create type reshaped as (a integer, gone integer, b text);
alter type reshaped drop attribute gone;
create table referring (a integer, "x DEFERRABLE" integer,
  foreign key (a, "x DEFERRABLE") references odd_key (a, "x DEFERRABLE") on delete set null ("x DEFERRABLE") on update set default);
create index document_signed on document using gist (found tsvector_ops (siglen = 100));
create table odd_view_base (a integer, b integer);
create view checked with (security_invoker = true) as select a, b from odd_view_base where a > 0 with cascaded check option;
create rule always as on update to keyed do also select 1;
alter table keyed enable always rule always;
create rule on_replica as on delete to keyed do also select 1;
alter table keyed enable replica rule on_replica;
create trigger on_replica after update on keyed for each row execute function touched();
alter table keyed enable replica trigger on_replica;
create table identities (a integer generated by default as identity (sequence name "Odd Seq" increment -1 minvalue -5 cycle), b smallint generated always as identity);
insert into identities default values;
create unlogged table quick (id integer generated always as identity, s serial);
create statistics targeted on a, b from optioned;
alter statistics targeted set statistics 40;

create table calculates (a integer, b integer generated always as (a * 2) stored);
alter table calculates inherit calculated;
create table calculates_too () inherits (calculated);
create function lists() returns integer language sql
  set local_preload_libraries to "Mixed/Case", 'c:/''a"/path', '', 'plain' set search_path to pg_catalog, "Odd, Name" as 'select 1';
comment on index optioned_key is 'of a key';

-- owners
alter table odd_key owner to tenantry_oracle_a;
alter foreign table elsewhere owner to tenantry_oracle_a;
alter view checked owner to tenantry_oracle_a;
grant select on heaped to tenantry_oracle_a;
alter materialized view heaped_view owner to tenantry_oracle_a;
alter type reshaped owner to tenantry_oracle_a;
alter type shapes owner to tenantry_oracle_a;
alter domain caseless_text owner to tenantry_oracle_a;
alter function is_like(text, text) owner to tenantry_oracle_a;
alter aggregate total(integer) owner to tenantry_oracle_a;
alter aggregate counted(*) owner to tenantry_oracle_a;
alter operator === (text, text) owner to tenantry_oracle_a;
alter operator class alone using hash owner to tenantry_oracle_a;
alter operator family empty_family using gist owner to tenantry_oracle_a;
alter collation as_in_c owner to tenantry_oracle_a;
alter conversion back owner to tenantry_oracle_a;
alter text search dictionary words owner to tenantry_oracle_a;
alter text search configuration copied owner to tenantry_oracle_a;
alter statistics targeted owner to tenantry_oracle_a;
alter table identities owner to tenantry_oracle_a;
