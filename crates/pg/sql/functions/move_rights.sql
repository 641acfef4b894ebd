-- Gives the roles of an institution, and in an adopted schema whoever has rights there, on the schema that
-- takes the other's place what they had there: on what has the same name the same, on the rest what is
-- usual. Then they have nothing left on the old one.
create or replace function tenantry.move_rights(p_marker tenantry.schema_marker, p_from oid, p_to oid)
returns void language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_to text := (select nspname from pg_namespace where oid = p_to);
  v_from text := (select nspname from pg_namespace where oid = p_from);
  v_roles oid[] := array(select r.oid from tenantry.roles_of(p_marker.role_name) n join pg_roles r on r.rolname = n);
  v_owner text := (select pg_get_userbyid(nspowner) from pg_namespace where oid = p_from);
  v_adopted boolean := exists (select from tenantry.adoption where schema_id = p_marker.id);
  v_role record;
  v_change record;
begin
  for v_role in
    select r.rolname, a.read_only_of is not null as read_only
    from pg_roles r join tenantry.application_role a on a.role_oid = r.oid where r.oid = any (v_roles)
  loop
    perform tenantry.grant_rights(v_to, v_role.rolname, v_role.read_only);
  end loop;
  for v_change in
    with relation as (
      select c.oid, c.relnamespace, c.relname, c.relkind, c.relowner, c.relacl
      from pg_depend d
      join pg_class c on c.oid = d.objid
      where d.refclassid = 'pg_namespace'::regclass and d.refobjid in (p_from, p_to)
        and d.classid = 'pg_class'::regclass and c.relkind in ('r', 'p', 'v', 'm', 'f', 'S')
    ), pair as (
      select old.oid as old, old.relowner as old_owner, old.relacl as old_acl, new.oid as new,
             new.relowner as new_owner, new.relacl as new_acl,
             case new.relkind when 'S' then 'sequence ' else 'table ' end || new.oid::regclass as object
      from relation old
      join relation new on new.relname = old.relname and (new.relkind = 'S') = (old.relkind = 'S')
      where old.relnamespace = p_from and new.relnamespace = p_to
    ), had as (
      select new, object, grantee, privilege_type, is_grantable
      from pair, aclexplode(old_acl) where grantee <> old_owner and (v_adopted or grantee = any (v_roles))
    ), has as (
      select new, object, grantee, privilege_type, is_grantable
      from pair, aclexplode(new_acl) where grantee <> new_owner and (v_adopted or grantee = any (v_roles))
    ), change as (
      select 1 as place, object, grantee, privilege_type, false as is_grantable
      from (select * from has except select * from had) too_much
      union all
      select 2, object, grantee, privilege_type, is_grantable
      from (select * from had except select * from has) missing
      union all
      select 2, 'schema ' || quote_ident(v_to), grantee, privilege_type, is_grantable
      from pg_namespace n, aclexplode(n.nspacl)
      where n.oid = p_from and v_adopted and grantee <> n.nspowner and grantee <> all (v_roles)
    )
    select case place when 1 then 'revoke ' else 'grant ' end || string_agg(privilege_type, ', ')
           || ' on ' || object || case place when 1 then ' from ' else ' to ' end
           || case when grantee = 0 then 'public' else quote_ident(pg_get_userbyid(grantee)) end
           || case when is_grantable then ' with grant option' else '' end as statement
    from change
    group by place, object, grantee, is_grantable
    order by place
  loop
    execute v_change.statement;
  end loop;

  perform tenantry.close_to_others(p_from);
  for v_role in select rolname from pg_roles where oid = any (v_roles) loop
    execute format('alter default privileges for role %I in schema %I revoke all on tables from %I',
                   v_owner, v_from, v_role.rolname);
    execute format('alter default privileges for role %I in schema %I revoke all on sequences from %I',
                   v_owner, v_from, v_role.rolname);
  end loop;
end $$;
