-- Makes the application role of an adopted schema and gives it its rights; nothing is taken from anybody.
create or replace function tenantry.admit_application(p_schema uuid)
returns text language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_marker tenantry.schema_marker;
  v_role text;
  v_make text := 'create role %I login nosuperuser nocreatedb nocreaterole inherit in role tenantry_application';
begin
  select * into strict v_marker from tenantry.schema_marker where id = p_schema;
  perform tenantry.require_owners(p_schema, true);
  v_role := tenantry.schema_name_for(v_marker.institution);
  begin
    execute format(v_make, v_role);
  exception when duplicate_object or unique_violation then
    v_role := v_role || '_' || substr(replace(p_schema::text, '-', ''), 25, 8);
    execute format(v_make, v_role);
  end;
  perform tenantry.pin_role(v_role, v_marker.schema_name, null);
  perform tenantry.grant_rights(v_marker.schema_name, v_role, false);
  perform tenantry.admit_gateway(v_role);
  update tenantry.schema_marker set role_name = v_role, changed_at = clock_timestamp() where id = p_schema;
  return v_role;
end $$;
