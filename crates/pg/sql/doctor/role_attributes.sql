-- Institutions' roles, and the control plane's own, that may do more than they need.
with roles as (
  select m.id, m.institution, r.*
  from tenantry.schema_marker m
  join pg_roles r on r.rolname in (m.role_name, m.role_name || '_ro')
)
select 'critical' as severity, quote_ident(rolname) as object, id as schema_id,
       format('The role %I of institution %s is%s: no wall holds it.', rolname, institution, too_much) as detail,
       format('alter role %I nosuperuser nocreaterole nocreatedb noreplication nobypassrls;', rolname) as remedy
from roles,
lateral (select concat(case when rolsuper then ' superuser' end, case when rolcreaterole then ' createrole' end,
                       case when rolcreatedb then ' createdb' end, case when rolreplication then ' replication' end,
                       case when rolbypassrls then ' bypassrls' end) as too_much) t
where too_much <> ''
union all
select 'warning', quote_ident(rolname), null,
       format('Tenantry''s role %I is superuser. It needs that at no time; a mistake of ours, or a stolen password, would reach the whole server.', rolname),
       format('alter role %I nosuperuser;', rolname)
from pg_roles
where rolname in ('tenantry_control', 'tenantry_owner', 'tenantry_schema_owner', 'tenantry_prover', 'tenantry_reader') and rolsuper
union all
select 'critical', quote_ident(rolname), null,
       format('The role %I owns every institution''s tables and can log in.', rolname),
       format('alter role %I nologin;', rolname)
from pg_roles
where rolname in ('tenantry_owner', 'tenantry_schema_owner') and rolcanlogin
