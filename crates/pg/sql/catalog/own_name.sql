-- Where the name of a schema ($1) stands in what the catalogs keep as text of the objects in it.
-- Asked with that schema as the search path, so that names which stand for objects by their number are
-- written without it, and what is left is text: it would stay as it is when the schema is renamed.
-- `pinned`: only a function's own search_path setting, which can be written anew.
with me as (select oid, nspname as name from pg_namespace where nspname = $1),
kept as (
  select 'relation ' || c.relname as object, false as pinned, concat_ws(' ', c.relname,
           case when c.relkind in ('v', 'm') then pg_get_viewdef(c.oid) end,
           pg_get_expr(c.relpartbound, c.oid),
           case when c.relkind = 'p' then pg_get_partkeydef(c.oid) end) as text
  from me join pg_class c on c.relnamespace = me.oid
  union all
  select 'default of ' || c.relname || '.' || a.attname, false, pg_get_expr(d.adbin, d.adrelid)
  from me join pg_class c on c.relnamespace = me.oid
  join pg_attrdef d on d.adrelid = c.oid
  join pg_attribute a on a.attrelid = c.oid and a.attnum = d.adnum
  union all
  select 'column ' || c.relname || '.' || a.attname, false, concat_ws(' ', a.attname, a.attmissingval::text)
  from me join pg_class c on c.relnamespace = me.oid
  join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
  union all
  select 'index ' || c.relname, false,
         concat_ws(' ', pg_get_expr(i.indexprs, i.indrelid), pg_get_expr(i.indpred, i.indrelid))
  from me join pg_class c on c.relnamespace = me.oid join pg_index i on i.indexrelid = c.oid
  union all
  select 'constraint ' || k.conname, false,
         concat_ws(' ', k.conname, case when k.contype = 'c' then pg_get_constraintdef(k.oid) end)
  from me join pg_constraint k on k.connamespace = me.oid
  union all
  select 'trigger ' || t.tgname || ' on ' || c.relname, false, pg_get_triggerdef(t.oid, true)
  from me join pg_class c on c.relnamespace = me.oid
  join pg_trigger t on t.tgrelid = c.oid and not t.tgisinternal
  union all
  select 'policy ' || p.polname || ' on ' || c.relname, false,
         concat_ws(' ', p.polname, pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid))
  from me join pg_class c on c.relnamespace = me.oid join pg_policy p on p.polrelid = c.oid
  union all
  select 'rule ' || r.rulename || ' on ' || c.relname, false, pg_get_ruledef(r.oid, true)
  from me join pg_class c on c.relnamespace = me.oid
  join pg_rewrite r on r.ev_class = c.oid and r.rulename <> '_RETURN'
  union all
  select 'statistics ' || s.stxname, false, concat_ws(' ', s.stxname, pg_get_expr(s.stxexprs, s.stxrelid))
  from me join pg_statistic_ext s on s.stxnamespace = me.oid
  union all
  select 'type ' || t.typname, false,
         concat_ws(' ', t.typname, pg_get_expr(t.typdefaultbin, 0),
                   (select string_agg(e.enumlabel, ' ') from pg_enum e where e.enumtypid = t.oid))
  from me join pg_type t on t.typnamespace = me.oid
  union all
  select 'body of ' || p.oid::regprocedure::text, false,
         concat_ws(' ', p.proname, p.prosrc, pg_get_function_sqlbody(p.oid),
                   pg_get_expr(p.proargdefaults, 0), g.agginitval, g.aggminitval)
  from me join pg_proc p on p.pronamespace = me.oid
  left join pg_aggregate g on g.aggfnoid = p.oid
  union all
  select 'setting of ' || p.oid::regprocedure::text, starts_with(setting, 'search_path='), setting
  from me join pg_proc p on p.pronamespace = me.oid cross join unnest(p.proconfig) setting
)
select object, pinned from kept, me where strpos(text, me.name) > 0 order by pinned, object limit 1
