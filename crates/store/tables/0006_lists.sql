-- What lists read.

-- Operations that belong to no other one, newest first: a fleet's nightly backups have as many children as there are
-- institutions, and whoever looks for what people asked for would read past all of them.
create index operation_top_level on operation (id) where parent_id is null;

-- In the order in which a schema's operations come: every row of a list asks for the first one, and a sort each time,
-- though of nothing, was a third of the page's cost.
drop index operation_pending;
create index operation_pending on operation (schema_id, (state = 'queued'), priority desc, created_at)
  where state in ('queued', 'running', 'waiting');
