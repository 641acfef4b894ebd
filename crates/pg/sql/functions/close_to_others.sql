-- Takes every right on a schema and on what is in it from everybody but the owners.
create or replace function tenantry.close_to_others(p_schema_oid oid)
returns void language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_right record;
begin
  for v_right in
    with granted as (
      select 'schema ' || quote_ident(n.nspname) as object, acl.grantee
      from pg_namespace n, aclexplode(n.nspacl) acl
      where n.oid = p_schema_oid and acl.grantee <> n.nspowner
      union
      select case c.relkind when 'S' then 'sequence ' else 'table ' end || c.oid::regclass, acl.grantee
      from pg_depend d
      join pg_class c on c.oid = d.objid
      cross join lateral (
        select grantee from aclexplode(c.relacl)
        union all
        select e.grantee from pg_attribute a, aclexplode(a.attacl) e where a.attrelid = c.oid) acl
      where d.refclassid = 'pg_namespace'::regclass and d.refobjid = p_schema_oid
        and d.classid = 'pg_class'::regclass and c.relkind in ('r', 'p', 'v', 'm', 'f', 'S')
        and acl.grantee <> c.relowner
      union
      -- everybody may execute a function by default; without a way into its schema nobody can
      select 'routine ' || p.oid::regprocedure, acl.grantee
      from pg_depend d
      join pg_proc p on p.oid = d.objid
      cross join lateral aclexplode(p.proacl) acl
      where d.refclassid = 'pg_namespace'::regclass and d.refobjid = p_schema_oid
        and d.classid = 'pg_proc'::regclass and acl.grantee not in (0, p.proowner)
      union
      select 'type ' || format_type(t.oid, null), acl.grantee
      from pg_depend d
      join pg_type t on t.oid = d.objid
      cross join lateral aclexplode(t.typacl) acl
      where d.refclassid = 'pg_namespace'::regclass and d.refobjid = p_schema_oid
        and d.classid = 'pg_type'::regclass and acl.grantee not in (0, t.typowner)
    )
    select format('revoke all on %s from %s cascade', object,
                  case when grantee = 0 then 'public' else quote_ident(pg_get_userbyid(grantee)) end) as statement
    from granted
  loop
    execute v_right.statement;
  end loop;
end $$;
