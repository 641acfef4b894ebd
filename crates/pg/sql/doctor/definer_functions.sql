-- Functions that run with their owner's rights and find names by their caller's search path.
select case when m.id is not null or r.rolsuper then 'critical' else 'warning' end as severity,
       p.oid::regprocedure::text as object, m.id as schema_id,
       format('%s runs with the rights of %s, but looks names up in the caller''s search path: a caller who can make a table or function of a name that it uses runs code as %s.',
              p.oid::regprocedure, quote_ident(r.rolname), quote_ident(r.rolname)) as detail,
       format('alter function %s set search_path = %s, pg_temp;', p.oid::regprocedure, quote_ident(n.nspname)) as remedy
from pg_proc p
join pg_namespace n on n.oid = p.pronamespace
join pg_roles r on r.oid = p.proowner
left join tenantry.schema_marker m on m.schema_oid = p.pronamespace
where p.prosecdef
  -- as it was found
  and not exists (select from tenantry.adoption a where a.schema_id = m.id)
  and n.nspname not in ('pg_catalog', 'information_schema')
  and not exists (select from unnest(p.proconfig) setting where setting like 'search\_path=%')
  and not exists (select from pg_depend e where e.classid = 'pg_proc'::regclass and e.objid = p.oid
                                            and e.deptype = 'e')
