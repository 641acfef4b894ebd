-- Runs SQL in one schema, with the rights of the role that owns the institutions' objects and no
-- other (`grants.sql` hands this function to it); in a definer's function nobody can change the role.
create or replace function tenantry.run_script(p_schema_name text, p_script text)
returns void language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  -- pg_temp is named, and last: left out it would come first, and a caller's temporary table of a
  -- name that the script uses would run the caller's triggers with our rights
  perform set_config('search_path', quote_ident(p_schema_name) || ', pg_temp', true);
  execute p_script;
end $$;
