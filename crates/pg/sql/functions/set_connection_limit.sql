-- Sets how many sessions each role of an institution may have; null is the default for new ones.
create or replace function tenantry.set_connection_limit(p_schema uuid, p_limit integer)
returns integer language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_marker tenantry.schema_marker := tenantry.locked_marker(p_schema, null, null);
  v_limit integer := coalesce(
    p_limit, (select value::integer from tenantry.setting where name = 'connection_limit'));
  v_role text;
begin
  if v_marker.state not in ('active', 'suspended') then
    raise exception 'a schema that is % has no connections to limit', v_marker.state using errcode = 'TN005';
  end if;
  if v_marker.role_name is null then
    raise exception 'the schema % has no role of its own whose sessions could be limited',
        quote_ident(v_marker.schema_name)
      using errcode = 'TN043',
            hint = 'Issue credentials first: tenantry schema credentials ' || v_marker.institution;
  end if;
  for v_role in select tenantry.roles_of(v_marker.role_name) loop
    execute format('alter role %I connection limit %s', v_role, v_limit);
    update tenantry.application_role set connection_limit = v_limit
    where role_oid = (select oid from pg_roles where rolname = v_role);
  end loop;
  return v_limit;
end $$;
