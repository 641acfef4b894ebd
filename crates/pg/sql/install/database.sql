-- Run by an administrator in the managed database; everything after it runs as tenantry_owner.
do $$
begin
  execute format('grant create on database %I to tenantry_owner', current_database());
  execute format('grant connect on database %I to tenantry_control, tenantry_application', current_database());
  -- The sizes of all schemas by the sizes of the database's files (names and sizes, never contents).
  -- Only a superuser may give this; without it sizes are measured table by table, which is slower.
  if not (has_function_privilege('tenantry_owner', 'pg_ls_dir(text, boolean, boolean)', 'execute')
          and has_function_privilege('tenantry_owner', 'pg_stat_file(text, boolean)', 'execute')) then
    begin
      grant execute on function pg_catalog.pg_ls_dir(text, boolean, boolean),
        pg_catalog.pg_stat_file(text, boolean) to tenantry_owner;
    exception when insufficient_privilege then
      null;
    end;
  end if;
  if to_regnamespace('tenantry') is null then
    create schema tenantry authorization tenantry_owner;
  end if;
  if (select pg_get_userbyid(nspowner) from pg_namespace where nspname = 'tenantry') <> 'tenantry_owner' then
    raise exception 'there is a schema "tenantry" in this database that Tenantry did not make'
      using errcode = 'TN002', hint = 'Rename it, or choose another managed database.';
  end if;
end $$;
