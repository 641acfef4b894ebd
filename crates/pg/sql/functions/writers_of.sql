-- The transactions that hold a lock for writing on a table of the schema. They go on writing when the
-- right is taken, statement after statement, until they end; one that begins later does not.
create or replace function tenantry.writers_of(p_schema uuid)
returns table (pid integer, xact text)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select distinct l.pid, l.virtualtransaction
  from pg_locks l
  join pg_class c on c.oid = l.relation
  join tenantry.schema_marker m on m.schema_oid = c.relnamespace
  where m.id = p_schema and l.locktype = 'relation' and l.mode = 'RowExclusiveLock' and l.granted
    and l.database = (select oid from pg_database where datname = current_database())
    and l.pid <> pg_backend_pid()
    -- not the transactions of whoever works on the schema for us
    and exists (select from pg_stat_activity a where a.pid = l.pid and a.usename = m.role_name);
$$;
