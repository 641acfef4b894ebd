-- Gives a copy to whom its institution's schema belongs. One that was restored leaves the role that it was
-- restored as, which is dropped; functions in it do not take the new owner's rights with them unless the
-- institution's schema (null: there is none) has the very same.
create or replace function tenantry.give_copy(p_copy tenantry.schema_copy, p_owner text, p_living_oid oid)
returns void language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_function text;
begin
  if p_copy.role_name is null then
    return;
  elsif not tenantry.role_exists(p_copy.role_name) then
    raise exception 'the role % was dropped by hand', quote_ident(p_copy.role_name) using errcode = 'TN008';
  end if;
  perform tenantry.end_login(p_copy.role_name);
  for v_function in select tenantry.untrusted_definers(p_copy.schema_oid, p_living_oid) loop
    execute format('alter routine %s security invoker', v_function);
  end loop;
  -- first, as who gets what is in it must be able to make things in it
  execute format('alter schema %I owner to %I', p_copy.schema_name, p_owner);
  execute format('reassign owned by %I to %I', p_copy.role_name, p_owner);
  perform tenantry.drop_copy_role(p_copy.role_name);
end $$;
