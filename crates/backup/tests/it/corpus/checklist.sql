-- Every kind of thing that the exporter writes, in the forms that differ. Run with the schema as the path.
comment on schema inst_oak is 'A school''s own; with a semicolon';

-- types
create type level as enum ('first', 'se''cond', 'third');
alter type level add value 'between' before 'third';
comment on type level is 'how far';
create type address as (street text, town varchar(40) collate "C", "Post Code" char(8));
comment on column address.town is 'where';
create domain percentage as numeric(5, 2) not null default 50 constraint in_range check (value between 0 and 100);
alter domain percentage add constraint never_one check (value <> 1) not valid;
comment on constraint in_range on domain percentage is 'of a hundred';
create domain code as text collate "C" check (value ~ '^[A-Z]+$');
create type span as range (subtype = float8, subtype_diff = float8mi);
revoke usage on type level from public;

-- functions
create function twice(n integer) returns integer language sql immutable strict parallel safe return n * 2;
create function half(n integer, out a integer, out b text) language plpgsql stable security definer cost 7
  set search_path = pg_catalog, pg_temp set work_mem to '1MB' as $fn$ begin a := n / 2; b := $$x$$; end $fn$;
create function many(variadic n integer[] default '{1,2}') returns setof integer rows 5 language sql as 'select unnest(n)';
create function "Odd Name"("An Arg" text default 'a''b') returns text language sql leakproof as 'select $1 || ''$$'' || ''$_$''';
create procedure nothing(inout n integer) language plpgsql as 'begin n := n + 1; end';
create function touched() returns trigger language plpgsql as 'begin return new; end';
create function in_window() returns bigint language internal window immutable strict as 'window_row_number';
revoke execute on function twice(integer) from public;
comment on function twice(integer) is 'n + n';
comment on procedure nothing(integer) is 'nearly';

-- tables and columns
create table pupil (
  id bigint generated always as identity (start 100 increment 5 cache 3) primary key,
  "Full Name" text not null constraint has_name check ("Full Name" <> ''),
  email text collate "C" unique deferrable initially deferred,
  level level default 'first',
  home address,
  share percentage,
  score integer default twice(21),
  doubled integer generated always as (score * 2) stored,
  picture bytea,
  notes text[] default array['a', 'b'],
  seen timestamp(3) with time zone default now(),
  gone integer,
  constraint sane check (score is null or score < 1000) no inherit
) with (fillfactor = 70, autovacuum_enabled = false, toast.autovacuum_enabled = false);
alter table pupil drop column gone;
alter table pupil alter column picture set storage external;
alter table pupil alter column notes set statistics 500;
alter table pupil alter column score set (n_distinct = 17);
alter table pupil alter column "Full Name" set compression pglz;
alter table pupil add constraint later check (score > -5) not valid;
comment on table pupil is 'who learns';
comment on column pupil."Full Name" is E'two\nlines';
comment on constraint has_name on pupil is 'a name';
create table mark (
  id serial primary key,
  small smallserial,
  pupil_id bigint not null references pupil on delete cascade on update set null deferrable,
  self integer constraint self_mark references mark (id) match full,
  mark integer check (mark >= 0),
  during tstzrange,
  exclude using gist (during with &&) where (id > 3)
);
alter table mark add constraint odd unique nulls not distinct (pupil_id, mark) include (small);
alter table mark add constraint unproved foreign key (mark) references mark (id) not valid;
alter table mark cluster on mark_pkey;
alter table mark replica identity using index mark_pkey;
create table follower () inherits (mark);
alter table follower alter column mark set default 5;
create table cousin (extra text, mark integer) inherits (mark);
create unlogged table scratch (a integer, b text);
alter table scratch replica identity full;
create table empty ();
create table checked_by_function (n integer check (twice(n) > 0), m integer default twice(4));

-- sequences
create sequence ticket as smallint increment -2 minvalue -100 maxvalue 0 start -4 cache 5 cycle;
select nextval('ticket'), nextval('ticket');
create sequence unused;
create sequence owned_by_hand owned by pupil.score;
select setval('unused', 42, false);
comment on sequence ticket is 'numbers';

