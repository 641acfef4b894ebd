-- After a crash the server opens and syncs every file before it serves again, unless the file system
-- is asked once. Measured with 1.6 million files: 42 to 130 s against 2 s.
select 'warning' as severity, 'recovery_init_sync_method' as object, null::uuid as schema_id,
       format('After a crash the server will sync about %s files one by one before anybody can connect.', files) as detail,
       'alter system set recovery_init_sync_method = ''syncfs''; select pg_reload_conf();  -- Linux only' as remedy
from (select greatest(reltuples, 0)::bigint as files from pg_class where oid = 'pg_class'::regclass) f
where current_setting('recovery_init_sync_method') = 'fsync' and files > 20000
