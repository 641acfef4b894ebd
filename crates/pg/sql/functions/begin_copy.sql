-- Makes what an archive is restored into: an empty schema, and a login that owns it and may do nothing
-- else. The login is in the group that may connect; it is given a way into other schemas (extensions')
-- only where the owner of institutions' schemas has one.
create or replace function tenantry.begin_copy(
  p_copy uuid, p_schema uuid, p_institution text, p_name text, p_kind text, p_backup uuid,
  p_expires_in interval, p_outside text[], p_verifier text, p_operation uuid, p_generation bigint)
returns tenantry.schema_copy
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_copy tenantry.schema_copy;
  v_role text := 'tenantry_copy_' || replace(p_copy::text, '-', '');
  v_name text := coalesce(p_name, v_role);
  v_outside text;
begin
  perform tenantry.pass_fence(p_schema, p_operation, p_generation);
  select * into v_copy from tenantry.schema_copy where id = p_copy;
  if found then
    raise exception 'the copy % is there already, and is %', quote_ident(v_copy.schema_name), v_copy.state
      using errcode = 'TN005';
  elsif p_kind is null or p_kind not in ('restored', 'drill') then
    raise exception 'nothing is restored as a copy of the kind %', coalesce(quote_literal(p_kind), 'null')
      using errcode = 'invalid_parameter_value';
  elsif p_verifier !~ '^SCRAM-SHA-256\$[0-9]+:[A-Za-z0-9+/=]+\$[A-Za-z0-9+/=]+:[A-Za-z0-9+/=]+$' then
    raise exception 'a SCRAM-SHA-256 verifier is needed' using errcode = 'invalid_parameter_value';
  elsif v_name <> v_role
        and (v_name ~ '^(pg_|tenantry$|tenantry_)' or v_name in ('public', 'information_schema', '')
             or octet_length(v_name) > 63) then
    raise exception 'a copy cannot be called %', quote_literal(v_name)
      using errcode = 'TN007', hint = 'Use at most 63 bytes, and no name that begins with pg_ or tenantry.';
  end if;
  begin
    execute format('create role %I login nosuperuser nocreatedb nocreaterole inherit connection limit 8
                      password %L in role tenantry_application', v_role, p_verifier);
  exception when duplicate_object or unique_violation then
    raise exception 'a role named % exists and was not made for this copy', quote_ident(v_role)
      using errcode = 'TN002', hint = 'Drop it, if nobody needs it.';
  end;
  -- who gives a schema away, and looks after what is in it, is a member of the one who gets it
  execute format('grant %I to tenantry_owner', v_role);
  begin
    execute format('create schema %I authorization %I', v_name, v_role);
  exception when duplicate_schema or unique_violation then
    raise exception 'a schema named % is there', quote_ident(v_name)
      using errcode = 'TN002', hint = 'Choose another name for the copy.';
  end;
  foreach v_outside in array coalesce(p_outside, '{}') loop
    perform tenantry.open_outside(v_outside, v_role);
  end loop;
  insert into tenantry.schema_copy
    (id, schema_id, institution, schema_oid, schema_name, kind, state, role_name, backup, operation,
     generation, expires_at)
  values
    (p_copy, p_schema, p_institution, quote_ident(v_name)::regnamespace, v_name, p_kind, 'making', v_role,
     p_backup, p_operation, coalesce(p_generation, 0), clock_timestamp() + p_expires_in)
  returning * into v_copy;
  return v_copy;
end $$;
