-- Rights on an institution's tables, views, sequences, columns and routines that somebody else has.
with marked as (
  select m.id, m.institution, m.schema_oid, m.schema_name, m.role_name
  from tenantry.made_schema m
), granted as (
  select m.*, case c.relkind when 'S' then 'sequence' else 'table' end as type,
         format('%I.%I', m.schema_name, c.relname) as object, '' as columns,
         c.relowner as owner, acl.grantee, acl.privilege_type
  from marked m
  join pg_class c on c.relnamespace = m.schema_oid and c.relacl is not null,
  aclexplode(c.relacl) acl
  union all
  select m.*, 'table', format('%I.%I', m.schema_name, c.relname),
         format(' (%I)', a.attname), c.relowner, acl.grantee, acl.privilege_type
  from marked m
  join pg_class c on c.relnamespace = m.schema_oid
  join pg_attribute a on a.attrelid = c.oid and a.attacl is not null,
  aclexplode(a.attacl) acl
  union all
  select m.*, 'routine', p.oid::regprocedure::text, '', p.proowner, acl.grantee, acl.privilege_type
  from marked m
  join pg_proc p on p.pronamespace = m.schema_oid and p.proacl is not null,
  aclexplode(p.proacl) acl
  -- everybody may execute a function by default; without usage on its schema nobody can
  where acl.grantee <> 0
), foreigners as (
  select g.*, case when g.grantee = 0 then 'public' else quote_ident(pg_get_userbyid(g.grantee)) end as who
  from granted g
  where g.grantee <> g.owner
    and (g.grantee = 0
         or pg_get_userbyid(g.grantee) not in (g.role_name, g.role_name || '_ro'))
)
select 'critical' as severity, object || columns || ' to ' || who as object, id as schema_id,
       format('%s has %s on %s of institution %s, from which every other institution is to be kept away.',
              case who when 'public' then 'Every role of the server' else who end,
              string_agg(distinct privilege_type, ', '), object || columns, institution) as detail,
       format('revoke all%s on %s %s from %s;', columns, type, object, who) as remedy
from foreigners
group by object, columns, who, id, institution, type
