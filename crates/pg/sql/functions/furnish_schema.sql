-- Makes the application role of a schema that has just been made, gives it its rights and runs the
-- template's script. Returns the role's name.
create or replace function tenantry.furnish_schema(p_schema uuid, p_schema_name text, p_script text)
returns text language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_role text := p_schema_name;
  -- it inherits the right to connect from tenantry_application, and is a member of nothing else
  v_make text := 'create role %I login nosuperuser nocreatedb nocreaterole inherit in role tenantry_application';
begin
  -- Role names are shared by all databases of a server, so the wanted one may be taken, or be taken
  -- in this very moment: only making it tells.
  begin
    execute format(v_make, v_role);
  exception when duplicate_object or unique_violation then
    v_role := p_schema_name || '_' || substr(replace(p_schema::text, '-', ''), 25, 8);
    execute format(v_make, v_role);
  end;
  perform tenantry.pin_role(v_role, p_schema_name, null);
  perform tenantry.grant_rights(p_schema_name, v_role, false);
  perform tenantry.admit_gateway(v_role);
  perform tenantry.run_script(p_schema_name, p_script);
  return v_role;
end $$;
