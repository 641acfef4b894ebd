-- Opens an institution's schema for its roles, if it is one that is open.
create or replace function tenantry.let_in(p_schema uuid, p_operation uuid, p_generation bigint)
returns tenantry.schema_marker
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_marker tenantry.schema_marker := tenantry.locked_marker(p_schema, p_operation, p_generation);
begin
  if v_marker.state = 'active' then
    perform tenantry.seal_schema(v_marker.schema_name, v_marker.role_name, false);
  end if;
  return v_marker;
end $$;
