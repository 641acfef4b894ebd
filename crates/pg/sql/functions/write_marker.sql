-- Writes a marker's new state under its operation and generation.
create or replace function tenantry.write_marker(
  p_marker tenantry.schema_marker, p_state text, p_operation uuid, p_generation bigint)
returns tenantry.schema_marker
language sql security definer set search_path = pg_catalog, pg_temp as $$
  update tenantry.schema_marker
  set schema_name = p_marker.schema_name,
      role_name = p_marker.role_name,
      suspended = p_marker.suspended,
      archived_at = p_marker.archived_at,
      state = p_state,
      operation = p_operation,
      generation = coalesce(p_generation, generation),
      changed_at = clock_timestamp()
  where id = p_marker.id
  returning *;
$$;
