-- Drops up to `p_limit` relations or routines of a schema and says how many are left.
-- Objects are found by pg_depend, the only indexed way from a schema to what is in it.
create or replace function tenantry.drop_objects(p_schema_oid oid, p_schema_name text, p_limit integer)
returns integer
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_object record;
begin
  -- Partitions before their parents, so that no single drop takes the locks of a whole tree; tables
  -- before sequences, for those of identity columns go only with their table.
  for v_object in
    select format('drop %s if exists %I.%I cascade',
             case c.relkind when 'v' then 'view' when 'm' then 'materialized view'
               when 'S' then 'sequence' when 'f' then 'foreign table' when 'c' then 'type'
               else 'table' end,
             p_schema_name, c.relname) as statement
    from pg_depend d
    join pg_class c on c.oid = d.objid
    where d.refclassid = 'pg_namespace'::regclass and d.refobjid = p_schema_oid
      and d.classid = 'pg_class'::regclass and c.relkind in ('r', 'p', 'v', 'm', 'S', 'f', 'c')
    order by c.relkind not in ('r', 'p'), c.relkind = 'p', c.relispartition desc, c.oid
    limit p_limit
  loop
    execute v_object.statement;
  end loop;
  if not found then
    for v_object in
      select p.oid
      from pg_depend d
      join pg_proc p on p.oid = d.objid
      where d.refclassid = 'pg_namespace'::regclass and d.refobjid = p_schema_oid
        and d.classid = 'pg_proc'::regclass
      order by p.oid
      limit p_limit
    loop
      -- an earlier drop may have taken it along
      if exists (select from pg_proc where oid = v_object.oid) then
        execute format('drop routine %s cascade', v_object.oid::regprocedure);
      end if;
    end loop;
  end if;
  return (
    select count(*)
    from pg_depend d
    where d.refclassid = 'pg_namespace'::regclass and d.refobjid = p_schema_oid
      and d.classid in ('pg_class'::regclass, 'pg_proc'::regclass));
end $$;
