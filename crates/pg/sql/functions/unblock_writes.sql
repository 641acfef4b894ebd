-- Lets a schema's application role write again (`give_writes`).
create or replace function tenantry.unblock_writes(p_schema uuid, p_operation uuid, p_generation bigint)
returns tenantry.schema_marker
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_marker tenantry.schema_marker := tenantry.locked_marker(p_schema, p_operation, p_generation);
begin
  if not exists (select from tenantry.write_block where schema_id = p_schema) then
    return v_marker;
  elsif not tenantry.role_exists(v_marker.role_name) then
    raise exception 'the role % is gone', quote_ident(v_marker.role_name) using errcode = 'TN008';
  end if;
  perform tenantry.give_writes(p_schema, v_marker.schema_oid, v_marker.schema_name, v_marker.role_name);
  return tenantry.write_marker(v_marker, v_marker.state, p_operation, p_generation);
end $$;
