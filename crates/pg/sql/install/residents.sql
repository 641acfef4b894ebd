-- Logins that somebody's application in this database works as: those that own something in it or have
-- rights on something, also through a role that they are a member of, and those that have sessions in it now.
-- Superusers need no rights, and Tenantry's own roles and institutions' have theirs.
with here as (
  select oid from pg_database where datname = current_database()
), concerned as (
  select distinct d.refobjid as role
  from pg_shdepend d
  where d.refclassid = 'pg_authid'::regclass and d.deptype in ('o', 'a')
    and (d.dbid = (select oid from here)
         or d.dbid = 0 and d.classid = 'pg_database'::regclass and d.objid = (select oid from here))
)
select r.rolname::text
from pg_roles r
where r.rolcanlogin and not r.rolsuper
  and r.rolname not like 'tenantry\_%'
  and not exists (select from pg_auth_members m
                  where m.member = r.oid and m.roleid = (select oid from pg_roles where rolname = 'tenantry_application'))
  and (exists (select from concerned c
               where c.role = r.oid
                  or c.role in (select oid from pg_roles where rolname not like 'tenantry\_%')
                     and pg_has_role(r.oid, c.role, 'member'))
       or exists (select from pg_stat_activity a
                  where a.datid = (select oid from here) and a.usesysid = r.oid))
order by 1
