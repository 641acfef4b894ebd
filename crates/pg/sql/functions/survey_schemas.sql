-- Owner, number of tables and size of schemas, without reading anything in them. The size is null where
-- a table was locked for longer than 100 ms.
create or replace function tenantry.survey_schemas(p_schemas text[])
returns table (schema_name text, owner text, tables bigint, bytes bigint)
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp set lock_timeout = '100ms' as $$
declare
  v_oid oid;
begin
  for v_oid, schema_name, owner in
    select n.oid, n.nspname, pg_get_userbyid(n.nspowner)
    from pg_namespace n where n.nspname = any (p_schemas)
  loop
    begin
      select count(*) filter (where c.relkind in ('r', 'p', 'f')),
             coalesce(sum(case when c.relkind in ('r', 'm', 'S') then pg_total_relation_size(c.oid) end), 0)
      into tables, bytes
      from pg_depend d
      join pg_class c on c.oid = d.objid
      where d.refclassid = 'pg_namespace'::regclass and d.refobjid = v_oid and d.classid = 'pg_class'::regclass;
    exception when lock_not_available or undefined_table or internal_error then
      bytes := null;
      select count(*) into tables
      from pg_depend d
      join pg_class c on c.oid = d.objid
      where d.refclassid = 'pg_namespace'::regclass and d.refobjid = v_oid
        and d.classid = 'pg_class'::regclass and c.relkind in ('r', 'p', 'f');
    end;
    return next;
  end loop;
end $$;
