-- Passes the fence, then locks and returns a copy of an institution's schema.
create or replace function tenantry.locked_copy(
  p_copy uuid, p_schema uuid, p_operation uuid, p_generation bigint)
returns tenantry.schema_copy
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_copy tenantry.schema_copy;
begin
  perform tenantry.pass_fence(p_schema, p_operation, p_generation);
  select * into v_copy from tenantry.schema_copy where id = p_copy for update;
  if not found then
    raise exception 'there is no copy with the id %', p_copy using errcode = 'TN006';
  elsif v_copy.schema_id <> p_schema then
    raise exception 'the copy % belongs to another institution, %', quote_ident(v_copy.schema_name),
      quote_literal(v_copy.institution) using errcode = 'TN005';
  elsif not exists (select from pg_namespace
                    where oid = v_copy.schema_oid and nspname = v_copy.schema_name) then
    raise exception 'the schema % was renamed or dropped by hand', quote_ident(v_copy.schema_name)
      using errcode = 'TN008', hint = 'See `tenantry schema findings`.';
  end if;
  return v_copy;
end $$;
