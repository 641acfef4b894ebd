-- The functions of a restored copy that run with their owner's rights, as they are written in a statement,
-- which the institution's schema does not have just so: with another text, another path, or not at all.
-- When the copy is swapped in they are made to run with their caller's rights, for the owner then is the
-- owner of every institution's schema.
create or replace function tenantry.untrusted_definers(p_copy_oid oid, p_living_oid oid)
returns setof text language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select p.oid::regprocedure::text
  from pg_namespace here
  join pg_depend d on d.refclassid = 'pg_namespace'::regclass and d.refobjid = here.oid
    and d.classid = 'pg_proc'::regclass
  join pg_proc p on p.oid = d.objid
  where here.oid = p_copy_oid and p.prosecdef
    and not exists (
      select from pg_namespace there
      join pg_proc l on l.pronamespace = there.oid and l.proname = p.proname
      where there.oid = p_living_oid and l.prosecdef
        and p.prosqlbody is null and l.prosqlbody is null
        and (l.prosrc, l.prolang, l.pronargs, l.probin) is not distinct from (p.prosrc, p.prolang, p.pronargs, p.probin)
        and (select array_agg(tenantry.repinned(s, there.nspname, here.nspname) order by place)
             from unnest(l.proconfig) with ordinality c (s, place)) is not distinct from p.proconfig);
$$;
