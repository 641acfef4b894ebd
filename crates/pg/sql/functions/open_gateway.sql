-- Lets the gateway become the role of every institution that there is, and says how many there are.
-- Those that come later are admitted when they are made.
create or replace function tenantry.open_gateway()
returns bigint language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_role text;
begin
  update tenantry.setting set value = 'on' where name = 'gateway';
  for v_role in
    select r.rolname
    from tenantry.schema_marker m
    join pg_roles r on r.rolname = m.role_name
    where not exists (select from pg_auth_members
                      where roleid = r.oid and member = 'tenantry_gateway'::regrole)
  loop
    perform tenantry.admit_gateway(v_role);
  end loop;
  return (select count(*) from pg_auth_members where member = 'tenantry_gateway'::regrole);
end $$;