-- partitions
create table attendance (day date not null, pupil_id bigint, state char(1) default 'p', primary key (day, pupil_id)) partition by range (day);
create table attendance_old partition of attendance for values from (minvalue) to ('2025-01-01');
create table attendance_new partition of attendance (state default 'a', constraint not_z check (state <> 'z')) for values from ('2025-01-01') to (maxvalue) partition by hash (pupil_id);
create table attendance_new_a partition of attendance_new for values with (modulus 2, remainder 0);
create table attendance_new_rest partition of attendance_new for values with (modulus 2, remainder 1);
create index attendance_by_state on attendance (state) where state <> 'p';
create index only_here on attendance_old (pupil_id);
alter table attendance add foreign key (pupil_id) references pupil;

-- indexes and statistics
create index pupil_by_lower on pupil (lower("Full Name") text_pattern_ops desc nulls last) include (score) with (fillfactor = 80);
create unique index "Odd ON index" on pupil ((score + 1), email collate "C") where score is not null;
create index pupil_notes on pupil using gin (notes);
alter index pupil_by_lower alter column 1 set statistics 300;
comment on index pupil_by_lower is 'for searching';
create statistics pupil_together (ndistinct, mcv) on score, level from pupil;
create statistics pupil_all on score, email from pupil;
create statistics pupil_expression on (lower(email)) from pupil;
comment on statistics pupil_together is 'belong together';

-- views
create view best with (security_barrier = true) as select id, "Full Name" as name from pupil where score > 90 with local check option;
create view grouped as select p.id, p.score, count(*) as marks from pupil p join mark m on m.pupil_id = p.id group by p.id, p.score;
create view nested (first, second) as select name, twice(id::integer) from best;
alter view best alter column name set default 'nobody';
create materialized view totals as select level, count(*) as n from pupil group by level;
create materialized view totals_of_totals as select sum(n) as all_of_them from totals with no data;
create unique index totals_level on totals (level);
comment on view best is 'above ninety';
comment on materialized view totals is 'counted';

-- rules, triggers, row security
create rule quiet as on insert to scratch where new.a < 0 do instead nothing;
create rule loud as on delete to scratch do also insert into scratch values (old.a, 'gone');
alter table scratch disable rule loud;
create trigger touch before insert or update of score, email on pupil for each row when (new.score > 0) execute function touched('x', 'it''s');
create constraint trigger checked after insert on mark deferrable initially deferred for each row execute function touched();
create trigger changed after update on pupil referencing old table as before new table as after for each statement execute function touched();
create trigger everywhere after insert on attendance for each row execute function touched();
alter table pupil disable trigger touch;
alter table mark enable always trigger checked;
alter table attendance_old disable trigger everywhere;
comment on trigger touch on pupil is 'at every touch';
comment on rule quiet on scratch is 'hush';
alter table pupil enable row level security;
alter table mark enable row level security;
alter table mark force row level security;
create policy own on pupil as restrictive for update using (score > 1) with check (score > 2 and "Full Name" <> 'x');
create policy anyone on mark to public using (true);
comment on policy own on pupil is 'one''s own';

-- rights
grant usage on schema inst_oak to public;
grant select, insert on pupil to public;
grant select ("Full Name", score), update (score) on pupil to public;
grant usage on sequence ticket to public;
grant execute on procedure nothing(integer) to public;
revoke insert on mark from current_user;
alter default privileges in schema inst_oak grant select on tables to public;
alter default privileges in schema inst_oak grant usage on sequences to public;

-- rows
insert into pupil ("Full Name", email, score, home, picture, notes)
values ('Ada', 'ada@example.org', 7, row('Main', 'Town', 'X1'), '\x00ff0a', array[null, 'tab	and \ and
newline', '{,}']),
       ('Grace', null, null, null, null, '{}'), ('\N', '\.', -3, null, '', null);
grant insert on mark to current_user;
insert into mark (pupil_id, mark, during) select id, null, tstzrange('2025-01-01 00:00Z', '2025-01-02 00:00Z') from pupil limit 1;
insert into follower (pupil_id, small, mark) select id, 3, null from pupil limit 1;
revoke insert on mark from current_user;
insert into attendance values ('2024-05-05', 100, 'p'), ('2025-05-05', 100, 'a'), ('2026-01-01', 105, 'q');
insert into scratch values (1, 'one'), (2, E'back\\slash');
refresh materialized view totals;
