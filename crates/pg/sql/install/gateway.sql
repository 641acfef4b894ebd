-- Run by an administrator in the managed database, on request: the login of applications that keep
-- one pool for all institutions. It has no rights of its own; it may become an institution's role.
do $$
begin
  if not exists (select from pg_roles where rolname = 'tenantry_gateway') then
    begin
      create role tenantry_gateway login nosuperuser nocreatedb nocreaterole noinherit;
    exception when duplicate_object or unique_violation then
      null;   -- made in this moment for another database of the server
    end;
  end if;
  execute format('grant connect on database %I to tenantry_gateway', current_database());
end $$;
set local role tenantry_owner;
grant usage on schema tenantry to tenantry_gateway;
grant execute on function tenantry.enter(text), tenantry.entrance(text) to tenantry_gateway;
