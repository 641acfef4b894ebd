-- Drops the role that a copy was restored as, with whatever rights and default privileges it has left.
create or replace function tenantry.drop_copy_role(p_role text)
returns void language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  if tenantry.role_exists(p_role) then
    perform tenantry.end_login(p_role);
    execute format('drop owned by %I', p_role);
    execute format('drop role %I', p_role);
  end if;
end $$;
