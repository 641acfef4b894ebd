-- What Tenantry keeps in a managed database. Forward only: a change is a new file.
-- Runs as `tenantry_owner`, the role without login that owns every object.

create table tenantry.setting (
  name   text primary key,
  value  text not null
);
insert into tenantry.setting values ('schema_pattern', 'inst_{slug}');

create table tenantry.template (
  name          text not null,
  version       integer not null check (version > 0),
  script        text not null,
  checksum      text not null,
  operation     uuid not null unique,     -- the operation that published it
  published_at  timestamptz not null default clock_timestamp(),
  primary key (name, version)
);

-- The truth about an institution's schema, written in the transaction of the DDL itself.
create table tenantry.schema_marker (
  id                uuid primary key,
  institution       text not null,
  schema_oid        oid not null unique,
  schema_name       text not null,
  role_name         text,                             -- null: an adopted schema that has no role of ours
  state             text not null check (state in ('active', 'suspended', 'archived', 'purging')),
  suspended         boolean not null default false,   -- what an archived schema goes back to
  template          text,                             -- null: adopted; so is the version
  template_version  integer,
  generation        bigint not null default 0,
  operation         uuid,                             -- the operation that wrote this row last
  created_at        timestamptz not null default clock_timestamp(),
  changed_at        timestamptz not null default clock_timestamp(),
  archived_at       timestamptz
);
create unique index schema_marker_living on tenantry.schema_marker (institution)
  where state in ('active', 'suspended');
create unique index schema_marker_name on tenantry.schema_marker (schema_name);

-- Schemas that were there before Tenantry: how they were found, which is what they are judged against.
create table tenantry.adoption (
  schema_id    uuid primary key references tenantry.schema_marker on delete cascade,
  tool         text not null,          -- what made it, or how it was found
  schema_name  text not null,          -- the name it came with; it gets it back when it is undropped
  owner        oid not null,
  grants       text[] not null,        -- on the schema itself: number of the grantee, colon, right
  read_only    boolean not null default true,
  adopted_at   timestamptz not null default clock_timestamp()
);

-- Schemas that Tenantry made: those to which its rules about owners and rights apply.
create view tenantry.made_schema as
  select m.* from tenantry.schema_marker m
  where not exists (select from tenantry.adoption a where a.schema_id = m.id);

-- The highest generation that touched a schema; a worker with a lower one is refused. Rows outlive
-- the schema, so that a very late worker is refused too.
create table tenantry.fence (
  schema_id   uuid primary key,
  generation  bigint not null,
  operation   uuid,
  changed_at  timestamptz not null default clock_timestamp()
);

-- One row for each call of a public function: what was asked, by whom, and how it ended.
create table tenantry.call_log (
  -- a UUID of version 7 (RFC 9562): the call's operation bears it, and those are in order of time
  id           uuid primary key default
    (lpad(to_hex((extract(epoch from clock_timestamp()) * 1000)::bigint), 12, '0') || '7'
     || substr(replace(gen_random_uuid()::text, '-', ''), 14))::uuid,
  function     text not null,
  institution  text,
  template     text,
  schema_id    uuid,
  schema_name  text,
  outcome      text not null check (outcome in ('succeeded', 'failed')),
  error_code   text,
  error        text,
  hint         text,
  called_by    text not null default session_user,
  started_at   timestamptz not null,
  finished_at  timestamptz not null default clock_timestamp(),
  mirrored_at  timestamptz      -- when the control plane took it into its own lists
);
create index call_log_unmirrored on tenantry.call_log (finished_at) where mirrored_at is null;

-- What each role that an application logs in as is held to. By oid, which survives renaming; the
-- control plane sets these on the role, and what the role really has is compared with them.
create table tenantry.application_role (
  role_oid          oid primary key,
  read_only_of      oid unique,              -- the institution's own role, where this one only reads
  connection_limit  integer not null,
  settings          text[] not null,         -- as in pg_db_role_setting, without search_path
  password_set_at   timestamptz              -- never the password
);
-- The defaults for new roles, and whether there is a gateway.
insert into tenantry.setting values
  ('connection_limit', '20'),
  ('statement_timeout', '5min'),
  ('idle_in_transaction_session_timeout', '1min'),
  ('temp_file_limit', '1GB'),
  ('gateway', 'off');
-- What each schema uses, as the sampler saw it last. The work that is left stands here too
-- (`stale_since`), so that a sampler that dies loses nothing.
create table tenantry.usage_state (
  schema_id          uuid primary key,
  -- What tells a change: rows written since the server's statistics began, and the sum of the
  -- relations' file numbers, which a new index, a truncation and a rewrite change.
  writes             bigint not null default 0,
  filenodes          bigint not null default 0,
  writes_total       bigint not null default 0,   -- rows written, over every reset of the statistics
  row_estimate       bigint not null default 0,
  connections        integer not null default 0,
  last_activity      timestamptz,
  table_bytes        bigint,                      -- null until measured; so are the next three
  index_bytes        bigint,
  toast_bytes        bigint,
  measured_at        timestamptz,
  -- may have changed since it was measured; null when it has not
  stale_since        timestamptz default clock_timestamp(),
  tried_at           timestamptz,                 -- when a measurement met a lock
  -- the control database has what `reported` says; anything above is news to it
  revision           bigint not null default 1,
  reported           bigint not null default 0
) with (fillfactor = 80);

-- Schemas whose application role may not write any more, because they are over their quota. What the
-- role was not allowed before it is not given afterwards.
create table tenantry.write_block (
  schema_id     uuid primary key references tenantry.schema_marker on delete cascade,
  no_insert     oid[] not null,     -- relations that the role could not insert into anyway
  no_update     oid[] not null,
  no_sequence   oid[] not null,
  blocked_at    timestamptz not null default clock_timestamp()
);
-- The warm pool. A spare is a schema that is furnished from a template's version and belongs to no
-- institution yet; a claim renames it and deletes its row, in the transaction of the creation.
create table tenantry.spare (
  id           uuid primary key,
  schema_oid   oid not null unique,
  schema_name  text not null,
  role_name    text not null,
  template     text not null,
  version      integer not null,
  operation    uuid,                     -- the operation that made it
  made_at      timestamptz not null default clock_timestamp()
);
create index spare_of_version on tenantry.spare (template, version, made_at);

-- What the proof found of the schema's own name in what the script made: nothing (`plain`), only in
-- functions' own search_path settings (`rewritten` at a claim), or elsewhere (`none`: no spares).
alter table tenantry.template
  add column spares text not null default 'plain' check (spares in ('plain', 'rewritten', 'none')),
  add column spares_reason text;           -- the object that bears the name

-- What fills a new institution with its first rows: statements with the lines of the file that they
-- begin on, and the parameters without which no institution is made. Null: there is no seed.
alter table tenantry.template
  add column seed text[],
  add column seed_lines integer[],
  add column seed_requires text[];
