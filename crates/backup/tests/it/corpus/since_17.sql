-- What PostgreSQL 17 brought.
create collation built (provider = builtin, locale = 'C.UTF-8');
create table numbered (id integer generated always as identity, day date) partition by range (day);
create table numbered_old partition of numbered for values from (minvalue) to ('2025-01-01');
create table excluded (id integer, day date, exclude using btree (id with =, day with =)) partition by hash (id);
create domain required as integer constraint needed not null check (value > 0);
create table parted_heap (id integer) partition by hash (id) using another_heap;
grant maintain on stored to tenantry_oracle_a;
insert into numbered (day) values ('2024-01-01'), ('2024-02-01');
