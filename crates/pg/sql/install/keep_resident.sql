-- Gives the login that `tenantry.resident` names what close.sql takes from everybody, as far as it had it
-- and may need it.
do $$
declare
  v_login text := current_setting('tenantry.resident');
  v_statement text;
begin
  for v_statement in
    select format('grant connect, temporary on database %I to %I', current_database(), v_login)
    union all
    -- an upgraded database may still let everybody make tables there, and its migrations rely on it
    select format('grant create on schema public to %I', v_login)
    from pg_namespace n, aclexplode(coalesce(n.nspacl, acldefault('n', n.nspowner))) a
    where n.nspname = 'public' and a.grantee = 0 and a.privilege_type = 'CREATE'
    union all
    select format('grant usage on schema public to %I', v_login)
    from pg_namespace n, aclexplode(coalesce(n.nspacl, acldefault('n', n.nspowner))) a
    where n.nspname = 'public' and a.grantee = 0 and a.privilege_type = 'USAGE'
    union all
    -- where there are large objects, an application uses them
    select format('grant execute on function %s to %I', p.oid::regprocedure, v_login)
    from pg_proc p
    where p.pronamespace = 'pg_catalog'::regnamespace
      and (p.proname like 'lo\_%' or p.proname in ('loread', 'lowrite'))
      and has_function_privilege('public', p.oid, 'execute')
      and exists (select from pg_largeobject_metadata)
  loop
    begin
      execute v_statement;
    exception when insufficient_privilege then
      null;   -- then it cannot be taken from everybody either
    end;
  end loop;
end $$;
