-- archived → what it was before, active or suspended, under its old name if that is free.
create or replace function tenantry.unarchive_schema(p_schema uuid, p_operation uuid, p_generation bigint)
returns tenantry.schema_marker
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_marker tenantry.schema_marker := tenantry.locked_marker(p_schema, p_operation, p_generation);
  v_name text := tenantry.schema_name_for(v_marker.institution);
begin
  if v_marker.state in ('active', 'suspended') then
    return v_marker;
  elsif v_marker.state <> 'archived' then
    raise exception 'a schema that is % cannot be recovered', v_marker.state using errcode = 'TN005';
  end if;
  begin
    execute format('alter schema %I rename to %I', v_marker.schema_name, v_name);
  exception when duplicate_schema or unique_violation then
    raise exception 'the name % is taken by another schema', quote_ident(v_name)
      using errcode = 'TN002', hint = 'Drop or rename the one that bears the name now.';
  end;
  if tenantry.role_exists(v_marker.role_name) then
    v_marker.role_name := tenantry.rename_roles(p_schema, v_marker.role_name, v_name);
  end if;
  v_marker.schema_name := v_name;
  v_marker.archived_at := null;
  if not v_marker.suspended then
    perform tenantry.seal_schema(v_name, v_marker.role_name, false);
  end if;
  return tenantry.write_marker(v_marker, case when v_marker.suspended then 'suspended' else 'active' end,
    p_operation, p_generation);
end $$;
