-- Operations that belong to no other one, newest first: a fleet's nightly backups have as many children as there are
-- institutions, and whoever looks for what people asked for would read past all of them.
create index operation_top_level on operation (id) where parent_id is null;
