-- For the gateway: becomes an institution's role, in its schema, until the transaction ends.
--
--   begin; select tenantry.enter('oakwood'); select * from pupil; commit;
--
-- Runs with the caller's rights, because a definer's function cannot change the role; and without a
-- search path of its own, which would be put back at its end. So every name in it is qualified.
create or replace function tenantry.enter(institution text)
returns text language plpgsql volatile security invoker as $$
declare
  v_entrance record;
begin
  select * into strict v_entrance from tenantry.entrance(institution);
  perform pg_catalog.set_config('search_path', pg_catalog.quote_ident(v_entrance.schema_name), true);
  perform pg_catalog.set_config('role', v_entrance.role_name, true);
  return v_entrance.schema_name;
end $$;
