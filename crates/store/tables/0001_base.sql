-- Tenantry's own tables. Forward only: a change is a new file, never an edit of this one.

create table tenant_schema (
  id                 uuid primary key,
  name               text not null check (name ~ '^[a-z][a-z0-9_]{1,38}$'),
  -- the name of the schema in the managed database; null until it is made. Never guessed from `name`
  schema_name        text,
  role_name          text,
  display_name       text not null,
  -- what a search looks through: lower case once, and compared as bytes
  search             text collate "C" not null
    generated always as (lower(name || e'\n' || display_name)) stored,
  state              text not null check (state in
    ('provisioning', 'active', 'suspended', 'archived', 'purging', 'purged', 'restoring', 'failed')),
  template           text,           -- null: adopted
  template_version   integer,
  labels             jsonb not null default '{}',
  usage_bytes        bigint,
  usage_measured_at  timestamptz,
  quota_bytes        bigint check (quota_bytes >= 0),
  failure            text,
  archived_at        timestamptz,
  recoverable_until  timestamptz,
  purged_at          timestamptz,
  created_at         timestamptz not null default clock_timestamp(),
  updated_at         timestamptz not null default clock_timestamp()
);
-- a name is taken while its schema lives; an archived or purged one leaves it free
create unique index tenant_schema_living on tenant_schema (name)
  where state not in ('archived', 'purging', 'purged');
create index tenant_schema_name on tenant_schema (name collate "C", id);
create index tenant_schema_created on tenant_schema (created_at, id);
create index tenant_schema_updated on tenant_schema (updated_at, id);
create index tenant_schema_usage on tenant_schema (coalesce(usage_bytes, 0), id);
create index tenant_schema_state on tenant_schema (state, name collate "C");

-- Schemas that were there before Tenantry.
create table adoption (
  schema_id        uuid primary key references tenant_schema on delete cascade,
  tool             text not null,      -- what made it, or how it was found
  -- the newest migration by the tool's own history and how many were applied, when that was read
  tool_version     text,
  tool_applied     bigint,
  version_read_at  timestamptz,
  read_only        boolean not null default true,
  adopted_at       timestamptz         -- null until its operation is done
);

-- Every claim takes the next number, so that a later claim always bears a higher one, whatever the
-- operation: this is what fences a worker that was believed dead.
create sequence operation_generation;

create table operation (
  -- of version 7: later ones are larger, so that the primary key is the order of the history
  id                   uuid primary key,
  kind                 text not null,
  kind_version         integer not null,
  -- no foreign key: rows of tenant_schema are never deleted, and the check was a fifth of the time
  -- that many operations take to be queued
  schema_id            uuid,
  schema_name          text,           -- the institution's name, for people; survives the purge
  input                jsonb not null,
  -- what the steps so far learned; the kind's own value, written with every journalled step
  memo                 jsonb not null,
  state                text not null check (state in
    ('queued', 'running', 'waiting', 'succeeded', 'failed', 'cancelled', 'stuck')),
  unwinding            boolean not null default false,
  priority             smallint not null default 0,
  run_at               timestamptz not null default clock_timestamp(),
  attempt              integer not null default 0,
  crash_count          integer not null default 0,
  lease_owner          uuid,
  lease_until          timestamptz,
  generation           bigint not null default 0,
  cancel_requested_at  timestamptz,
  idempotency_actor    text,
  idempotency_key      text,
  idempotency_hash     bytea,
  steps_done           integer not null default 0,
  steps_total          integer not null,
  current_step         text,
  error                jsonb,
  result               jsonb,
  actor                text not null,
  -- asked again when the operation starts: a token that was revoked meanwhile starts nothing
  token_id             uuid,
  required_role        text,
  source               text not null check (source in ('http', 'sql', 'system')),
  request_id           text,
  created_at           timestamptz not null default clock_timestamp(),
  started_at           timestamptz,
  finished_at          timestamptz,
  updated_at           timestamptz not null default clock_timestamp()
);
-- one active operation for each schema
create unique index operation_active on operation (schema_id) where state in ('running', 'waiting');
create unique index operation_idempotency on operation (idempotency_actor, idempotency_key)
  where idempotency_key is not null;
