-- Whether a transaction that takes a lock on everything of the largest institution fits the lock
-- table. Dropping a table takes about eight locks: itself, its indexes, its TOAST table, its sequence.
with largest as (
  select m.id, m.institution, count(*) * 2 as locks
  from tenantry.schema_marker m
  join pg_class c on c.relnamespace = m.schema_oid
  group by m.id, m.institution
  order by locks desc
  limit 1
), slots as (
  select current_setting('max_locks_per_transaction')::bigint
         * (current_setting('max_connections')::bigint + current_setting('max_prepared_transactions')::bigint) as slots
)
select 'warning' as severity, 'max_locks_per_transaction' as object, id as schema_id,
       format('The lock table has %s slots for all sessions together; one transaction over all of institution %s takes about %s of them.',
              slots, institution, locks) as detail,
       format('alter system set max_locks_per_transaction = %s;  -- then restart the server',
              greatest(256, 4 * current_setting('max_locks_per_transaction')::int)) as remedy
from largest, slots
where locks * 3 > slots
