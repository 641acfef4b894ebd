-- What these tables ($1) and domains ($2) are made of, but for columns: defaults and checks. They are written
-- with the table unless that would make a circle; a generated column's expression always is.
select 'pg_attrdef'::regclass::oid as catalog, d.oid as object, 'pg_class'::regclass::oid as of_catalog, d.adrelid as of_object,
       -- a column that the table does not write itself, or of a view
       c.relkind = 'v' or not (a.attislocal or c.relispartition) as apart
from pg_attrdef d
join pg_class c on c.oid = d.adrelid
join pg_attribute a on a.attrelid = d.adrelid and a.attnum = d.adnum
where d.adrelid = any($1) and a.attgenerated = '' and a.attidentity = ''
union all
select 'pg_attrdef'::regclass, d.oid, 'pg_class'::regclass, d.adrelid, null
from pg_attrdef d
join pg_attribute a on a.attrelid = d.adrelid and a.attnum = d.adnum
where d.adrelid = any($1) and a.attgenerated <> ''
union all
select 'pg_constraint'::regclass, k.oid, 'pg_class'::regclass, k.conrelid, not k.convalidated
from pg_constraint k
join pg_class c on c.oid = k.conrelid
where k.conrelid = any($1) and k.contype = 'c' and (k.conislocal or c.relispartition)
union all
select 'pg_constraint'::regclass, k.oid, 'pg_type'::regclass, k.contypid, not k.convalidated
from pg_constraint k
where k.contypid = any($2) and k.contype = 'c'