create index operation_claim on operation (priority desc, created_at, id)
  where state in ('queued', 'waiting');
create index operation_pending on operation (schema_id) where state in ('queued', 'running', 'waiting');
-- of what is over only: a queued row would enter it at a place of its own, and so three times in its life
create index operation_by_schema on operation (schema_name, id)
  where state in ('succeeded', 'failed', 'cancelled', 'stuck');
create index operation_troubled on operation (id) where state in ('failed', 'cancelled', 'stuck');

-- The journal: what a step did, under which generation.
create table operation_step (
  operation_id  uuid not null references operation on delete cascade,
  seq           integer not null,
  name          text not null,
  state         text not null check (state in ('running', 'done', 'failed', 'undone')),
  attempt       integer not null default 1,
  generation    bigint not null,
  error         jsonb,
  started_at    timestamptz not null default clock_timestamp(),
  finished_at   timestamptz,
  primary key (operation_id, seq)
);

-- What happened, in the order in which it became visible. `seq` is given after the commit, by one
-- hand at a time, so that a reader who has seen number n has seen every number below it.
create table event (
  id            bigint generated always as identity primary key,
  seq           bigint,
  type          text not null,
  schema_id     uuid,
  operation_id  uuid,
  data          jsonb not null,
  created_at    timestamptz not null default clock_timestamp()
);
create sequence event_seq;
create unique index event_order on event (seq) where seq is not null;
create index event_unnumbered on event (id) where seq is null;

create table template (
  name        text not null check (name ~ '^[a-z][a-z0-9_]{0,38}$'),
  version     integer not null check (version > 0),
  layout      text not null,
  checksum    text not null,
  script      text not null,
  migrations  jsonb not null,      -- [{name, path, checksum}] in order
  relations   integer not null,    -- relations that the proof made
  proof_ms    double precision not null,
  created_by  text not null,
  created_at  timestamptz not null default clock_timestamp(),
  primary key (name, version)
);

create table token (
  id            uuid primary key,
  name          text not null,
  role          text not null check (role in ('viewer', 'operator', 'admin')),
  hash          bytea not null unique,     -- SHA-256 of the whole token
  prefix        text not null,             -- its first characters, for people
  created_by    text not null,
  created_at    timestamptz not null default clock_timestamp(),
  expires_at    timestamptz not null,
  revoked_at    timestamptz,
  last_used_at  timestamptz
);

create table audit (
  id            bigint generated always as identity primary key,
  at            timestamptz not null default clock_timestamp(),
  actor         text not null,
  token_id      uuid,
  source        text not null,
  address       text,
  request_id    text,
  action        text not null,
  schema_id     uuid,
  schema_name   text,
  operation_id  uuid,
  outcome       text not null,
  detail        jsonb not null default '{}'
);
create index audit_by_schema on audit (schema_id, id desc);

create function audit_is_append_only() returns trigger language plpgsql as $$
begin
  raise exception 'the audit log is append-only' using errcode = 'insufficient_privilege';
end $$;
create trigger audit_rows_stay before update or delete on audit
  for each row execute function audit_is_append_only();
create trigger audit_stays before truncate on audit
  for each statement execute function audit_is_append_only();

-- What the reconciler found to disagree, and what the doctor found to be wrong. A finding that is gone keeps its row, closed.
create table finding (
  id           uuid primary key default gen_random_uuid(),
  source       text not null check (source in ('reconcile', 'doctor', 'target')),
  kind         text not null,
  severity     text not null check (severity in ('info', 'warning', 'critical')),
  object       text not null,
  schema_id    uuid,
  detail       text not null,
  remedy       text not null,
  first_seen   timestamptz not null default clock_timestamp(),
  last_seen    timestamptz not null default clock_timestamp(),
  resolved_at  timestamptz
);
-- `target`: a managed database takes no work at all
create unique index finding_open on finding (kind, object) where resolved_at is null;

