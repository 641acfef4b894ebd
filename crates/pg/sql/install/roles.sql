-- Run once by an administrator. Roles belong to the whole server, so they are made only when missing.
do $$
begin
  if not exists (select from pg_roles where rolname = 'tenantry_owner') then
    -- createrole: the functions that it owns make one application role for each institution
    create role tenantry_owner nologin nosuperuser nocreatedb createrole;
  end if;
  if not exists (select from pg_roles where rolname = 'tenantry_schema_owner') then
    -- owns every institution's schema and what is in it, and may do nothing else: what a template's
    -- script or a trigger of a table can reach ends here
    create role tenantry_schema_owner nologin nosuperuser nocreatedb nocreaterole;
  end if;
  if not exists (select from pg_roles where rolname = 'tenantry_prover') then
    -- runs a template's script for the first time: it may do nothing but fill a schema of its own
    create role tenantry_prover nologin nosuperuser nocreatedb nocreaterole;
  end if;
  if not exists (select from pg_roles where rolname = 'tenantry_reader') then
    -- answers queries about schemas that are to be adopted; it may read what an administrator lets it
    create role tenantry_reader nologin nosuperuser nocreatedb nocreaterole;
  end if;
  if not exists (select from pg_roles where rolname = 'tenantry_control') then
    create role tenantry_control login nosuperuser nocreatedb nocreaterole;
  end if;
  if not exists (select from pg_roles where rolname = 'tenantry_application') then
    -- holds the right to connect for all institutions' roles: one entry in the database's list of
    -- rights instead of one for each institution
    create role tenantry_application nologin nosuperuser nocreatedb nocreaterole;
  end if;
  if not pg_has_role('tenantry_owner', 'tenantry_application', 'member with admin option') then
    grant tenantry_application to tenantry_owner with admin option;
  end if;
  if not pg_has_role('tenantry_control', 'tenantry_owner', 'member') then
    grant tenantry_owner to tenantry_control;
  end if;
  if not pg_has_role('tenantry_owner', 'tenantry_schema_owner', 'member') then
    grant tenantry_schema_owner to tenantry_owner;
  end if;
  if not pg_has_role('tenantry_owner', 'tenantry_prover', 'member') then
    grant tenantry_prover to tenantry_owner;
  end if;
  if not pg_has_role('tenantry_owner', 'tenantry_reader', 'member') then
    grant tenantry_reader to tenantry_owner;
  end if;
  -- ends the sessions of an institution that is being suspended
  if not pg_has_role('tenantry_control', 'pg_signal_backend', 'member') then
    begin
      grant pg_signal_backend to tenantry_control;
    exception when insufficient_privilege then
      -- since PostgreSQL 16, createrole alone does not do
      raise exception 'the role % may not grant pg_signal_backend, which ends the sessions of suspended institutions',
                      quote_ident(current_user)
        using errcode = 'insufficient_privilege',
              hint = format('As a superuser: grant pg_signal_backend to %I with admin option', current_user);
    end;
  end if;
  -- sees for how long the sessions of applications have been at something; without it the watchdog is
  -- blind, and says so
  if not pg_has_role('tenantry_control', 'pg_read_all_stats', 'member') then
    begin
      grant pg_read_all_stats to tenantry_control;
    exception when insufficient_privilege then
      null;
    end;
  end if;
  -- in a deadlock with an application our session is to find it first, and to be the one that gives up
  if not exists (select from pg_db_role_setting s, unnest(s.setconfig) c
                 where s.setdatabase = 0 and s.setrole = 'tenantry_control'::regrole
                   and c like 'deadlock_timeout=%') then
    begin
      alter role tenantry_control set deadlock_timeout = '50ms';
    exception when insufficient_privilege then
      null;
    end;
  end if;
  -- what a query puts into temporary files lies outside every quota; a role cannot lift this limit
  -- itself, and who sets it for a role needs this
  if not has_parameter_privilege('tenantry_owner', 'temp_file_limit', 'set') then
    begin
      grant set on parameter temp_file_limit to tenantry_owner;
    exception when insufficient_privilege then
      null;
    end;
  end if;
  -- An administrator without superuser rights must be a member of what it hands things to. Asked for
  -- is usage: since PostgreSQL 16, who makes a role is a member of it that may only administer it.
  if not pg_has_role(current_user, 'tenantry_owner', 'usage')
     or not pg_has_role(current_user, 'tenantry_control', 'usage') then
    execute format('grant tenantry_owner, tenantry_control to %I', current_user);
  end if;
end $$;
