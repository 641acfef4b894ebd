-- The schema itself ($1).
select 'pg_namespace'::regclass::oid as catalog, n.oid as object, 'SCHEMA' as kind, n.nspname as tag,
       pg_get_userbyid(n.nspowner) as owner,
       format('CREATE SCHEMA %I;', n.nspname) as create_sql,
       format('DROP SCHEMA %I;', n.nspname) as drop_sql
from pg_namespace n
where n.oid = $1
