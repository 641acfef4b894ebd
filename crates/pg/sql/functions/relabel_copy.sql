-- Gives a copy the name, the kind and the time back that it had before it was swapped in and out again.
create or replace function tenantry.relabel_copy(
  p_schema uuid, p_copy uuid, p_name text, p_kind text, p_backup uuid, p_expires_at timestamptz,
  p_operation uuid, p_generation bigint)
returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_copy tenantry.schema_copy := tenantry.locked_copy(p_copy, p_schema, p_operation, p_generation);
begin
  if v_copy.schema_name <> p_name then
    begin
      execute format('alter schema %I rename to %I', v_copy.schema_name, p_name);
    exception when duplicate_schema or unique_violation then
      raise exception 'the name % is taken by another schema', quote_ident(p_name)
        using errcode = 'TN002', hint = 'Drop or rename the one that bears the name now.';
    end;
    perform tenantry.repin_functions(v_copy.schema_oid, v_copy.schema_name, p_name);
  end if;
  update tenantry.schema_copy
  set schema_name = p_name, kind = p_kind, backup = p_backup, expires_at = p_expires_at
  where id = p_copy;
end $$;
