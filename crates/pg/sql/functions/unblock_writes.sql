-- Gives back what block_writes took, also on tables that were made meanwhile.
create or replace function tenantry.unblock_writes(p_schema uuid, p_operation uuid, p_generation bigint)
returns tenantry.schema_marker
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_marker tenantry.schema_marker := tenantry.locked_marker(p_schema, p_operation, p_generation);
  v_block tenantry.write_block;
  v_relation record;
begin
  select * into v_block from tenantry.write_block where schema_id = p_schema;
  if not found then
    return v_marker;
  elsif not tenantry.role_exists(v_marker.role_name) then
    raise exception 'the role % is gone', quote_ident(v_marker.role_name) using errcode = 'TN008';
  end if;
  for v_relation in
    select c.oid, c.relkind
    from pg_depend d
    join pg_class c on c.oid = d.objid
    where d.refclassid = 'pg_namespace'::regclass and d.refobjid = v_marker.schema_oid
      and d.classid = 'pg_class'::regclass and c.relkind in ('r', 'p', 'v', 'f', 'S')
    order by c.oid
  loop
    if v_relation.relkind = 'S' then
      if v_relation.oid <> all (v_block.no_sequence) then
        execute format('grant usage on sequence %s to %I', v_relation.oid::regclass, v_marker.role_name);
      end if;
      continue;
    end if;
    if v_relation.oid <> all (v_block.no_insert) then
      execute format('grant insert on %s to %I', v_relation.oid::regclass, v_marker.role_name);
    end if;
    if v_relation.oid <> all (v_block.no_update) then
      execute format('grant update on %s to %I', v_relation.oid::regclass, v_marker.role_name);
    end if;
  end loop;
  execute format('alter default privileges for role tenantry_schema_owner in schema %I
                    grant insert, update on tables to %I', v_marker.schema_name, v_marker.role_name);
  execute format('alter default privileges for role tenantry_schema_owner in schema %I
                    grant usage on sequences to %I', v_marker.schema_name, v_marker.role_name);
  delete from tenantry.write_block where schema_id = p_schema;
  return tenantry.write_marker(v_marker, v_marker.state, p_operation, p_generation);
end $$;
