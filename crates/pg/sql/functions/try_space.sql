-- Takes some megabytes of disk and gives them back at once: whether there is room tells only a write
-- that needs some. Ends in the server's own error (53100) where there is none.
create or replace function tenantry.try_space()
returns void language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  create table tenantry.space_try (filler text);
  -- or the filler would be made small
  alter table tenantry.space_try alter column filler set storage external;
  insert into tenantry.space_try select repeat('x', 8000) from generate_series(1, 512);
  -- what is undone leaves no file behind
  raise exception 'enough' using errcode = 'TN099';
exception when sqlstate 'TN099' then
  null;
end $$;
