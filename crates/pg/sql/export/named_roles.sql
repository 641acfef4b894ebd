-- The roles that these objects ($1 and $2, catalogs and OIDs) name: as owners, in rights and in policies.
select r.rolname::text as name, bool_or(s.deptype = 'o') as owns, bool_or(s.deptype = 'a') as has_rights, bool_or(s.deptype = 'r') as in_policies
from unnest($1::oid[], $2::oid[]) o (catalog, object)
-- object by object: without statistics, as in a fleet that was just made, a plan that reads the whole catalog looks as good
cross join lateral (
  select s.refobjid, s.deptype from pg_shdepend s
  where s.dbid = (select oid from pg_database where datname = current_database())
    and s.classid = o.catalog and s.objid = o.object and s.refclassid = 'pg_authid'::regclass
  offset 0) s
join pg_roles r on r.oid = s.refobjid
group by r.rolname
order by r.rolname
