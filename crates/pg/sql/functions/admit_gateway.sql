-- Lets the gateway become an institution's role, where there is a gateway.
create or replace function tenantry.admit_gateway(p_role text)
returns void language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  if exists (select from tenantry.setting where name = 'gateway' and value = 'on') then
    -- the gateway does not inherit, so it may become the role and has none of its rights before
    execute format('grant %I to tenantry_gateway', p_role);
  end if;
end $$;
