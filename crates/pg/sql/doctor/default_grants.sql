-- Default privileges in an institution's schema that give later objects to somebody else.
with granted as (
  select m.id, m.institution, m.schema_name, m.role_name, d.defaclrole, d.defaclobjtype, acl.grantee
  from tenantry.made_schema m
  join pg_default_acl d on d.defaclnamespace = m.schema_oid,
  aclexplode(d.defaclacl) acl
  where acl.grantee <> d.defaclrole
)
select distinct 'critical' as severity,
       format('default privileges of %I in %I', pg_get_userbyid(defaclrole), schema_name) as object,
       id as schema_id,
       format('Whatever is made in the schema of institution %s is given to %s.', institution, who) as detail,
       format('alter default privileges for role %I in schema %I revoke all on %s from %s;',
              pg_get_userbyid(defaclrole), schema_name,
              case defaclobjtype when 'r' then 'tables' when 'S' then 'sequences'
                when 'f' then 'functions' else 'types' end, who) as remedy
from granted g,
lateral (select case when grantee = 0 then 'public' else quote_ident(pg_get_userbyid(grantee)) end as who) w
where grantee = 0 or pg_get_userbyid(grantee) not in (role_name, role_name || '_ro')
