-- Makes the application role of an adopted schema and gives it its rights; nothing is taken from anybody.
create or replace function tenantry.admit_application(p_schema uuid)
returns text language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_marker tenantry.schema_marker;
  v_role text;
begin
  select * into strict v_marker from tenantry.schema_marker where id = p_schema;
  perform tenantry.require_owners(p_schema, true);
  v_role := tenantry.make_role(p_schema, v_marker.schema_name, tenantry.schema_name_for(v_marker.institution));
  update tenantry.schema_marker set role_name = v_role, changed_at = clock_timestamp() where id = p_schema;
  return v_role;
end $$;
