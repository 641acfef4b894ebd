-- What of the database itself decides whether rows and statements mean the same elsewhere.
select current_setting('server_version_num')::integer as server_version, pg_encoding_to_char(d.encoding)::text as encoding,
       d.datcollate::text as collate, d.datctype::text as ctype, pg_database_collation_actual_version(d.oid) as collation_version
from pg_database d
where d.datname = current_database()
