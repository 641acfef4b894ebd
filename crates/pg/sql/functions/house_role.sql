-- Gives the roles of an institution their rights on a schema that has come back, under its name, and makes
-- the application's role where it is gone. Answers with that role's name; an adopted schema that had none
-- gets none.
create or replace function tenantry.house_role(
  p_marker tenantry.schema_marker, p_schema_name text, p_adopted boolean)
returns text language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_role text := p_marker.role_name;
  v_wanted text := tenantry.schema_name_for(p_marker.institution);
  v_each record;
begin
  if v_role is null and p_adopted then
    return null;
  elsif v_role is null or not tenantry.role_exists(v_role) then
    return tenantry.make_role(p_marker.id, p_schema_name, v_wanted);
  end if;
  if p_marker.state not in ('active', 'suspended') then
    v_role := tenantry.rename_roles(p_marker.id, v_role, v_wanted, p_schema_name);
  end if;
  for v_each in
    select r.rolname, a.read_only_of is not null as read_only
    from tenantry.roles_of(v_role) n
    join pg_roles r on r.rolname = n
    join tenantry.application_role a on a.role_oid = r.oid
  loop
    perform tenantry.grant_rights(p_schema_name, v_each.rolname, v_each.read_only);
  end loop;
  return v_role;
end $$;
