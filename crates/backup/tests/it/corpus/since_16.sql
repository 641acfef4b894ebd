-- What PostgreSQL 16 brought.
create collation ruled (provider = icu, locale = 'und', rules = '& V << w <<< W');
create table stored (a text storage external, b text storage main);
create table calculates_otherwise (b integer generated always as (a * 3) stored) inherits (calculated);
