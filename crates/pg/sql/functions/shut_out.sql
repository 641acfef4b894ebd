-- Closes an institution's schema for its roles and leaves its state as it is: a swap is about to begin.
create or replace function tenantry.shut_out(p_schema uuid, p_operation uuid, p_generation bigint)
returns tenantry.schema_marker
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_marker tenantry.schema_marker := tenantry.locked_marker(p_schema, p_operation, p_generation);
begin
  if v_marker.state not in ('active', 'suspended', 'archived') then
    raise exception 'a schema that is % cannot be closed', v_marker.state using errcode = 'TN005';
  end if;
  perform tenantry.seal_schema(v_marker.schema_name, v_marker.role_name, true);
  return v_marker;
end $$;
