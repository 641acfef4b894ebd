-- What belongs to the schema ($1), and of which catalog. `pg_depend` is the only catalog with an index that
-- a schema leads, so this costs what the schema holds and not what the database does.
-- Objects of an extension are made by the extension.
select d.classid as catalog, d.objid as object,
       exists (select from pg_depend e
               where e.classid = d.classid and e.objid = d.objid and e.deptype = 'e') as of_extension
from pg_depend d
where d.refclassid = 'pg_namespace'::regclass and d.refobjid = $1 and d.refobjsubid = 0
order by 1, 2
