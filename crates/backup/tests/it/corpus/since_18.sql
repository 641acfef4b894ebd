-- What PostgreSQL 18 brought.
create table virtual (a integer, b integer generated always as (a + 1) virtual, c integer generated always as (a + 2) stored);
insert into virtual values (1);
create table required_here (a integer constraint must_a not null, b integer not null no inherit, c integer, d integer, constraint must_d not null d);
alter table required_here add constraint later_c not null c not valid;
comment on constraint must_a on required_here is 'a has to be there';
create table required_below (e integer) inherits (required_here);
create table not_required (a integer, b integer);
create table required_by_child (constraint must_b not null b) inherits (not_required);
create table unenforced (a integer primary key, b integer constraint loose check (b > 0) not enforced,
                         c integer constraint loose_key references unenforced not enforced);
create table booked (room integer, during daterange, constraint once primary key (room, during without overlaps));
create table used (room integer, during daterange, constraint within foreign key (room, period during) references booked (room, period during));
insert into booked values (1, '[2025-01-01,2025-02-01)');
insert into used values (1, '[2025-01-05,2025-01-06)');
create table logged_identity (id integer generated always as identity);
create table parted_required (a integer constraint must_parted not null, day date) partition by range (day);
create table parted_required_old partition of parted_required for values from (minvalue) to ('2025-01-01');
create table unlogged_needs (id bigint primary key) with (autovacuum_vacuum_max_threshold = 1000);
create unique index by_hand on unlogged_needs ((id % 7));
create table not_valid_parts (a integer, b integer) partition by list (a);
create table not_valid_part partition of not_valid_parts for values in (1);
alter table not_valid_parts add constraint parts_key foreign key (b) references unenforced not valid;
