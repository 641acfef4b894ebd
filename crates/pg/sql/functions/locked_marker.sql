-- Passes the fence, then locks and returns the marker of a schema that may be changed.
create or replace function tenantry.locked_marker(p_schema uuid, p_operation uuid, p_generation bigint)
returns tenantry.schema_marker
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_marker tenantry.schema_marker;
begin
  perform tenantry.pass_fence(p_schema, p_operation, p_generation);
  select * into v_marker from tenantry.schema_marker where id = p_schema for update;
  if not found then
    raise exception 'there is no schema with the id %', p_schema using errcode = 'TN006';
  end if;
  -- A marker whose schema was renamed or dropped by hand is not acted on: what is meant is unclear.
  if not exists (select from pg_namespace
                 where oid = v_marker.schema_oid and nspname = v_marker.schema_name) then
    raise exception 'the schema % was renamed or dropped by hand', quote_ident(v_marker.schema_name)
      using errcode = 'TN008', hint = 'See `tenantry schema findings`.';
  end if;
  if exists (select from tenantry.adoption where schema_id = p_schema and read_only) then
    raise exception 'the schema % was adopted and is only read', quote_ident(v_marker.schema_name)
      using errcode = 'TN041',
            hint = 'To let Tenantry change it: tenantry schema manage ' || v_marker.institution;
  end if;
  return v_marker;
end $$;
