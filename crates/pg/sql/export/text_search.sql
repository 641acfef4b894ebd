-- Text search parsers ($1), templates ($2), dictionaries ($3) and configurations ($4).
select 'pg_ts_parser'::regclass::oid as catalog, t.oid as object, 'TEXT SEARCH PARSER' as kind, t.prsname as tag, '' as owner,
       format(E'CREATE TEXT SEARCH PARSER %I (\n    %s\n);', t.prsname, f.text) as create_sql,
       format('DROP TEXT SEARCH PARSER %I;', t.prsname) as drop_sql
from pg_ts_parser t
cross join lateral (
  select string_agg(format('%s = %s', word, case when pg_function_is_visible(p.oid) then quote_ident(p.proname)
                                                 else format('%I.%I', n.nspname, p.proname) end), E',\n    ' order by place) as text
  from unnest(array['START', 'GETTOKEN', 'END', 'HEADLINE', 'LEXTYPES'],
              array[t.prsstart, t.prstoken, t.prsend, t.prsheadline, t.prslextype]::oid[]) with ordinality f (word, oid, place)
  join pg_proc p on p.oid = f.oid
  join pg_namespace n on n.oid = p.pronamespace) f
where t.oid = any($1)
union all
select 'pg_ts_template'::regclass, t.oid, 'TEXT SEARCH TEMPLATE', t.tmplname, '',
       format(E'CREATE TEXT SEARCH TEMPLATE %I (\n    %s\n);', t.tmplname, f.text),
       format('DROP TEXT SEARCH TEMPLATE %I;', t.tmplname)
from pg_ts_template t
cross join lateral (
  select string_agg(format('%s = %s', word, case when pg_function_is_visible(p.oid) then quote_ident(p.proname)
                                                 else format('%I.%I', n.nspname, p.proname) end), E',\n    ' order by place) as text
  from unnest(array['INIT', 'LEXIZE'], array[t.tmplinit, t.tmpllexize]::oid[]) with ordinality f (word, oid, place)
  join pg_proc p on p.oid = f.oid
  join pg_namespace n on n.oid = p.pronamespace) f
where t.oid = any($2)
union all
select 'pg_ts_dict'::regclass, d.oid, 'TEXT SEARCH DICTIONARY', d.dictname, pg_get_userbyid(d.dictowner),
       format(E'CREATE TEXT SEARCH DICTIONARY %I (\n    TEMPLATE = %s%s\n);', d.dictname,
              case when pg_ts_template_is_visible(t.oid) then quote_ident(t.tmplname) else format('%I.%I', n.nspname, t.tmplname) end,
              coalesce(E',\n    ' || d.dictinitoption, '')),
       format('DROP TEXT SEARCH DICTIONARY %I;', d.dictname)
from pg_ts_dict d
join pg_ts_template t on t.oid = d.dicttemplate
join pg_namespace n on n.oid = t.tmplnamespace
where d.oid = any($3)
union all
select 'pg_ts_config'::regclass, c.oid, 'TEXT SEARCH CONFIGURATION', c.cfgname, pg_get_userbyid(c.cfgowner),
       format(E'CREATE TEXT SEARCH CONFIGURATION %I (\n    PARSER = %s\n);', c.cfgname,
              case when pg_ts_parser_is_visible(p.oid) then quote_ident(p.prsname) else format('%I.%I', n.nspname, p.prsname) end)
         || coalesce(mappings.text, ''),
       format('DROP TEXT SEARCH CONFIGURATION %I;', c.cfgname)
from pg_ts_config c
join pg_ts_parser p on p.oid = c.cfgparser
join pg_namespace n on n.oid = p.prsnamespace
cross join lateral (
  select string_agg(format(E'\nALTER TEXT SEARCH CONFIGURATION %I\n    ADD MAPPING FOR %s WITH %s;', c.cfgname, k.alias, m.dictionaries), '' order by k.alias) as text
  from (select m.maptokentype, string_agg(m.mapdict::regdictionary::text, ', ' order by m.mapseqno) as dictionaries
        from pg_ts_config_map m where m.mapcfg = c.oid group by m.maptokentype) m
  join ts_token_type(c.cfgparser) k on k.tokid = m.maptokentype) mappings
where c.oid = any($4)
