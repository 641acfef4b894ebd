-- Files of this database that belong to no relation: what a crash left of tables whose making was
-- not committed. They count in no table's size. Younger files may be of a transaction under way.
with directory as (
  select 'base/' || oid as path from pg_database where datname = current_database()
), files as (
  select path || '/' || name as file, split_part(split_part(name, '.', 1), '_', 1) as node
  from directory, pg_ls_dir(path, true, false) as name
  where name ~ '^[0-9]+(_(fsm|vm|init))?(\.[0-9]+)?$'
), known as (
  select pg_relation_filenode(oid)::text as node from pg_class where relkind in ('r', 'i', 't', 'S', 'm')
), orphans as (
  select f.file, (s).size
  from files f
  left join known k using (node)
  cross join lateral pg_stat_file(f.file, true) as s
  where k.node is null and (s).modification < clock_timestamp() - interval '1 hour'
)
select 'warning' as severity, 'database ' || quote_ident(current_database()) as object, null::uuid as schema_id,
       format('%s files with %s belong to no relation: %s%s', count(*), pg_size_pretty(sum(size)),
              array_to_string((array_agg(file order by size desc))[1:5], ', '), case when count(*) > 5 then ', …' end) as detail,
       'They are what a crash left. Make sure that they are still here after an hour, stop the server, move them away, start it.' as remedy
from orphans
having count(*) > 0
