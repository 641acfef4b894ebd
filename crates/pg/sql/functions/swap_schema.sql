-- Puts a copy in the place of an institution's schema: name, rights and marker go to the copy, and what was
-- there becomes a copy of the kind `replaced`. Does nothing when that copy is there. Who is still writing is
-- waited for (the caller ended the sessions), and what is written afterwards is written to the new one.
create or replace function tenantry.swap_schema(
  p_schema uuid, p_copy uuid, p_replaced uuid, p_keep_for interval, p_operation uuid, p_generation bigint)
returns tenantry.schema_marker
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_marker tenantry.schema_marker := tenantry.locked_marker(p_schema, p_operation, p_generation);
  v_copy tenantry.schema_copy;
  v_old oid := v_marker.schema_oid;
  v_old_name text := 'tenantry_replaced_' || replace(p_replaced::text, '-', '');
  v_owner text := (select pg_get_userbyid(nspowner) from pg_namespace where oid = v_old);
  v_blocked boolean := exists (select from tenantry.write_block where schema_id = p_schema);
  -- the name by which its functions know it: an archived one keeps that of its life
  v_pinned text := v_marker.schema_name;
  v_tables text;
begin
  if exists (select from tenantry.schema_copy where id = p_replaced and schema_id = p_schema) then
    return v_marker;
  end if;
  v_copy := tenantry.usable_copy(p_copy, p_schema, p_operation, p_generation);
  if v_marker.state not in ('active', 'suspended', 'archived') then
    raise exception 'a schema that is % cannot be replaced', v_marker.state using errcode = 'TN005';
  end if;
  perform tenantry.require_owners(p_schema, true);
  if v_marker.state = 'archived' then
    v_pinned := coalesce((select schema_name from tenantry.adoption where schema_id = p_schema),
                         tenantry.schema_name_for(v_marker.institution));
  end if;
  select string_agg('only ' || c.oid::regclass, ', ' order by c.oid) into v_tables
  from pg_depend d
  join pg_class c on c.oid = d.objid
  where d.refclassid = 'pg_namespace'::regclass and d.refobjid = v_old
    and d.classid = 'pg_class'::regclass and c.relkind in ('r', 'p');
  if v_tables is not null then
    execute 'lock table ' || v_tables || ' in exclusive mode';
  end if;

  if v_blocked then
    perform tenantry.give_writes(p_schema, v_old, v_marker.schema_name, v_marker.role_name);
  end if;
  perform tenantry.give_copy(v_copy, v_owner, v_old);
  delete from tenantry.schema_copy where id = p_copy;
  execute format('alter schema %I rename to %I', v_marker.schema_name, v_old_name);
  execute format('alter schema %I rename to %I', v_copy.schema_name, v_marker.schema_name);
  perform tenantry.repin_functions(v_old, v_pinned, v_old_name);
  perform tenantry.repin_functions(v_copy.schema_oid, v_copy.schema_name, v_pinned);
  perform tenantry.move_rights(v_marker, v_old, v_copy.schema_oid);
  perform tenantry.seal_schema(v_marker.schema_name, v_marker.role_name, v_marker.state <> 'active');
  insert into tenantry.schema_copy
    (id, schema_id, institution, schema_oid, schema_name, kind, state, operation, generation, expires_at)
  values
    (p_replaced, p_schema, v_marker.institution, v_old, v_old_name, 'replaced', 'ready', p_operation,
     coalesce(p_generation, 0), clock_timestamp() + p_keep_for);
  return tenantry.settle_schema(v_marker, v_copy.schema_oid, v_blocked, p_operation, p_generation);
end $$;
