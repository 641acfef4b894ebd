-- Ends every session of a copy's role, and waits until they are gone.
create or replace function tenantry.end_login(p_role text)
returns void language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  perform pg_terminate_backend(pid, 5000) from pg_stat_activity where usename = p_role;
end $$;
