-- The tables among these ($1), the only relations that can be locked, as they are written in a statement.
select c.oid::regclass::text
from pg_class c
where c.oid = any($1) and c.relkind in ('r', 'p')
order by c.oid
