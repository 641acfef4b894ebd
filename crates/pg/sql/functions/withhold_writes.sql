-- Takes from a role what makes a schema grow: insert and update, also on tables that are yet to come, and
-- the use of sequences; and notes what it could not do anyway. Reading, deleting and truncating stay.
-- Views too: through one, a statement writes with the rights of the view's owner.
create or replace function tenantry.withhold_writes(
  p_schema uuid, p_schema_oid oid, p_schema_name text, p_role text)
returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_relation record;
  v_no_insert oid[] := '{}';
  v_no_update oid[] := '{}';
  v_no_sequence oid[] := '{}';
begin
  for v_relation in
    select c.oid, c.relkind,
           case when c.relkind = 'S' then has_sequence_privilege(p_role, c.oid, 'usage')
             else has_table_privilege(p_role, c.oid, 'insert') end as may_insert,
           c.relkind <> 'S' and has_table_privilege(p_role, c.oid, 'update') as may_update
    from pg_depend d
    join pg_class c on c.oid = d.objid
    where d.refclassid = 'pg_namespace'::regclass and d.refobjid = p_schema_oid
      and d.classid = 'pg_class'::regclass and c.relkind in ('r', 'p', 'v', 'f', 'S')
    order by c.oid
  loop
    if v_relation.relkind = 'S' then
      if v_relation.may_insert then
        execute format('revoke usage on sequence %s from %I',
                       v_relation.oid::regclass, p_role);
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
                     v_relation.oid::regclass, p_role);
    end if;
  end loop;
  execute format('alter default privileges for role tenantry_schema_owner in schema %I
                    revoke insert, update on tables from %I', p_schema_name, p_role);
  execute format('alter default privileges for role tenantry_schema_owner in schema %I
                    revoke usage on sequences from %I', p_schema_name, p_role);
  insert into tenantry.write_block (schema_id, no_insert, no_update, no_sequence)
  values (p_schema, v_no_insert, v_no_update, v_no_sequence);
end $$;
