-- A server below the releases of May 2026, which close eleven holes; one of them (CVE-2026-6473) lets
-- any SQL user write past a buffer.
select 'warning' as severity, 'PostgreSQL ' || current_setting('server_version') as object, null::uuid as schema_id,
       format('This server lacks the security fixes of PostgreSQL %s: any role that may run SQL may be able to break out.', safe) as detail,
       format('Install PostgreSQL %s or newer of the same major version and restart; no dump is needed.', safe) as remedy
from (values (15, 150018, '15.18'), (16, 160014, '16.14'), (17, 170010, '17.10'), (18, 180004, '18.4'))
       as floor (major, number, safe)
where current_setting('server_version_num')::int / 10000 = major
  and current_setting('server_version_num')::int < number
