-- Renames an institution's roles with its schema, points their search path to it, and answers with what the
-- application's role is called now: as the schema, or with an addition where that name is taken on this
-- server. Roles belong to all databases of a server, so only trying tells.
create or replace function tenantry.rename_roles(p_schema uuid, p_from text, p_schema_name text)
returns text language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_roles text[] := array(select tenantry.roles_of(p_from));
  v_role text;
  v_name text;
  v_to text;
begin
  foreach v_to in array array[p_schema_name, p_schema_name || '_' || substr(replace(p_schema::text, '-', ''), 25, 8)] loop
    begin
      foreach v_role in array v_roles loop
        v_name := case when v_role = p_from then v_to else tenantry.read_only_name(v_to) end;
        execute format('alter role %I rename to %I', v_role, v_name);
        execute format('alter role %I set search_path = %I', v_name, p_schema_name);
      end loop;
      return v_to;
    exception when duplicate_object or unique_violation then
      if v_to <> p_schema_name then
        raise;
      end if;
    end;
  end loop;
end $$;