-- What each schema uses; `tenant_schema.usage_bytes` is the sum, for sorting.
create table schema_usage (
  schema_id      uuid primary key,
  table_bytes    bigint,             -- null until measured; so are the next two
  index_bytes    bigint,
  toast_bytes    bigint,
  row_estimate   bigint not null,
  writes_total   bigint not null,    -- rows inserted, updated and deleted since the schema is watched
  connections    integer not null,
  last_activity  timestamptz,
  measured_at    timestamptz,
  stale_since    timestamptz         -- may have another size since then
);

-- Its history: the last value of each hour and of each day (in UTC), and what happened in it.
create table usage_point (
  schema_id         uuid not null,
  grain             text not null check (grain in ('hour', 'day')),
  at                timestamptz not null,   -- when the hour or day began
  table_bytes       bigint not null,
  index_bytes       bigint not null,
  toast_bytes       bigint not null,
  most_bytes        bigint not null,        -- the largest size that was seen
  row_estimate      bigint not null,
  writes            bigint not null,
  most_connections  integer not null,
  primary key (schema_id, grain, at)
);
create index usage_point_age on usage_point (grain, at);

-- How a schema stands to its quota, and since when its institution may not write.
alter table tenant_schema
  add column quota_level text not null default 'ok'
    check (quota_level in ('ok', 'warning', 'soft', 'blocked')),
  add column writes_blocked_at timestamptz;
create index tenant_schema_quota on tenant_schema (id) where quota_bytes is not null;
-- The warm pool: what a template's proof found about spares, and settings that differ from the server's.
alter table template
  add column spares text not null default 'plain' check (spares in ('plain', 'rewritten', 'none')),
  add column spares_reason text;
create table pool (
  template    text primary key,
  floor       integer check (floor >= 0),        -- null: as the server's settings say
  ceiling     integer check (ceiling >= 0),
  rate        double precision check (rate > 0),
  updated_at  timestamptz not null default clock_timestamp()
);
-- the newest refill of each template
create index operation_refill on operation ((input ->> 'template'), id) where kind = 'refill_pool';

-- What an institution's people and the user's own system know it by.
alter table tenant_schema
  add column contact_name text,
  add column contact_email text,
  add column contact_phone text,
  add column external_id text;
create unique index tenant_schema_external on tenant_schema (external_id)
  where external_id is not null and state <> 'purged';

-- How often a row was changed: what `ETag` and `If-Match` go by. Whatever sets `updated_at` counts, and
-- nothing else: measuring does not. A time would do as long as no clock is ever set back.
alter table tenant_schema add column revision bigint not null default 1;
create function tenant_schema_counts() returns trigger language plpgsql as $$
begin
  new.revision := old.revision + 1;
  return new;
end $$;
create trigger tenant_schema_counts before update on tenant_schema
  for each row when (old.updated_at is distinct from new.updated_at)
  execute function tenant_schema_counts();

-- Keys of requests that changed attributes, for a day. (Those of operations are in their rows.)
create table change_key (
  actor       text not null,
  key         text not null,
  hash        bytea not null,
  created_at  timestamptz not null default clock_timestamp(),
  primary key (actor, key)
);
create index change_key_age on change_key (created_at);

-- Operations that belong to another one: an import and its creations. How many there are, and how many
-- of them are over as of the parent's last look, stands in the parent's row.
alter table operation
  add column parent_id uuid,
  add column children_total integer,
  add column children_done integer;
create index operation_children on operation (parent_id, state, id) where parent_id is not null;

-- What fills a new institution with its first rows, and the parameters that it cannot do without.
alter table template
  add column seed text,
  add column seed_requires text[];

-- The plans of the settings of the server that started last. One that the settings have no more stays
-- as long as an institution has it.
create table plan (
  name              text primary key,
  quota_bytes       bigint check (quota_bytes >= 0),
  connection_limit  integer check (connection_limit > 0),
  statement_ms      bigint check (statement_ms > 0),
  idle_ms           bigint check (idle_ms > 0),
  is_default        boolean not null default false,
  configured        boolean not null default true
);
alter table tenant_schema
  add column plan text,
  add column connection_limit integer,     -- the institution's own; goes before its plan's
  add column plan_applied jsonb;           -- what a plan made its roles be held to; null when none ever did
create index tenant_schema_plan on tenant_schema (plan, name collate "C") where plan is not null;
