//! What an operation may leave behind, as text that two runs can be compared by.

use sqlx::Row;

use crate::fleet::TestFleet;

/// What is in a managed database, a line of text each.
const IN_THE_MANAGED_DATABASE: &str = "
select format('schema %s owner %s acl %s relations %s', nspname, pg_get_userbyid(nspowner),
               coalesce(nspacl, acldefault('n', nspowner)), (select count(*) from pg_class where relnamespace = n.oid)) as line
 from pg_namespace n
 where nspname not like 'pg\\_%' and nspname not in ('information_schema', 'public', 'tenantry')
 union all
 select format('marker %s %s %s %s suspended %s template %s@%s', institution, schema_name,
               role_name, state, suspended, template, template_version)
 from tenantry.schema_marker
 union all
 select format('role %s login %s limit %s settings %s', rolname, rolcanlogin, rolconnlimit,
               (select string_agg(s, ' ' order by s) from unnest(rolconfig) s
                where s not like 'search_path=%'))
 from pg_roles where rolname like '%' || $1 || '%'
    or rolname in (select role_name from tenantry.schema_marker
                   union all select role_name from tenantry.spare
                   union all select role_name from tenantry.schema_copy)
 union all
 select format('spare %s of %s@%s', schema_name, template, version) from tenantry.spare
 union all
 select format('%s of %s acl %s', case relkind when 'S' then 'sequence' else 'relation' end,
               relname, (select string_agg(a::text, ' ' order by a::text) from unnest(relacl) a))
 from pg_class where relnamespace in (select schema_oid from tenantry.schema_marker)
   and relkind in ('r', 'p', 'v', 'S')
 union all
 select format('default rights %s %s', defaclobjtype,
               (select string_agg(a::text, ' ' order by a::text) from unnest(defaclacl) a))
 from pg_default_acl where defaclnamespace in (select schema_oid from tenantry.schema_marker)
 union all
 select format('adopted %s from %s as %s read only %s', m.institution, a.tool, a.schema_name, a.read_only)
 from tenantry.adoption a join tenantry.schema_marker m on m.id = a.schema_id
 union all
 select format('blocked %s', m.institution)
 from tenantry.write_block b join tenantry.schema_marker m on m.id = b.schema_id
 union all
 select format('copy %s of %s is %s', schema_name, institution, kind || ' ' || state)
 from tenantry.schema_copy
 union all
 select format('template %s@%s %s', name, version, checksum) from tenantry.template
 union all
 select format('session %s', application_name) from pg_stat_activity
 where datname = current_database() and application_name like 'tenantry/%'";

/// What the control store says there is, a line of text each.
const IN_THE_CONTROL_STORE: &str = "
select format('listed %s %s %s %s template %s', name, state, schema_name, role_name,
               template_version) as line
 from tenant_schema where state <> 'purged'
 union all
 select format('listed as adopted %s from %s version %s read only %s', s.name, a.tool,
               a.tool_version, a.read_only)
 from adoption a join tenant_schema s on s.id = a.schema_id
 union all
 select format('listed as blocked %s', name) from tenant_schema
 where writes_blocked_at is not null
 union all
 select format('backup of %s for %s is %s, verified %s', schema_name, reason, state,
               verified_at is not null and failed_at is null)
 from backup where state <> 'removed'
 union all
 select format('listed copy %s of %s', kind, schema_name) from schema_copy where gone_at is null
 union all
 select format('key %s of a backup destroyed %s', epoch, destroyed_at is not null) from backup_key
 union all
 select format('drill of %s ended as %s', schema_name, outcome) from drill where outcome <> 'failed'
 union all
 select format('listed template %s@%s', name, version) from template
 union all
 select format('pending %s %s', kind, state) from operation
 where state in ('queued', 'running', 'waiting')";

/// Schemas, roles, markers, templates, lists and sessions of a fleet, without ids and times.
pub(crate) async fn world(fleet: &TestFleet) -> Vec<String> {
    let mut lines = Vec::new();
    let mut managed = fleet.managed.connect().await;
    for row in sqlx::query(IN_THE_MANAGED_DATABASE)
        .bind(&fleet.name)
        .fetch_all(&mut managed)
        .await
        .unwrap()
    {
        lines.push(row.get::<String, _>("line"));
    }
    let mut control = fleet.control.connect().await;
    for row in sqlx::query(IN_THE_CONTROL_STORE).fetch_all(&mut control).await.unwrap() {
        lines.push(row.get::<String, _>("line"));
    }
    lines.extend(stored(fleet));
    let mut lines: Vec<String> = lines.iter().map(|line| without_ids(line, &fleet.name)).collect();
    lines.sort();
    lines
}

/// What is in the store and in the work folder of backups.
fn stored(fleet: &TestFleet) -> Vec<String> {
    let mut open = vec![fleet.folder().join("store"), fleet.folder().join("work")];
    let mut files = Vec::new();
    while let Some(folder) = open.pop() {
        // one that never was is as good as empty
        for entry in std::fs::read_dir(folder).into_iter().flatten() {
            let path = entry.unwrap().path();
            match path.is_dir() {
                true => open.push(path),
                false => files.push(path),
            }
        }
    }
    let below = files.iter().map(|path| path.strip_prefix(fleet.folder()).unwrap());
    // a key that nothing is sealed to yet serves the next backup
    let below = below.filter(|path| !path.to_string_lossy().contains("/keys/"));
    below.map(|path| format!("file {}", path.display())).collect()
}

/// Takes out what differs from run to run: the institution's name, ids, and generations.
fn without_ids(line: &str, name: &str) -> String {
    let mut line = line.replace(name, "NAME").replace('-', "");
    let is_id = |text: &[u8]| text.iter().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(b));
    while let Some(at) = line.as_bytes().windows(32).position(is_id) {
        line.replace_range(at..at + 32, "ID");
    }
    if let Some((start, rest)) = line.split_once("/archive") {
        let end = rest.trim_start_matches(|c: char| c.is_ascii_digit());
        line = format!("{start}/archive{end}");
    }
    line
}
