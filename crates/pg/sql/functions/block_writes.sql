-- Keeps a schema's application role from writing (`withhold_writes`). Who is in a transaction that holds
-- its locks goes on; `writers_of` finds them.
create or replace function tenantry.block_writes(p_schema uuid, p_operation uuid, p_generation bigint)
returns tenantry.schema_marker
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_marker tenantry.schema_marker := tenantry.locked_marker(p_schema, p_operation, p_generation);
begin
  if exists (select from tenantry.write_block where schema_id = p_schema) then
    return v_marker;
  elsif v_marker.state not in ('active', 'suspended') then
    raise exception 'a schema that is % cannot be blocked', v_marker.state using errcode = 'TN005';
  end if;
  perform tenantry.refuse_adopted(p_schema, 'kept from writing');
  if not tenantry.role_exists(v_marker.role_name) then
    raise exception 'the role % is gone', quote_ident(v_marker.role_name) using errcode = 'TN008';
  end if;
  perform tenantry.withhold_writes(p_schema, v_marker.schema_oid, v_marker.schema_name, v_marker.role_name);
  return tenantry.write_marker(v_marker, v_marker.state, p_operation, p_generation);
end $$;
