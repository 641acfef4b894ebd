-- What a fresh PostgreSQL leaves open to every login and the installation could not close: as a rule
-- for want of a superuser's rights. `here` tells this database from others of the server.
create or replace function tenantry.left_open()
returns table (here boolean, what text, why text, remedy text)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select d.datname = current_database(),
         format('%s on the database %I', lower(a.privilege_type), d.datname),
         case a.privilege_type
           when 'TEMPORARY' then 'Every login may fill the disk with temporary tables, outside every quota.'
           else 'Every login of the server may connect, institutions'' roles too.' end,
         format('revoke %s on database %I from public', lower(a.privilege_type), d.datname)
  from pg_database d, aclexplode(coalesce(d.datacl, acldefault('d', d.datdba))) a
  where d.datallowconn and a.grantee = 0 and a.privilege_type in ('CONNECT', 'TEMPORARY')
  union all
  select true, 'create in the schema public',
         'Every login may make tables and functions there, and so put them into others'' search path.',
         'revoke create on schema public from public'
  from pg_namespace n, aclexplode(coalesce(n.nspacl, acldefault('n', n.nspowner))) a
  where n.nspname = 'public' and a.grantee = 0 and a.privilege_type = 'CREATE'
  union all
  select true, 'large objects',
         'Every login may fill the disk with large objects, outside every quota. Closing it takes a superuser.',
         'revoke execute on function ' || string_agg(p.oid::regprocedure::text, ', ') || ' from public'
  from pg_proc p
  where p.pronamespace = 'pg_catalog'::regnamespace
    and (p.proname like 'lo\_%' or p.proname in ('loread', 'lowrite'))
    and has_function_privilege('public', p.oid, 'execute')
  having count(*) > 0;
$$;
