-- Sets what the roles of an institution are held to: sessions, and how long a statement may run and a
-- transaction be idle, in milliseconds. Null is the default for new roles. The two times are defaults
-- of the role's sessions, which a session may change; the watchdog is what holds it to them.
create or replace function tenantry.set_role_limits(
  p_schema uuid, p_connection_limit integer, p_statement_ms bigint, p_idle_ms bigint,
  p_operation uuid, p_generation bigint)
returns tenantry.schema_marker
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_marker tenantry.schema_marker := tenantry.locked_marker(p_schema, p_operation, p_generation);
  v_role text;
  v_limit record;
begin
  if v_marker.state not in ('active', 'suspended') then
    raise exception 'a schema that is % has no roles to limit', v_marker.state using errcode = 'TN005';
  elsif not tenantry.role_exists(v_marker.role_name) then
    raise exception 'the role % was dropped by hand', quote_ident(v_marker.role_name)
      using errcode = 'TN008', hint = 'See `tenantry schema findings`.';
  end if;
  perform tenantry.set_connection_limit(p_schema, p_connection_limit);
  for v_role in select tenantry.roles_of(v_marker.role_name) loop
    for v_limit in
      select s.name, coalesce(given.ms || 'ms', s.value) as value
      from tenantry.setting s
      join (values ('statement_timeout', p_statement_ms),
                   ('idle_in_transaction_session_timeout', p_idle_ms)) as given(name, ms) using (name)
    loop
      execute format('alter role %I set %I = %L', v_role, v_limit.name, v_limit.value);
    end loop;
    -- what it is compared with from now on; settings of the role's own making stay and are reported
    update tenantry.application_role a
    set settings = (
      select coalesce(array_agg(kept order by kept), '{}')
      from (select kept from unnest(a.settings) kept
            where split_part(kept, '=', 1) not in ('statement_timeout', 'idle_in_transaction_session_timeout')
            union all
            select c from pg_db_role_setting d, unnest(d.setconfig) c
            where d.setrole = a.role_oid and d.setdatabase = 0
              and split_part(c, '=', 1) in ('statement_timeout', 'idle_in_transaction_session_timeout')) k)
    where a.role_oid = (select oid from pg_roles where rolname = v_role);
  end loop;
  return tenantry.write_marker(v_marker, v_marker.state, p_operation, p_generation);
end $$;
