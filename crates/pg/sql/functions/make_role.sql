-- Makes the application role of a schema and gives it its rights. Returns its name: as wanted, or with an
-- addition where that is taken on this server.
create or replace function tenantry.make_role(p_schema uuid, p_schema_name text, p_wanted text)
returns text language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_role text := p_wanted;
  -- it inherits the right to connect from tenantry_application, and is a member of nothing else
  v_make text := 'create role %I login nosuperuser nocreatedb nocreaterole inherit in role tenantry_application';
begin
  -- Role names are shared by all databases of a server, so the wanted one may be taken, or be taken
  -- in this very moment: only making it tells.
  begin
    execute format(v_make, v_role);
  exception when duplicate_object or unique_violation then
    v_role := p_wanted || '_' || substr(replace(p_schema::text, '-', ''), 25, 8);
    execute format(v_make, v_role);
  end;
  perform tenantry.pin_role(v_role, p_schema_name, null);
  perform tenantry.grant_rights(p_schema_name, v_role, false);
  perform tenantry.admit_gateway(v_role);
  return v_role;
end $$;
