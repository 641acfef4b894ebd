-- Functions whose text names a table of another institution's schema.
select distinct 'warning' as severity, p.oid::regprocedure::text as object, there.id as schema_id,
       format('The body of %s names the schema of institution %s, which is not its own. It runs with its caller''s rights unless it is a definer''s, but nothing of one institution should name another.',
              p.oid::regprocedure, there.institution) as detail,
       format('drop function %s;  -- or take the name out of it', p.oid::regprocedure) as remedy
from pg_proc p
join pg_namespace n on n.oid = p.pronamespace
cross join lateral regexp_matches(p.prosrc, '\m"?([a-z_][a-z0-9_]*)"?\s*\.', 'gi') as named (parts)
join tenantry.made_schema there on there.schema_name = lower(named.parts[1])
where n.nspname not in ('pg_catalog', 'information_schema', 'tenantry')
  and p.pronamespace <> there.schema_oid
