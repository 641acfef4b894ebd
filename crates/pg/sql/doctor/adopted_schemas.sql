-- Adopted schemas that belong to a login, which reads and writes them all: once for each such login. And
-- what was given to read histories by and is still there.
select 'warning' as severity, quote_ident(r.rolname) as object, null::uuid as schema_id,
       format('%s adopted schema(s) belong to the login %I, which their application uses for every institution: they are kept apart by its care alone, and a lost search_path shows one institution another one''s rows.',
              count(*), r.rolname) as detail,
       'As it was found. docs/adopting.md says how an application is moved to a login for each institution.' as remedy
from tenantry.adoption a
join tenantry.schema_marker m on m.id = a.schema_id
join pg_namespace n on n.oid = m.schema_oid
join pg_roles r on r.oid = n.nspowner
where r.rolcanlogin
group by r.rolname
union all
select 'warning', format('tenantry_reader in %I', pg_get_userbyid(a.roleid)), null,
       format('The role that answers queries about schemas to be adopted is a member of %I. With that, whoever has a token of the role admin can read what that role can.',
              pg_get_userbyid(a.roleid)),
       format('revoke %I from tenantry_reader;  -- when adopting is done', pg_get_userbyid(a.roleid))
from pg_auth_members a
where a.member = 'tenantry_reader'::regrole
