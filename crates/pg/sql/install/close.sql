-- Run by the administrator at the end of the installation: closes what a fresh PostgreSQL leaves open
-- to every login. What takes more rights than the administrator has stays open, and
-- `tenantry.left_open()` tells of it.
do $$
declare
  v_statement text;
begin
  set local client_min_messages = error;
  for v_statement in
    -- temporary objects would lie outside every schema, and outside every quota
    select format('revoke connect, temporary on database %I from public', current_database())
    union all
    -- PostgreSQL 15 and newer ship it closed; a database that was upgraded may still have it open
    select 'revoke create on schema public from public'
    from pg_namespace where nspname = 'public'
    union all
    -- where something is in it, somebody may need it
    select 'revoke usage on schema public from public'
    from pg_namespace n
    where n.nspname = 'public'
      and not exists (select from pg_depend
                      where refclassid = 'pg_namespace'::regclass and refobjid = n.oid)
    union all
    -- large objects lie outside every schema, too
    select format('revoke execute on function %s from public', p.oid::regprocedure)
    from pg_proc p
    where p.pronamespace = 'pg_catalog'::regnamespace
      and (p.proname like 'lo\_%' or p.proname in ('loread', 'lowrite'))
      and has_function_privilege('public', p.oid, 'execute')
  loop
    begin
      execute v_statement;
    exception when insufficient_privilege then
      null;
    end;
  end loop;
end $$;
