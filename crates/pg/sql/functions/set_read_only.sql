-- Lets Tenantry change an adopted schema from now on, or only read it again.
create or replace function tenantry.set_read_only(
  p_schema uuid, p_read_only boolean, p_operation uuid, p_generation bigint)
returns tenantry.schema_marker
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_marker tenantry.schema_marker;
  v_before boolean;
begin
  -- `locked_marker` would refuse a schema that is only read
  perform tenantry.pass_fence(p_schema, p_operation, p_generation);
  select * into v_marker from tenantry.schema_marker where id = p_schema for update;
  if not found then
    raise exception 'there is no schema with the id %', p_schema using errcode = 'TN006';
  end if;
  select read_only into v_before from tenantry.adoption where schema_id = p_schema;
  if not found then
    raise exception 'the schema % was made by Tenantry', quote_ident(v_marker.schema_name)
      using errcode = 'TN005';
  elsif v_before = p_read_only then
    return v_marker;
  end if;
  update tenantry.adoption set read_only = p_read_only where schema_id = p_schema;
  return tenantry.write_marker(v_marker, v_marker.state, p_operation, p_generation);
end $$;
