-- A pass over all sizes is due when the last one is older than that many seconds. Answers true to
-- one caller, whose turn it then is; null seconds ask for a pass now.
create or replace function tenantry.note_pass(p_seconds double precision)
returns boolean language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  insert into tenantry.setting as s (name, value) values ('usage_passed_at', clock_timestamp()::text)
  on conflict (name) do update set value = excluded.value
    where p_seconds is null
       or s.value::timestamptz <= clock_timestamp() - make_interval(secs => p_seconds);
  return found;
end $$;
