-- Takes from a schema's application role what makes a schema grow: insert and update, also on tables
-- that are yet to come, and the use of sequences. Reading, deleting and truncating stay as they
-- are. Who is in a transaction that holds its locks goes on; `writers_of` finds them.
-- Views too: through one, a statement writes with the rights of the view's owner.
create or replace function tenantry.block_writes(p_schema uuid, p_operation uuid, p_generation bigint)
returns tenantry.schema_marker
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_marker tenantry.schema_marker := tenantry.locked_marker(p_schema, p_operation, p_generation);
  v_relation record;
  v_no_insert oid[] := '{}';
  v_no_update oid[] := '{}';
  v_no_sequence oid[] := '{}';
begin
  if exists (select from tenantry.write_block where schema_id = p_schema) then
    return v_marker;
  elsif v_marker.state not in ('active', 'suspended') then
    raise exception 'a schema that is % cannot be blocked', v_marker.state using errcode = 'TN005';
  end if;
  perform tenantry.refuse_adopted(p_schema, 'kept from writing');
  if not tenantry.role_exists(v_marker.role_name) then
    raise exception 'the role % is gone', quote_ident(v_marker.role_name) using errcode = 'TN008';
  end if;
  for v_relation in
    select c.oid, c.relkind,
           case when c.relkind = 'S' then has_sequence_privilege(v_marker.role_name, c.oid, 'usage')
             else has_table_privilege(v_marker.role_name, c.oid, 'insert') end as may_insert,
           c.relkind <> 'S' and has_table_privilege(v_marker.role_name, c.oid, 'update') as may_update
    from pg_depend d
    join pg_class c on c.oid = d.objid
    where d.refclassid = 'pg_namespace'::regclass and d.refobjid = v_marker.schema_oid
      and d.classid = 'pg_class'::regclass and c.relkind in ('r', 'p', 'v', 'f', 'S')
    order by c.oid
  loop
    if v_relation.relkind = 'S' then
      if v_relation.may_insert then
        execute format('revoke usage on sequence %s from %I',
                       v_relation.oid::regclass, v_marker.role_name);
      else
        v_no_sequence := v_no_sequence || v_relation.oid;
      end if;
    else
      if not v_relation.may_insert then
        v_no_insert := v_no_insert || v_relation.oid;
      end if;
      if not v_relation.may_update then
        v_no_update := v_no_update || v_relation.oid;
      end if;
      -- rights on single columns go with those on the table
      execute format('revoke insert, update on %s from %I',
                     v_relation.oid::regclass, v_marker.role_name);
    end if;
  end loop;
  execute format('alter default privileges for role tenantry_schema_owner in schema %I
                    revoke insert, update on tables from %I', v_marker.schema_name, v_marker.role_name);
  execute format('alter default privileges for role tenantry_schema_owner in schema %I
                    revoke usage on sequences from %I', v_marker.schema_name, v_marker.role_name);
  insert into tenantry.write_block (schema_id, no_insert, no_update, no_sequence)
  values (p_schema, v_no_insert, v_no_update, v_no_sequence);
  return tenantry.write_marker(v_marker, v_marker.state, p_operation, p_generation);
end $$;
