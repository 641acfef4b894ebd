-- Drops an institution's roles, after its schema. One that something outside depends on stays and is
-- reported: what it owns was made by hand, and is not ours to drop.
create or replace function tenantry.drop_roles(p_role text)
returns void language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_role text;
  v_oid oid;
begin
  for v_role in select name from tenantry.roles_of(p_role) as name order by name = p_role loop
    v_oid := (select oid from pg_roles where rolname = v_role);
    begin
      execute format('drop role %I', v_role);
    exception when dependent_objects_still_exist then
      -- A role may have held on to default privileges of its own, or have been given rights by hand.
      if exists (select from pg_shdepend
                 where refclassid = 'pg_authid'::regclass and refobjid = v_oid and deptype = 'o'
                   and classid <> 'pg_default_acl'::regclass) then
        continue;
      end if;
      begin
        execute format('grant %I to tenantry_owner', v_role);
        execute format('drop owned by %I', v_role);
        execute format('drop role %I', v_role);
      exception when dependent_objects_still_exist then
        continue;   -- in another database of the server
      end;
    end;
    delete from tenantry.application_role where role_oid = v_oid;
  end loop;
end $$;
