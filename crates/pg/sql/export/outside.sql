-- What these objects ($1 and $2, catalogs and OIDs) need that is no part of the schema ($3): found from them, so that it
-- costs what the schema has. What an extension made is named by the extension. `address` is as
-- `pg_get_object_address` takes it.
with own as (
  select * from unnest($1::oid[], $2::oid[]) o (catalog, object)
), edge as (
  select distinct d.refclassid as catalog, d.refobjid as object, d.refobjsubid as part
  -- object by object, here and below: with old statistics a plan that reads the whole catalog looks as good
  from own o
  cross join lateral (select * from pg_depend d where d.classid = o.catalog and d.objid = o.object offset 0) d
  where d.refobjid >= 12000 and d.refclassid not in ('pg_namespace'::regclass, 'pg_publication'::regclass)
    and not exists (select from own s where s.catalog = d.refclassid and s.object = d.refobjid)
), needed as (
  -- an array is made with its element and a multirange with its range
  select distinct e.catalog, coalesce(r.rngtypid, t.oid, e.object) as object, e.part
  from edge e
  left join pg_type a on e.catalog = 'pg_type'::regclass and a.oid = e.object and a.typelem <> 0 and a.typlen = -1
  left join pg_type t on t.oid = a.typelem and t.typarray = a.oid
  left join pg_range r on e.catalog = 'pg_type'::regclass and r.rngmultitypid = coalesce(t.oid, e.object)
), told as (
  select n.*, coalesce(x.oid, case when n.catalog = 'pg_extension'::regclass then n.object end) as extension
  from needed n
  left join pg_depend m on m.classid = n.catalog and m.objid = n.object and m.deptype = 'e'
  left join pg_extension x on x.oid = m.refobjid
  -- an index is only how a key of a table is known
  where not (n.catalog = 'pg_class'::regclass and exists (select from pg_class c where c.oid = n.object and c.relkind in ('i', 'I')))
    -- older servers note a transform at every function that could use it
    and not (n.catalog = 'pg_transform'::regclass
             and not exists (select from own o join pg_proc p on o.catalog = 'pg_proc'::regclass and p.oid = o.object where p.protrftypes is not null))
)
select 'extension' as sort, x.extname::text as name, x.extversion as version, s.nspname::text as place, null::text as kind, null::text[] as names, null::text[] as arguments
from pg_extension x join pg_namespace s on s.oid = x.extnamespace
where x.oid in (select extension from told) or x.extnamespace = $3
union all
select 'language', l.lanname, null, null, null, null::text[], null::text[]
from told t join pg_language l on l.oid = t.object where t.catalog = 'pg_language'::regclass
union all
select 'server', f.srvname, null, null, null, null::text[], null::text[]
from told t join pg_foreign_server f on f.oid = t.object where t.catalog = 'pg_foreign_server'::regclass
union all
select 'collation', c.collname, pg_collation_actual_version(c.oid), s.nspname, null, null::text[], null::text[]
from told t join pg_collation c on c.oid = t.object join pg_namespace s on s.oid = c.collnamespace
where t.catalog = 'pg_collation'::regclass
union all
select 'object', pg_describe_object(t.catalog, t.object, t.part), null, null, a.type, a.object_names, a.object_args
from told t
cross join lateral pg_identify_object(t.catalog, t.object, t.part) i
cross join lateral pg_identify_object_as_address(t.catalog, t.object, t.part) a
where t.object >= 16384 and t.extension is null
  and t.catalog not in ('pg_language'::regclass, 'pg_foreign_server'::regclass, 'pg_collation'::regclass)
  and i.schema is distinct from (select quote_ident(nspname) from pg_namespace where oid = $3)
union all
-- what it is published by
select 'publication', p.pubname, null, null, null, null::text[], null::text[]
from pg_publication p
where p.oid in (select r.prpubid from pg_publication_rel r join own o on o.catalog = 'pg_class'::regclass and o.object = r.prrelid
                union all select n.pnpubid from pg_publication_namespace n where n.pnnspid = $3)
union all
select distinct 'tablespace', s.spcname, null, null, null, null::text[], null::text[]
from own o join pg_class c on o.catalog = 'pg_class'::regclass and c.oid = o.object join pg_tablespace s on s.oid = c.reltablespace
union all
-- what was made with it and belongs to the database, so that no archive of the schema has it
select distinct 'left out', pg_describe_object(d.classid, d.objid, 0), null, null, null, null::text[], null::text[]
from own o
cross join lateral (select * from pg_depend d where d.refclassid = o.catalog and d.refobjid = o.object offset 0) d
where d.classid in ('pg_cast'::regclass, 'pg_transform'::regclass, 'pg_event_trigger'::regclass, 'pg_foreign_data_wrapper'::regclass,
                    'pg_language'::regclass, 'pg_am'::regclass, 'pg_amop'::regclass, 'pg_amproc'::regclass)
  and not exists (select from own s where s.catalog = d.classid and s.object = d.objid)
union all
select distinct 'left out', format('that %s depends on extension %s', pg_describe_object(o.catalog, o.object, 0), x.extname), null, null, null, null::text[], null::text[]
from own o
cross join lateral (select * from pg_depend d where d.classid = o.catalog and d.objid = o.object and d.deptype = 'x' offset 0) d
join pg_extension x on x.oid = d.refobjid
order by 1, 2, 4
