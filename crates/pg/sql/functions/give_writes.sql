-- Gives back what withhold_writes took, also on tables that were made meanwhile.
create or replace function tenantry.give_writes(
  p_schema uuid, p_schema_oid oid, p_schema_name text, p_role text)
returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_block tenantry.write_block;
  v_relation record;
begin
  select * into strict v_block from tenantry.write_block where schema_id = p_schema;
  for v_relation in
    select c.oid, c.relkind
    from pg_depend d
    join pg_class c on c.oid = d.objid
    where d.refclassid = 'pg_namespace'::regclass and d.refobjid = p_schema_oid
      and d.classid = 'pg_class'::regclass and c.relkind in ('r', 'p', 'v', 'f', 'S')
    order by c.oid
  loop
    if v_relation.relkind = 'S' then
      if v_relation.oid <> all (v_block.no_sequence) then
        execute format('grant usage on sequence %s to %I', v_relation.oid::regclass, p_role);
      end if;
      continue;
    end if;
    if v_relation.oid <> all (v_block.no_insert) then
      execute format('grant insert on %s to %I', v_relation.oid::regclass, p_role);
    end if;
    if v_relation.oid <> all (v_block.no_update) then
      execute format('grant update on %s to %I', v_relation.oid::regclass, p_role);
    end if;
  end loop;
  execute format('alter default privileges for role tenantry_schema_owner in schema %I
                    grant insert, update on tables to %I', p_schema_name, p_role);
  execute format('alter default privileges for role tenantry_schema_owner in schema %I
                    grant usage on sequences to %I', p_schema_name, p_role);
  delete from tenantry.write_block where schema_id = p_schema;
end $$;
