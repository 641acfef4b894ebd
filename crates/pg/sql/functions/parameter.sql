-- Public to seeds: what was given for the institution that is being made, by name; null when nothing was.
-- The values are data of the transaction (`run_seed`), never a part of anybody's SQL.
create or replace function tenantry.parameter(name text)
returns text language sql stable set search_path = pg_catalog, pg_temp as $$
  select nullif(current_setting('tenantry.parameters', true), '')::jsonb ->> name;
$$;
