-- Institutions' roles that are members of other roles, roles that are members of theirs, and objects
-- that belong to them.
with roles as (
  select m.id, m.institution, r.oid, r.rolname
  from tenantry.schema_marker m
  join pg_roles r on r.rolname in (m.role_name, m.role_name || '_ro')
)
select 'critical' as severity, format('%I in %I', r.rolname, pg_get_userbyid(a.roleid)) as object, r.id as schema_id,
       format('The role of institution %s is a member of %I and has its rights.', r.institution, pg_get_userbyid(a.roleid)) as detail,
       format('revoke %I from %I;', pg_get_userbyid(a.roleid), r.rolname) as remedy
from roles r join pg_auth_members a on a.member = r.oid
where pg_get_userbyid(a.roleid) <> 'tenantry_application'
union all
select 'critical', format('%I in %I', pg_get_userbyid(a.member), r.rolname), r.id,
       format('%I is a member of the role of institution %s and can act as it.', pg_get_userbyid(a.member), r.institution),
       format('revoke %I from %I;', r.rolname, pg_get_userbyid(a.member))
from roles r join pg_auth_members a on a.roleid = r.oid
-- since PostgreSQL 16 who makes a role may administer it; the gateway becomes any of them for a transaction
where pg_get_userbyid(a.member) not in ('tenantry_owner', 'tenantry_gateway')
union all
select 'critical', quote_ident(r.rolname), r.id,
       format('The role of institution %s owns %s, and who owns an object can give others any right on it.',
              r.institution, string_agg(pg_describe_object(d.classid, d.objid, d.objsubid), ', ')),
       format('reassign owned by %I to tenantry_schema_owner;', r.rolname)
from roles r
join pg_shdepend d on d.refclassid = 'pg_authid'::regclass and d.refobjid = r.oid and d.deptype = 'o'
join pg_database here on here.oid = d.dbid and here.datname = current_database()
group by r.rolname, r.id, r.institution
