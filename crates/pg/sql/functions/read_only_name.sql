-- A free name for the read-only role of an institution. It is kept by oid, nothing derives it again.
create or replace function tenantry.read_only_name(p_role text)
returns text language sql volatile security definer set search_path = pg_catalog, pg_temp as $$
  select case when octet_length(p_role) <= 60 and not tenantry.role_exists(p_role || '_ro')
              then p_role || '_ro'
              else 'tenantry_ro_' || replace(gen_random_uuid()::text, '-', '') end;
$$;
