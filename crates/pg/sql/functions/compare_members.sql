-- Refuses a copy that has not as many objects of each catalog as what it was copied from: a kind that
-- nobody thought of is an error, and never a copy without it.
create or replace function tenantry.compare_members(p_from oid, p_to oid)
returns void language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_missing text;
begin
  select string_agg(format('%s of %s', abs(number), catalog::regclass), ', ') into v_missing
  from (
    select m.catalog, sum(m.sign) as number
    from (select catalog, 1 as sign from tenantry.export_members(p_from) where not of_extension
          union all
          select catalog, -1 from tenantry.export_members(p_to) where not of_extension) m
    -- default rights are rights
    where m.catalog <> 'pg_default_acl'::regclass
    group by m.catalog
    having sum(m.sign) <> 0) d;
  if v_missing is not null then
    raise exception 'the copy is not whole: it differs by %', v_missing using errcode = 'internal_error';
  end if;
end $$;
