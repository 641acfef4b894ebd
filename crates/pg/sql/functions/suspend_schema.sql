-- active → suspended: the institution is shut out, its data untouched.
create or replace function tenantry.suspend_schema(p_schema uuid, p_operation uuid, p_generation bigint)
returns tenantry.schema_marker
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_marker tenantry.schema_marker := tenantry.locked_marker(p_schema, p_operation, p_generation);
begin
  if v_marker.state = 'suspended' then
    return v_marker;
  elsif v_marker.state <> 'active' then
    raise exception 'a schema that is % cannot be suspended', v_marker.state using errcode = 'TN005';
  end if;
  perform tenantry.refuse_adopted(p_schema, 'suspended');
  perform tenantry.seal_schema(v_marker.schema_name, v_marker.role_name, true);
  v_marker.suspended := true;
  return tenantry.write_marker(v_marker, 'suspended', p_operation, p_generation);
end $$;
