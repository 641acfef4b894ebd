-- Rights of an institution's own roles beyond reading and writing rows.
with granted as (
  select m.id, m.institution, format('%I.%I', m.schema_name, c.relname) as object, c.relkind,
         pg_get_userbyid(acl.grantee) as who, acl.privilege_type, m.role_name
  from tenantry.schema_marker m
  join pg_class c on c.relnamespace = m.schema_oid and c.relacl is not null,
  aclexplode(c.relacl) acl
  where acl.grantee <> 0 and acl.grantee <> c.relowner
), too_much as (
  select * from granted
  where who = role_name
        and privilege_type not in ('SELECT', 'INSERT', 'UPDATE', 'DELETE', 'USAGE')
     or who = role_name || '_ro' and privilege_type <> 'SELECT'
)
select 'warning' as severity, object || ' to ' || quote_ident(who) as object, id as schema_id,
       format('The role of institution %s has %s on %s. With TRIGGER or REFERENCES it can make others run or read what it wants.',
              institution, string_agg(privilege_type, ', '), object) as detail,
       format('revoke %s on %s %s from %I;', string_agg(privilege_type, ', '),
              case relkind when 'S' then 'sequence' else 'table' end, object, who) as remedy
from too_much
group by object, relkind, who, id, institution
