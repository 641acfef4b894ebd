-- Where markers, schemas and roles of this database disagree. Reports only.
with marked as (
  select m.*, n.oid as found_oid, n.nspname, n.nspowner, n.nspacl, r.oid as role_oid,
         coalesce(a.owner, 'tenantry_schema_owner'::regrole) as owner_wanted,
         -- an adopted schema is judged against how it was found
         coalesce(a.grants, '{}') as grants_found, a.schema_id is not null as adopted
  from tenantry.schema_marker m
  left join tenantry.adoption a on a.schema_id = m.id
  left join pg_namespace n on n.oid = m.schema_oid
  left join pg_roles r on r.rolname = m.role_name
), pattern as (
  -- the text before {slug}, escaped for LIKE
  select regexp_replace(split_part(value, '{slug}', 1), '([%_\\])', '\\\1', 'g') || '%'
         || regexp_replace(split_part(value, '{slug}', 2), '([%_\\])', '\\\1', 'g') as text
  from tenantry.setting where name = 'schema_pattern'
), held as (
  -- the roles that applications log in as, and what they are held to
  select m.id, m.institution, m.state, m.schema_name, m.found_oid, r.oid as held_oid, r.rolname,
         r.rolcanlogin, r.rolconnlimit, r.rolsuper, r.rolcreaterole, r.rolcreatedb, r.rolreplication,
         r.rolbypassrls, a.connection_limit, a.read_only_of is not null as read_only, a.settings
  from marked m
  join tenantry.application_role a on coalesce(a.read_only_of, a.role_oid) = m.role_oid
  join pg_roles r on r.oid = a.role_oid
  where m.state in ('active', 'suspended')
), setting as (
  select held.id, held.institution, held.rolname, name, wanted, found
  from held
  left join pg_db_role_setting c on c.setrole = held.held_oid and c.setdatabase = 0
  cross join lateral (
    select name, wanted.value as wanted, found.value as found
    from (select split_part(s, '=', 1) as name, substr(s, strpos(s, '=') + 1) as value
          from unnest(held.settings || ('search_path=' || quote_ident(held.schema_name))) s) wanted
    full join
         (select split_part(s, '=', 1) as name, substr(s, strpos(s, '=') + 1) as value
          from unnest(c.setconfig) s) found using (name)) compared
  where wanted is distinct from found
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
       format('The schema %I belongs to %I instead of %I.', nspname, pg_get_userbyid(nspowner),
              pg_get_userbyid(owner_wanted)),
       format('alter schema %I owner to %I', nspname, pg_get_userbyid(owner_wanted))
from marked where found_oid is not null and nspowner <> owner_wanted
union all
select 'role_missing', role_name, id,
       format('The application role %I of institution %s is gone.', role_name, institution),
       format('create role %I login noinherit; grant usage on schema %I to %I; and its rights on the tables again', role_name, schema_name, role_name)
from marked where role_oid is null and role_name is not null and state in ('active', 'suspended')
union all
select 'grant_added', format('%I to %s', nspname, grantee), id,
       format('%s has %s on the schema %I of institution %s.', grantee, string_agg(privilege_type, ', '), nspname, institution),
       format('revoke all on schema %I from %s', nspname, grantee)
from (
  select marked.*, acl.privilege_type,
         case when acl.grantee = 0 then 'public' else quote_ident(pg_get_userbyid(acl.grantee)) end as grantee
  from marked, aclexplode(nspacl) acl
  where acl.grantee not in (owner_wanted, nspowner)
    and acl.grantee || ':' || acl.privilege_type <> all (grants_found)
    and (acl.grantee = 0 or acl.privilege_type <> 'USAGE'
         or acl.grantee is distinct from role_oid
            and not exists (select from tenantry.application_role a
                            where a.role_oid = acl.grantee and a.read_only_of = marked.role_oid))
) granted
group by nspname, grantee, id, institution
union all
select 'grant_missing', format('%I to %I', schema_name, rolname), id,
       format('The role %I of institution %s has no way into its own schema.', rolname, institution),
       format('select tenantry.grant_rights(%L, %L, %L)', schema_name, rolname, read_only)
from held
where state = 'active' and found_oid is not null and not has_schema_privilege(held_oid, found_oid, 'usage')
union all
select 'role_setting_changed', format('%I: %s', rolname, name), id,
       format('The setting %s of the role %I is %s instead of %s.', name, rolname,
              coalesce(quote_literal(found), 'not set'), coalesce(quote_literal(wanted), 'not set')),
       case when wanted is null then format('alter role %I reset %s', rolname, name)
            when name = 'search_path' then format('alter role %I set search_path = %s', rolname, wanted)
            else format('alter role %I set %s = %L', rolname, name, wanted) end
from setting
union all
select 'role_setting_changed', format('%I in %I', rolname, current_database()), id,
       format('The role %I has settings of its own in this database: %s.', rolname,
              array_to_string(c.setconfig, ', ')),
       format('alter role %I in database %I reset all', rolname, current_database())
from held
join pg_db_role_setting c on c.setrole = held_oid
  and c.setdatabase = (select oid from pg_database where datname = current_database())
union all
select 'role_limit_changed', rolname, id,
       format('The role %I may have %s sessions instead of %s.', rolname,
              case rolconnlimit when -1 then 'any number of' else rolconnlimit::text end, connection_limit),
       format('alter role %I connection limit %s', rolname, connection_limit)
from held where rolconnlimit <> connection_limit
union all
select 'role_login_changed', rolname, id,
       format('The role %I may %slog in, although institution %s is %s.', rolname,
              case when rolcanlogin then '' else 'not ' end, institution, state),
       format('alter role %I %s', rolname, case state when 'active' then 'login' else 'nologin' end)
from held where rolcanlogin <> (state = 'active')
union all
select 'role_right_added', rolname, id,
       format('The role %I of institution %s has rights over the whole server.', rolname, institution),
       format('alter role %I nosuperuser nocreaterole nocreatedb noreplication nobypassrls', rolname)
from held where rolsuper or rolcreaterole or rolcreatedb or rolreplication or rolbypassrls
union all
select 'role_right_added', format('%I in %s', rolname, m.roleid::regrole), id,
       format('The role %I of institution %s is a member of %s.', rolname, institution, m.roleid::regrole),
       format('revoke %s from %I', m.roleid::regrole, rolname)
from held
join pg_auth_members m on m.member = held_oid and m.roleid <> 'tenantry_application'::regrole
union all
select 'copy_missing', c.schema_name, c.schema_id,
       format('The schema %I, a copy of institution %s, was renamed or dropped outside Tenantry.', c.schema_name, c.institution),
       'Give it its name back, or drop the copy.'
from tenantry.schema_copy c
where not exists (select from pg_namespace n where n.oid = c.schema_oid and n.nspname = c.schema_name)
union all
select 'watchdog_blind', 'tenantry_control', null,
       'The server may not see for how long other roles'' sessions have been at something, so that nobody ends those that take too long.',
       'As a superuser: grant pg_read_all_stats to tenantry_control'
where not pg_has_role('tenantry_control', 'pg_read_all_stats', 'usage')
union all
select 'left_open', what, null, why, remedy from tenantry.left_open() where here
union all
select 'schema_unknown', n.nspname, null,
       format('The schema %I looks like one of an institution, but has no marker.', n.nspname),
       'Tenantry leaves it alone. Rename it if it is not meant to be an institution''s.'
from pg_namespace n, pattern
where n.nspname like pattern.text
  and not exists (select from tenantry.schema_marker m where m.schema_oid = n.oid)
  and not exists (select from tenantry.schema_copy c where c.schema_oid = n.oid)
union all
select 'schema_leftover', n.nspname, null,
       format('The schema %I bears a name that Tenantry gives, but has no marker.', n.nspname),
       format('drop schema %I cascade, once you have made sure that nobody needs it', n.nspname)
from pg_namespace n
where (n.nspname like 'tenantry\_archived\_%'
       or n.nspname ~ '^tenantry_(copy|replaced|snapshot)_'
          and not exists (select from tenantry.schema_copy c where c.schema_oid = n.oid)
       or n.nspname like 'tenantry\_spare\_%'
          and not exists (select from tenantry.spare s where s.schema_oid = n.oid))
  and not exists (select from tenantry.schema_marker m where m.schema_oid = n.oid)
order by 1, 2
