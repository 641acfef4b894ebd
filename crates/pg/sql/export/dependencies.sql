-- What these objects ($1, $2) need, themselves or by a part of theirs ($1, $2 name parts too).
select distinct d.classid as catalog, d.objid as object, d.refclassid as of_catalog, d.refobjid as of_object
from unnest($1::oid[], $2::oid[]) o (catalog, object)
-- object by object: with old statistics a plan that reads the whole catalog looks as good
cross join lateral (
  select * from pg_depend d
  where d.classid = o.catalog and d.objid = o.object
    and (d.refclassid, d.refobjid) <> (d.classid, d.objid)
    -- what belongs to the system has no row, or a pinned one, and is there everywhere
    and d.refobjid >= 16384
  offset 0) d
