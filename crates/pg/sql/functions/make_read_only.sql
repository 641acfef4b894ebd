-- Makes the read-only role of an institution, or finds the one there is, and answers with its name.
create or replace function tenantry.make_read_only(p_schema_name text, p_role text)
returns text language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_application record;
  v_role text := (select name from tenantry.roles_of(p_role) as name where name <> p_role);
begin
  if v_role is not null then
    return v_role;
  end if;
  select oid, rolcanlogin into strict v_application from pg_roles where rolname = p_role;
  v_role := tenantry.read_only_name(p_role);
  execute format('create role %I %s nosuperuser nocreatedb nocreaterole inherit in role tenantry_application',
                 v_role, case when v_application.rolcanlogin then 'login' else 'nologin' end);
  perform tenantry.pin_role(v_role, p_schema_name, v_application.oid);
  perform tenantry.grant_rights(p_schema_name, v_role, true);
  if not v_application.rolcanlogin then
    execute format('revoke usage on schema %I from %I', p_schema_name, v_role);
  end if;
  return v_role;
end $$;
