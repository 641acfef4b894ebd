-- Whether the catalogs still fit the memory. Each session keeps what it has seen of them, too.
with catalogs as (
  select sum(pg_total_relation_size(c.oid))::bigint as bytes, max(t.relations) as relations
  from pg_class c,
       (select greatest(reltuples, 0)::bigint as relations from pg_class where oid = 'pg_class'::regclass) t
  where c.oid in ('pg_class'::regclass, 'pg_attribute'::regclass, 'pg_index'::regclass,
                  'pg_depend'::regclass, 'pg_constraint'::regclass, 'pg_statistic'::regclass)
), memory as (
  select setting::bigint * pg_size_bytes(unit) as bytes from pg_settings where name = 'shared_buffers'
)
select 'warning' as severity, 'database ' || quote_ident(current_database()) as object, null::uuid as schema_id,
       format('About %s relations: the catalogs take %s of %s shared buffers, and sessions that visit many institutions grow by what they see.',
              relations, pg_size_pretty(catalogs.bytes), pg_size_pretty(memory.bytes)) as detail,
       'Raise shared_buffers, let the pooler recycle server sessions (server_lifetime), or place new institutions in another database.' as remedy
from catalogs, memory
where catalogs.bytes * 2 > memory.bytes
