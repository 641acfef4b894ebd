-- Closes a copy that an archive was restored into: its sessions end, nobody else has a right in it, and it
-- is ready. It still belongs to the role that it was restored as, so that what runs in it by itself (an
-- index's function, when the server analyses a table) has no other rights until somebody swaps it in.
create or replace function tenantry.finish_copy(
  p_copy uuid, p_schema uuid, p_operation uuid, p_generation bigint)
returns tenantry.schema_copy
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_copy tenantry.schema_copy := tenantry.locked_copy(p_copy, p_schema, p_operation, p_generation);
  v_outside text;
begin
  if v_copy.state = 'ready' then
    return v_copy;
  end if;
  perform tenantry.end_login(v_copy.role_name);
  select string_agg(pg_describe_object(d.classid, d.objid, d.objsubid), ', ') into v_outside
  from pg_shdepend d
  where d.refclassid = 'pg_authid'::regclass and d.deptype = 'o'
    and d.refobjid = (select oid from pg_roles where rolname = v_copy.role_name)
    and d.dbid in (0, (select oid from pg_database where datname = current_database()))
    and d.classid <> 'pg_default_acl'::regclass
    and (d.classid, d.objid) <> ('pg_namespace'::regclass, v_copy.schema_oid)
    and not exists (select from pg_depend e
                    where e.classid = d.classid and e.objid = d.objid
                      and e.refclassid = 'pg_namespace'::regclass and e.refobjid = v_copy.schema_oid);
  if v_outside is not null then
    raise exception 'the archive made something outside its own schema: %', v_outside
      using errcode = 'TN005', hint = 'Drop the copy; this archive is not one that Tenantry wrote.';
  end if;
  perform tenantry.close_to_others(v_copy.schema_oid);
  update tenantry.schema_copy
  set state = 'ready', operation = p_operation, generation = coalesce(p_generation, generation),
      -- it is kept for so long from now on
      expires_at = expires_at + (clock_timestamp() - made_at)
  where id = p_copy
  returning * into v_copy;
  return v_copy;
end $$;
