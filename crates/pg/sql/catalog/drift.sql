-- Where markers, schemas and roles of this database disagree. Reports only.
with marked as (
  select m.*, n.oid as found_oid, n.nspname, n.nspowner, n.nspacl, r.oid as role_oid
  from tenantry.schema_marker m
  left join pg_namespace n on n.oid = m.schema_oid
  left join pg_roles r on r.rolname = m.role_name
), pattern as (
  -- the text before {slug}, escaped for LIKE
  select regexp_replace(split_part(value, '{slug}', 1), '([%_\\])', '\\\1', 'g') || '%'
         || regexp_replace(split_part(value, '{slug}', 2), '([%_\\])', '\\\1', 'g') as text
  from tenantry.setting where name = 'schema_pattern'
)
select 'schema_missing' as kind, schema_name as object, id as schema_id,
       format('The schema %I of institution %s is gone; its marker is still there.', schema_name, institution) as detail,
       'It was dropped outside Tenantry. Restore it from a backup; Tenantry changes nothing by itself.' as remedy
from marked where found_oid is null
union all
select 'schema_renamed', schema_name, id,
       format('The schema %I of institution %s is now called %I.', schema_name, institution, nspname),
       format('alter schema %I rename to %I', nspname, schema_name)
from marked where found_oid is not null and nspname <> schema_name
union all
select 'owner_changed', schema_name, id,
       format('The schema %I belongs to %I instead of tenantry_schema_owner.', nspname, pg_get_userbyid(nspowner)),
       format('alter schema %I owner to tenantry_schema_owner', nspname)
from marked where found_oid is not null and nspowner <> 'tenantry_schema_owner'::regrole
union all
select 'role_missing', role_name, id,
       format('The application role %I of institution %s is gone.', role_name, institution),
       format('create role %I login noinherit; grant usage on schema %I to %I; and its rights on the tables again', role_name, schema_name, role_name)
from marked where role_oid is null and state in ('active', 'suspended')
union all
select 'grant_added', format('%I to %s', nspname, grantee), id,
       format('%s has %s on the schema %I of institution %s.', grantee, string_agg(privilege_type, ', '), nspname, institution),
       format('revoke all on schema %I from %s', nspname, grantee)
from (
  select marked.*, acl.privilege_type,
         case when acl.grantee = 0 then 'public' else quote_ident(pg_get_userbyid(acl.grantee)) end as grantee
  from marked, aclexplode(nspacl) acl
  where acl.grantee not in ('tenantry_schema_owner'::regrole, nspowner)
    and (acl.grantee = 0 or acl.grantee is distinct from role_oid or acl.privilege_type <> 'USAGE')
) granted
group by nspname, grantee, id, institution
union all
select 'schema_unknown', n.nspname, null,
       format('The schema %I looks like one of an institution, but has no marker.', n.nspname),
       'Tenantry leaves it alone. Rename it if it is not meant to be an institution''s.'
from pg_namespace n, pattern
where n.nspname like pattern.text
  and not exists (select from tenantry.schema_marker m where m.schema_oid = n.oid)
union all
select 'schema_leftover', n.nspname, null,
       format('The schema %I bears a name that Tenantry gives, but has no marker.', n.nspname),
       format('drop schema %I cascade, once you have made sure that nobody needs it', n.nspname)
from pg_namespace n
where (n.nspname like 'tenantry\_archived\_%'
       or n.nspname like 'tenantry\_spare\_%'
          and not exists (select from tenantry.spare s where s.schema_oid = n.oid))
  and not exists (select from tenantry.schema_marker m where m.schema_oid = n.oid)
order by 1, 2
