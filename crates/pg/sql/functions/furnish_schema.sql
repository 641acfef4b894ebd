-- Makes the application role of a schema that has just been made, gives it its rights and runs the
-- template's script. Returns the role's name.
create or replace function tenantry.furnish_schema(p_schema uuid, p_schema_name text, p_script text)
returns text language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_role text := tenantry.make_role(p_schema, p_schema_name, p_schema_name);
begin
  perform tenantry.run_script(p_schema_name, p_script);
  return v_role;
end $$;
