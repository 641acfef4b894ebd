-- Run once by an administrator. Roles belong to the whole server, so they are made only when missing.
do $$
begin
  perform pg_advisory_xact_lock(hashtext('tenantry install'));
  if not exists (select from pg_roles where rolname = 'tenantry_owner') then
    -- createrole: the functions that it owns make one application role for each institution
    create role tenantry_owner nologin nosuperuser nocreatedb createrole;
  end if;
  if not exists (select from pg_roles where rolname = 'tenantry_prover') then
    -- runs a template's script for the first time: it may do nothing but fill a schema of its own
    create role tenantry_prover nologin nosuperuser nocreatedb nocreaterole;
  end if;
  if not exists (select from pg_roles where rolname = 'tenantry_control') then
    create role tenantry_control login nosuperuser nocreatedb nocreaterole;
  end if;
  if not pg_has_role('tenantry_control', 'tenantry_owner', 'member') then
    grant tenantry_owner to tenantry_control;
  end if;
  if not pg_has_role('tenantry_owner', 'tenantry_prover', 'member') then
    grant tenantry_prover to tenantry_owner;
  end if;
  -- ends the sessions of an institution that is being suspended
  if not pg_has_role('tenantry_control', 'pg_signal_backend', 'member') then
    begin
      grant pg_signal_backend to tenantry_control;
    exception when insufficient_privilege then
      raise warning 'tenantry_control cannot end the sessions of a suspended institution'
        using hint = 'A superuser can mend that: grant pg_signal_backend to tenantry_control;';
    end;
  end if;
  -- An administrator without superuser rights must be able to become what it hands things to. From
  -- PostgreSQL 16 on, whoever makes a role is a member of it, but may not become it unasked.
  if not (select rolsuper from pg_roles where rolname = current_user)
     and current_user <> 'tenantry_control' then
    execute format('grant tenantry_owner, tenantry_control to %I', current_user)
      || case when current_setting('server_version_num')::int >= 160000
              then ' with set true, inherit true' else '' end;
  end if;
end $$;
