-- What an adopted schema's owner may do, Tenantry may only do as a member of that role. Refuses with the
-- statement that makes it one. `p_objects`: also of the owners of what is in the schema. A schema that
-- Tenantry made passes.
create or replace function tenantry.require_owners(p_schema uuid, p_objects boolean)
returns void language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_marker tenantry.schema_marker;
  v_owner record;
begin
  select m.* into v_marker
  from tenantry.schema_marker m join tenantry.adoption a on a.schema_id = m.id where m.id = p_schema;
  if not found then
    return;
  end if;
  for v_owner in
    select r.rolname, r.rolsuper
    from pg_roles r
    where r.oid in (select nspowner from pg_namespace where oid = v_marker.schema_oid
                    union
                    select c.relowner
                    from pg_depend d join pg_class c on c.oid = d.objid
                    where p_objects and d.refclassid = 'pg_namespace'::regclass
                      and d.refobjid = v_marker.schema_oid and d.classid = 'pg_class'::regclass)
      and (r.rolsuper or not pg_has_role('tenantry_owner', r.oid, 'usage'))
    order by r.rolname
  loop
    if v_owner.rolsuper then
      raise exception 'the schema % or something in it belongs to the superuser %, of which Tenantry is not to be a member',
          quote_ident(v_marker.schema_name), quote_ident(v_owner.rolname)
        using errcode = 'TN042',
              hint = format('Give it to a role that is no superuser: alter schema %I owner to ROLE; and its tables likewise.',
                            v_marker.schema_name);
    end if;
    raise exception 'the schema % belongs to %, and Tenantry may not act for that role',
        quote_ident(v_marker.schema_name), quote_ident(v_owner.rolname)
      using errcode = 'TN042', hint = format('As an administrator: grant %I to tenantry_owner;', v_owner.rolname);
  end loop;
end $$;
