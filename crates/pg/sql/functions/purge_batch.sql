-- Drops up to `p_limit` relations or routines of a schema that is being purged and says how many
-- are left; at the end the schema, its role and its marker go too, and the answer is 0.
-- Objects are found by pg_depend, the only indexed way from a schema to what is in it.
-- A schema that is gone already counts as purged.
create or replace function tenantry.purge_batch(
  p_schema uuid, p_operation uuid, p_generation bigint, p_limit integer)
returns integer
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_marker tenantry.schema_marker;
  v_left integer;
  v_object record;
begin
  perform tenantry.pass_fence(p_schema, p_operation, p_generation);
  if not exists (select from tenantry.schema_marker where id = p_schema) then
    return 0;
  end if;
  v_marker := tenantry.locked_marker(p_schema, p_operation, p_generation);
  if v_marker.state <> 'purging' then
    raise exception 'a schema that is % cannot be purged', v_marker.state using errcode = 'TN005';
  end if;

  -- Partitions before their parents, so that no single drop takes the locks of a whole tree; tables
  -- before sequences, for those of identity columns go only with their table.
  for v_object in
    select format('drop %s if exists %I.%I cascade',
             case c.relkind when 'v' then 'view' when 'm' then 'materialized view'
               when 'S' then 'sequence' when 'f' then 'foreign table' when 'c' then 'type'
               else 'table' end,
             v_marker.schema_name, c.relname) as statement
    from pg_depend d
    join pg_class c on c.oid = d.objid
    where d.refclassid = 'pg_namespace'::regclass and d.refobjid = v_marker.schema_oid
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
      where d.refclassid = 'pg_namespace'::regclass and d.refobjid = v_marker.schema_oid
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

  select count(*) into v_left
  from pg_depend d
  where d.refclassid = 'pg_namespace'::regclass and d.refobjid = v_marker.schema_oid
    and d.classid in ('pg_class'::regclass, 'pg_proc'::regclass);
  if v_left > 0 then
    return v_left;
  end if;

  execute format('drop schema %I cascade', v_marker.schema_name);
  perform tenantry.drop_roles(v_marker.role_name);
  delete from tenantry.schema_marker where id = p_schema;
  return 0;
end $$;
