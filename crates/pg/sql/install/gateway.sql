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
  -- its sessions do not take on the settings of the roles that they become
  if not exists (select from pg_db_role_setting s, unnest(s.setconfig) c
                 where s.setdatabase = 0 and s.setrole = 'tenantry_gateway'::regrole
                   and c like 'temp_file_limit=%') then
    begin
      execute format('alter role tenantry_gateway set temp_file_limit = %L',
                     (select value from tenantry.setting where name = 'temp_file_limit'));
    exception when insufficient_privilege then
      null;
    end;
  end if;
  execute format('grant connect on database %I to tenantry_gateway', current_database());
end $$;
set local role tenantry_owner;
grant usage on schema tenantry to tenantry_gateway;
grant execute on function tenantry.enter(text), tenantry.entrance(text) to tenantry_gateway;
