-- Run by an administrator in the managed database; everything after it runs as tenantry_owner.
do $$
begin
  execute format('grant create on database %I to tenantry_owner', current_database());
  execute format('grant connect on database %I to tenantry_control, tenantry_application', current_database());
  if to_regnamespace('tenantry') is null then
    create schema tenantry authorization tenantry_owner;
  end if;
  if (select pg_get_userbyid(nspowner) from pg_namespace where nspname = 'tenantry') <> 'tenantry_owner' then
    raise exception 'there is a schema "tenantry" in this database that Tenantry did not make'
      using errcode = 'TN002', hint = 'Rename it, or choose another managed database.';
  end if;
end $$;
