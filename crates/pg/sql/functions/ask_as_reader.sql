-- Answers a user's query as the role tenantry_reader, which may write nothing: in a definer's function
-- the role cannot be changed, and the transaction must be one that only reads. Names in the query are
-- qualified.
create or replace function tenantry.ask_as_reader(p_query text, p_limit integer)
returns setof jsonb
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
begin
  if current_setting('transaction_read_only') <> 'on' then
    raise exception 'queries are answered in transactions that only read'
      using errcode = 'invalid_transaction_state';
  end if;
  -- the line break ends a comment at the end of the query
  return query execute format(e'select to_jsonb(found) from (%s\n) as found limit %s', p_query, p_limit);
end $$;
