-- archived → purging: from here there is no way back.
create or replace function tenantry.begin_purge(p_schema uuid, p_operation uuid, p_generation bigint)
returns tenantry.schema_marker
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_marker tenantry.schema_marker := tenantry.locked_marker(p_schema, p_operation, p_generation);
begin
  if v_marker.state = 'purging' then
    return v_marker;
  elsif v_marker.state <> 'archived' then
    raise exception 'a schema that is % cannot be purged; drop it first', v_marker.state
      using errcode = 'TN005';
  end if;
  perform tenantry.require_owners(p_schema, false);
  return tenantry.write_marker(v_marker, 'purging', p_operation, p_generation);
end $$;
