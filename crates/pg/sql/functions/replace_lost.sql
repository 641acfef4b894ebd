-- Makes a copy an institution's schema where there is none: it was dropped by hand and its marker is there,
-- or it was purged and nothing is. It gets the name and, where it is still there, the role.
create or replace function tenantry.replace_lost(
  p_schema uuid, p_institution text, p_copy uuid, p_operation uuid, p_generation bigint)
returns tenantry.schema_marker
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_marker tenantry.schema_marker;
  v_copy tenantry.schema_copy;
  v_adoption tenantry.adoption;
  v_name text;
  v_owner text := 'tenantry_schema_owner';
  v_blocked boolean;
begin
  perform tenantry.pass_fence(p_schema, p_operation, p_generation);
  select * into v_marker from tenantry.schema_marker where id = p_schema for update;
  if found and exists (select from pg_namespace where oid = v_marker.schema_oid) then
    if v_marker.operation = p_operation then
      return v_marker;
    end if;
    raise exception 'the institution % has its schema', quote_literal(v_marker.institution)
      using errcode = 'TN005', hint = 'Swap the copy in instead.';
  end if;
  v_copy := tenantry.usable_copy(p_copy, p_schema, p_operation, p_generation);
  v_name := tenantry.schema_name_for(p_institution);
  if exists (select from tenantry.schema_marker
             where institution = p_institution and state in ('active', 'suspended') and id <> p_schema) then
    raise exception 'the institution % exists already', quote_literal(p_institution) using errcode = 'TN001';
  end if;
  if v_marker.id is null then
    insert into tenantry.schema_marker (id, institution, schema_oid, schema_name, state)
    values (p_schema, p_institution, v_copy.schema_oid, v_name, 'active')
    returning * into v_marker;
  else
    select * into v_adoption from tenantry.adoption where schema_id = p_schema;
    if v_adoption.read_only then
      raise exception 'the schema % was adopted and is only read', quote_ident(v_marker.schema_name)
        using errcode = 'TN041',
              hint = 'To let Tenantry change it: tenantry schema manage ' || v_marker.institution;
    end if;
    v_name := case when v_marker.state in ('active', 'suspended') then v_marker.schema_name
                   else coalesce(v_adoption.schema_name, v_name) end;
    v_owner := coalesce((select rolname from pg_roles where oid = v_adoption.owner), v_owner);
    if not pg_has_role('tenantry_owner', v_owner, 'usage') then
      raise exception 'the schema % belonged to %, and Tenantry may not act for that role', quote_ident(v_name),
          quote_ident(v_owner)
        using errcode = 'TN042', hint = format('As an administrator: grant %I to tenantry_owner;', v_owner);
    end if;
  end if;

  perform tenantry.give_copy(v_copy, v_owner, null);
  delete from tenantry.schema_copy where id = p_copy;
  begin
    execute format('alter schema %I rename to %I', v_copy.schema_name, v_name);
  exception when duplicate_schema or unique_violation then
    raise exception 'a schema named % exists and is not the institution''s', quote_ident(v_name)
      using errcode = 'TN002', hint = 'Rename or drop it.';
  end;
  perform tenantry.repin_functions(v_copy.schema_oid, v_copy.schema_name, v_name);
  v_marker.role_name := tenantry.house_role(v_marker, v_name, v_adoption.schema_id is not null);
  v_marker.schema_name := v_name;
  v_marker.archived_at := null;
  v_marker.state := case when v_marker.suspended then 'suspended' else 'active' end;
  perform tenantry.seal_schema(v_name, v_marker.role_name, v_marker.suspended);
  delete from tenantry.write_block where schema_id = p_schema;
  v_blocked := found;
  return tenantry.settle_schema(v_marker, v_copy.schema_oid, v_blocked, p_operation, p_generation);
end $$;
