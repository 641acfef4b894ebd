-- What of these objects ($1 and $2, catalogs and OIDs) the exporter cannot write, and why: it must refuse
-- rather than leave something out.
with object as (select * from unnest($1::oid[], $2::oid[]) o (catalog, object))
select format('the %s %s', k.word, c.oid::regclass) as what, k.why
from object o join pg_class c on c.oid = o.object
cross join lateral (
  select 'foreign table' as word, 'its rows are somewhere else' as why where c.relkind = 'f'
  union all select 'table', 'it is made of a type' where c.reloftype <> 0
  union all select 'table', 'its access method is not heap'
    where c.relkind in ('r', 'm') and c.relam <> (select oid from pg_am where amname = 'heap')
  union all select 'relation', 'it is of a kind that is not known' where c.relkind not in ('r', 'p', 'v', 'm', 'S', 'f', 'c', 'i', 'I')
) k
where o.catalog = 'pg_class'::regclass
union all
select format('the type %s', format_type(t.oid, null)), 'it has functions for its input and output'
from object o join pg_type t on t.oid = o.object
where o.catalog = 'pg_type'::regclass and t.typtype not in ('e', 'c', 'd', 'r', 'm')
union all
select format('the function %s', p.oid::regprocedure), case p.prokind when 'a' then 'it is an aggregate' else 'it is of a kind that is not known' end
from object o join pg_proc p on p.oid = o.object
where o.catalog = 'pg_proc'::regclass and p.prokind not in ('f', 'p', 'w')
union all
select format('an object of %s', o.catalog::regclass), 'objects of this kind are not written yet'
from object o
where o.catalog not in ('pg_class'::regclass, 'pg_type'::regclass, 'pg_proc'::regclass, 'pg_statistic_ext'::regclass, 'pg_default_acl'::regclass)
union all
select format('a security label of %s', s.provider), 'labels are not written yet'
from object o join pg_seclabel s on s.objoid = o.object and s.classoid = o.catalog
