-- Makes the application role of a schema that has just been made, gives it its rights and runs the
-- template's script. Returns the role's name.
create or replace function tenantry.furnish_schema(p_schema uuid, p_schema_name text, p_script text)
returns text language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_role text := p_schema_name;
begin
  -- Role names are shared by all databases of a server, so the wanted one may be taken, or be taken
  -- in this very moment: only making it tells.
  begin
    execute format('create role %I login nosuperuser nocreatedb nocreaterole noinherit', v_role);
  exception when duplicate_object or unique_violation then
    v_role := p_schema_name || '_' || substr(replace(p_schema::text, '-', ''), 25, 8);
    execute format('create role %I login nosuperuser nocreatedb nocreaterole noinherit', v_role);
  end;
  execute format('alter role %I set search_path = %I', v_role, p_schema_name);
  execute format('grant usage on schema %I to %I', p_schema_name, v_role);
  -- Default privileges give each table its rights when it is made. `grant … on all tables` would
  -- read the whole catalog, once for each schema of the fleet.
  execute format('alter default privileges for role tenantry_schema_owner in schema %I
                    grant select, insert, update, delete on tables to %I', p_schema_name, v_role);
  execute format('alter default privileges for role tenantry_schema_owner in schema %I
                    grant usage, select on sequences to %I', p_schema_name, v_role);
  perform tenantry.run_script(p_schema_name, p_script);
  return v_role;
end $$;
