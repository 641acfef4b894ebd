-- Writes the marker of a schema that has become an institution's: what hangs on its tables begins anew.
create or replace function tenantry.settle_schema(
  p_marker tenantry.schema_marker, p_schema_oid oid, p_blocked boolean, p_operation uuid, p_generation bigint)
returns tenantry.schema_marker
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  update tenantry.schema_marker set schema_oid = p_schema_oid where id = p_marker.id;
  if p_blocked then
    perform tenantry.withhold_writes(p_marker.id, p_schema_oid, p_marker.schema_name, p_marker.role_name);
  end if;
  update tenantry.usage_state set stale_since = clock_timestamp(), revision = revision + 1
  where schema_id = p_marker.id;
  return tenantry.write_marker(p_marker, p_marker.state, p_operation, p_generation);
end $$;
