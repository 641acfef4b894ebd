-- What a fresh PostgreSQL leaves open to every role of the server.
select case privilege_type when 'CONNECT' then 'info' else 'warning' end as severity,
       format('%s on database %I to public', privilege_type, datname) as object, null::uuid as schema_id,
       case privilege_type
         when 'CONNECT' then format('Every role of the server may connect to %I, those of other databases too.', datname)
         else format('Every role may make temporary tables in %I: they lie outside every schema and every quota.', datname)
       end as detail,
       format('revoke %s on database %I from public;', lower(privilege_type), datname) as remedy
from pg_database, aclexplode(coalesce(datacl, acldefault('d', datdba))) acl
where datname = current_database() and acl.grantee = 0 and privilege_type in ('CONNECT', 'TEMPORARY')
union all
select 'critical', 'CREATE on schema public to public', null,
       'Every role may make tables and functions in the schema public, and whoever has it in the search path finds them.',
       'revoke create on schema public from public;'
from pg_namespace, aclexplode(coalesce(nspacl, acldefault('n', nspowner))) acl
where nspname = 'public' and acl.grantee = 0 and privilege_type = 'CREATE'
union all
select 'warning', 'large objects', null,
       format('Every role may write large objects (%s), which lie outside every schema and every quota.',
              string_agg(p.oid::regprocedure::text, ', ')),
       string_agg(format('revoke execute on function %s from public;', p.oid::regprocedure), ' ')
from pg_proc p
where p.pronamespace = 'pg_catalog'::regnamespace
  and p.proname in ('lo_creat', 'lo_create', 'lo_from_bytea', 'lo_put', 'lowrite')
  and exists (select from aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) acl where acl.grantee = 0)
having count(*) > 0
