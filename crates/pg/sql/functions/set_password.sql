-- Gives an institution's role a password, as the verifier that the server would make of it: the
-- password itself is in no statement. Refuses to replace one that is there unless it is asked to.
create or replace function tenantry.set_password(
  p_schema uuid, p_read_only boolean, p_verifier text, p_rotate boolean)
returns text language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_marker tenantry.schema_marker := tenantry.locked_marker(p_schema, null, null);
  v_role text := v_marker.role_name;
  v_oid oid;
begin
  if v_marker.state not in ('active', 'suspended') then
    raise exception 'a schema that is % gets no credentials', v_marker.state using errcode = 'TN005';
  elsif v_role is not null and not tenantry.role_exists(v_role) then
    raise exception 'the role % was dropped by hand', quote_ident(v_role)
      using errcode = 'TN008', hint = 'See `tenantry schema findings`.';
  elsif p_verifier !~ '^SCRAM-SHA-256\$[0-9]+:[A-Za-z0-9+/=]+\$[A-Za-z0-9+/=]+:[A-Za-z0-9+/=]+$' then
    raise exception 'a SCRAM-SHA-256 verifier is needed' using errcode = 'invalid_parameter_value';
  end if;
  if v_role is null then
    v_role := tenantry.admit_application(p_schema);
  end if;
  if p_read_only then
    v_role := tenantry.make_read_only(v_marker.schema_name, v_role);
  end if;
  v_oid := (select oid from pg_roles where rolname = v_role);
  if not p_rotate and exists (select from tenantry.application_role
                              where role_oid = v_oid and password_set_at is not null) then
    raise exception 'the role % has a password, and passwords are shown once', quote_ident(v_role)
      using errcode = 'TN021', hint = 'Ask for a new one (--rotate); the old one is then worth nothing.';
  end if;
  execute format('alter role %I password %L', v_role, p_verifier);
  update tenantry.application_role set password_set_at = clock_timestamp() where role_oid = v_oid;
  return v_role;
end $$;
