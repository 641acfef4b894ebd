-- Which of these objects ($1 and $2, catalogs and OIDs) have comments or labels, and which of the checks and of the keys'
-- indexes of these tables ($3) and domains ($4), which are written with something else. Most have none.
with candidate as (
  select * from unnest($1::oid[], $2::oid[]) o (catalog, object)
  union all
  select 'pg_constraint'::regclass, k.oid from pg_constraint k where k.conrelid = any($3) and k.contype in ('c', 'n')
  union all
  select 'pg_constraint'::regclass, k.oid from pg_constraint k where k.contypid = any($4)
  union all
  select 'pg_class'::regclass, k.conindid from pg_constraint k where k.conrelid = any($3) and k.contype in ('p', 'u', 'x')
)
-- object by object: the database's comments are not to be read through for that
select distinct c.catalog, c.object
from candidate c
cross join lateral (
  select from pg_description d where d.objoid = c.object and d.classoid = c.catalog
  union all
  select from pg_seclabel l where l.objoid = c.object and l.classoid = c.catalog
  union all
  -- an attribute of a composite type hangs on its hidden relation
  select from pg_type y join pg_description d on d.objoid = y.typrelid and d.classoid = 'pg_class'::regclass
  where c.catalog = 'pg_type'::regclass and y.oid = c.object and y.typtype = 'c'
  offset 0) noted
