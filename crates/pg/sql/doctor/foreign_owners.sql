-- Objects in an institution's schema that do not belong to the role that owns such objects. Who owns
-- a table can give himself any right on it, and code attached to it runs as him.
with owned as (
  select m.id, m.institution, c.relowner as owner, format('%I.%I', m.schema_name, c.relname) as object,
         case c.relkind when 'v' then 'view' when 'm' then 'materialized view' when 'S' then 'sequence'
           when 'f' then 'foreign table' else 'table' end as type
  from tenantry.made_schema m
  join pg_class c on c.relnamespace = m.schema_oid and c.relkind in ('r', 'p', 'v', 'm', 'S', 'f')
  -- the sequence of an identity column follows its table
  where not (c.relkind = 'S' and exists (
    select from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype in ('a', 'i')))
  union all
  select m.id, m.institution, p.proowner, p.oid::regprocedure::text, 'routine'
  from tenantry.made_schema m join pg_proc p on p.pronamespace = m.schema_oid
  union all
  select m.id, m.institution, t.typowner, format('%I.%I', m.schema_name, t.typname), 'type'
  from tenantry.made_schema m
  join pg_type t on t.typnamespace = m.schema_oid and t.typtype in ('e', 'd', 'r')
)
select 'critical' as severity, object, id as schema_id,
       format('%s of institution %s belongs to %s instead of tenantry_schema_owner.',
              object, institution, quote_ident(pg_get_userbyid(owner))) as detail,
       format('alter %s %s owner to tenantry_schema_owner;', type, object) as remedy
from owned
where owner <> 'tenantry_schema_owner'::regrole
