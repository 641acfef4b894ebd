-- The cheap look at every schema, in one scan of pg_class and without a lock on any table: brings
-- tenantry.usage_state up to date and marks as stale what may have another size than when it was
-- measured. Says how many are stale, and whether the server has lost its statistics since the last
-- look (it does so in a crash): then nobody knows who wrote, and all are stale.
create or replace function tenantry.note_usage(out stale integer, out reset boolean)
language plpgsql security definer
set search_path = pg_catalog, pg_temp set lock_timeout = '100ms'
-- each counter is read once; keeping them would take memory for every table of the fleet
set stats_fetch_consistency = 'none' as $$
declare
  v_now timestamptz := clock_timestamp();
begin
  delete from tenantry.usage_state u
  where not exists (select from tenantry.schema_marker m where m.id = u.schema_id);
  insert into tenantry.usage_state (schema_id)
  select id from tenantry.schema_marker on conflict do nothing;

  with sums as materialized (
    select c.relnamespace,
           sum(c.relfilenode::bigint)::bigint as filenodes,
           sum(case when c.relkind in ('r', 'm') then pg_stat_get_tuples_inserted(c.oid)
                 + pg_stat_get_tuples_updated(c.oid) + pg_stat_get_tuples_deleted(c.oid)
               end)::bigint as writes,
           sum(case when c.relkind not in ('r', 'm') then 0
                 when c.reltuples >= 0 then c.reltuples::bigint
                 else pg_stat_get_live_tuples(c.oid) end)::bigint as row_estimate
    from pg_class c
    group by c.relnamespace
  ), writing as materialized (
    -- a transaction that is still open has not told the statistics what it wrote, but it holds its locks
    select distinct c.relnamespace
    from pg_locks l
    join pg_class c on c.oid = l.relation
    where l.locktype = 'relation' and l.mode = 'RowExclusiveLock' and l.granted
      and l.database = (select oid from pg_database where datname = current_database())
  ), sessions as materialized (
    select usename, count(*)::integer as number from pg_stat_activity
    where datname = current_database() group by usename
  ), seen as materialized (
    select m.id, coalesce(s.writes, 0) as writes, coalesce(s.filenodes, 0) as filenodes,
           coalesce(s.row_estimate, 0) as row_estimate, coalesce(a.number, 0) as connections,
           w.relnamespace is not null as writing
    from tenantry.schema_marker m
    left join sums s on s.relnamespace = m.schema_oid
    left join writing w on w.relnamespace = m.schema_oid
    left join sessions a on a.usename = m.role_name
  ), lost as (
    -- fewer than before although no table went away
    select coalesce(bool_or(n.writes < u.writes), false) as statistics
    from seen n join tenantry.usage_state u on u.schema_id = n.id and u.filenodes = n.filenodes
  ), noted as (
    update tenantry.usage_state u
    set writes_total = u.writes_total + case
          when n.writes >= u.writes then n.writes - u.writes
          when n.filenodes = u.filenodes then n.writes
          else 0 end,
        writes = n.writes,
        filenodes = n.filenodes,
        row_estimate = n.row_estimate,
        connections = n.connections,
        last_activity = case when n.writes <> u.writes or n.writing or n.connections > 0
                        then v_now else u.last_activity end,
        stale_since = case when n.writes <> u.writes or n.filenodes <> u.filenodes or n.writing
                      then coalesce(u.stale_since, v_now) else u.stale_since end,
        revision = u.revision + 1
    from seen n
    where n.id = u.schema_id
      and ((n.writes, n.filenodes, n.row_estimate, n.connections)
             is distinct from (u.writes, u.filenodes, u.row_estimate, u.connections) or n.writing)
  )
  select statistics into reset from lost;

  if reset then
    update tenantry.usage_state set stale_since = v_now where stale_since is null;
  end if;
  select count(*) into stale from tenantry.usage_state where stale_since is not null;
end $$;
