-- Sets what a new role of an institution is held to, and notes it for the comparison with what it has
-- later: a role may change its own settings at any time.
create or replace function tenantry.pin_role(p_role text, p_schema_name text, p_read_only_of oid)
returns void language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_oid oid := (select oid from pg_roles where rolname = p_role);
  v_limit integer := (select value::integer from tenantry.setting where name = 'connection_limit');
  v_setting record;
begin
  execute format('alter role %I connection limit %s', p_role, v_limit);
  for v_setting in
    select name, value from tenantry.setting
    where name in ('statement_timeout', 'idle_in_transaction_session_timeout')
       or name = 'temp_file_limit' and has_parameter_privilege(current_user, name, 'set')
  loop
    execute format('alter role %I set %I = %L', p_role, v_setting.name, v_setting.value);
  end loop;
  insert into tenantry.application_role as a (role_oid, read_only_of, connection_limit, settings)
  select v_oid, p_read_only_of, v_limit, setconfig
  from pg_db_role_setting where setrole = v_oid and setdatabase = 0
  -- the number of a role that is gone may come again
  on conflict (role_oid) do update
    set read_only_of = excluded.read_only_of, connection_limit = excluded.connection_limit,
        settings = excluded.settings, password_set_at = null;
  execute format('alter role %I set search_path = %I', p_role, p_schema_name);
end $$;
