-- active | suspended → archived: sealed and renamed out of the way, so that both names are free.
create or replace function tenantry.archive_schema(p_schema uuid, p_operation uuid, p_generation bigint)
returns tenantry.schema_marker
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_marker tenantry.schema_marker := tenantry.locked_marker(p_schema, p_operation, p_generation);
  v_name text := 'tenantry_archived_' || replace(p_schema::text, '-', '');
begin
  if v_marker.state = 'archived' then
    return v_marker;
  elsif v_marker.state not in ('active', 'suspended') then
    raise exception 'a schema that is % cannot be dropped', v_marker.state using errcode = 'TN005';
  end if;
  perform tenantry.seal_schema(v_marker.schema_name, v_marker.role_name, true);
  execute format('alter schema %I rename to %I', v_marker.schema_name, v_name);
  if tenantry.role_exists(v_marker.role_name) then
    v_marker.role_name := tenantry.rename_roles(p_schema, v_marker.role_name, v_name);
  end if;
  v_marker.schema_name := v_name;
  v_marker.archived_at := clock_timestamp();
  return tenantry.write_marker(v_marker, 'archived', p_operation, p_generation);
end $$;
