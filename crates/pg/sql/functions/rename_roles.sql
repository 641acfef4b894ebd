-- Renames an institution's roles with its schema, and points their search path to it.
create or replace function tenantry.rename_roles(p_from text, p_to text, p_schema_name text)
returns void language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_role text;
  v_name text;
begin
  for v_role in select tenantry.roles_of(p_from) loop
    v_name := case when v_role = p_from then p_to else tenantry.read_only_name(p_to) end;
    execute format('alter role %I rename to %I', v_role, v_name);
    execute format('alter role %I set search_path = %I', v_name, p_schema_name);
  end loop;
end $$;
