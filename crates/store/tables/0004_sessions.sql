-- Sessions of the console: who signed in with which token. A session is worth what its token is, and nothing
-- once that is revoked or expired.
create table session (
  id            uuid primary key,
  token_id      uuid not null references token on delete cascade,
  hash          bytea not null unique,     -- SHA-256 of the secret in the browser's cookie
  created_at    timestamptz not null default clock_timestamp(),
  last_seen_at  timestamptz not null default clock_timestamp(),  -- to the minute
  expires_at    timestamptz not null       -- moves on with `last_seen_at`
);
create index session_expiry on session (expires_at);
