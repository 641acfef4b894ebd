-- What these objects ($1, $2) need, themselves or by a part of theirs ($1, $2 name parts too).
select distinct d.classid as catalog, d.objid as object, d.refclassid as of_catalog, d.refobjid as of_object
from unnest($1::oid[], $2::oid[]) o (catalog, object)
join pg_depend d on d.classid = o.catalog and d.objid = o.object
where (d.refclassid, d.refobjid) <> (d.classid, d.objid)
  -- what belongs to the system has no row, or a pinned one, and is there everywhere
  and d.refobjid >= 16384
