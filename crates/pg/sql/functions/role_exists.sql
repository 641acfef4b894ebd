-- Whether a role of that name is there: it may have been removed by hand.
create or replace function tenantry.role_exists(p_role text)
returns boolean language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select exists (select from pg_roles where rolname = p_role);
$$;
