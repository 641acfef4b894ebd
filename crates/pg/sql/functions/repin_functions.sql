-- Functions of a schema that was renamed keep its old name in their own `search_path` setting: writes
-- the new one in its place.
create or replace function tenantry.repin_functions(p_schema_oid oid, p_old text, p_new text)
returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_function record;
begin
  for v_function in
    select *
    from (select format('alter routine %s set search_path from current', p.oid::regprocedure) as statement,
                 substr(setting, length('search_path=') + 1) as old_path,
                 tenantry.repinned(substr(setting, length('search_path=') + 1), p_old, p_new) as path
          from pg_depend d
          join pg_proc p on p.oid = d.objid
          cross join unnest(p.proconfig) setting
          where d.refclassid = 'pg_namespace'::regclass and d.refobjid = p_schema_oid
            and d.classid = 'pg_proc'::regclass and starts_with(setting, 'search_path=')) pinned
    where path <> old_path
  loop
    -- Taken over from the session, so that no list has to be quoted again. While it is the template's,
    -- nothing is looked up in it but what bears its schema's name.
    perform pg_catalog.set_config('search_path', v_function.path, true);
    execute v_function.statement;
    perform pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true);
  end loop;
end $$;
