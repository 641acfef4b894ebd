-- Catalog rows that are a part of something else: whoever depends on one depends on that. Of these
-- relations ($1), types ($2), operator families ($3) and classes ($4): a view's rule, a table's row type, an array, a
-- multirange, the index behind a constraint, a partition's key, and what a family or class has.
select 'pg_rewrite'::regclass::oid as catalog, r.oid as object, 'pg_class'::regclass::oid as of_catalog, r.ev_class as of_object
from pg_rewrite r
where r.ev_class = any($1) and r.rulename = '_RETURN'
union all
select 'pg_type'::regclass, t.oid, 'pg_class'::regclass, c.oid
from pg_class c join pg_type t on t.oid = c.reltype
where c.oid = any($1) and c.relkind <> 'c'
union all
select 'pg_type'::regclass, t.typarray, 'pg_class'::regclass, c.oid
from pg_class c join pg_type t on t.oid = c.reltype
where c.oid = any($1) and c.relkind <> 'c' and t.typarray <> 0
union all
select 'pg_class'::regclass, t.typrelid, 'pg_type'::regclass, t.oid
from pg_type t
where t.oid = any($2) and t.typtype = 'c'
union all
select 'pg_type'::regclass, t.typarray, 'pg_type'::regclass, t.oid
from pg_type t
where t.oid = any($2) and t.typarray <> 0
union all
select 'pg_type'::regclass, r.rngmultitypid, 'pg_type'::regclass, r.rngtypid
from pg_range r
where r.rngtypid = any($2)
union all
select 'pg_type'::regclass, m.typarray, 'pg_type'::regclass, r.rngtypid
from pg_range r join pg_type m on m.oid = r.rngmultitypid
where r.rngtypid = any($2)
union all
select 'pg_class'::regclass, k.conindid, 'pg_constraint'::regclass, k.oid
from pg_constraint k
where k.conrelid = any($1) and k.contype in ('p', 'u', 'x')
union all
select d.classid, d.objid, d.refclassid, d.refobjid
from pg_depend d
where d.classid in ('pg_amop'::regclass, 'pg_amproc'::regclass)
  and (d.refclassid = 'pg_opfamily'::regclass and d.refobjid = any($3) or d.refclassid = 'pg_opclass'::regclass and d.refobjid = any($4))
