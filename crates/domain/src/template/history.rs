//! The rows a migration tool would have left, so that it finds a new schema up to date.
//!
//! Knows each tool's own history table and nothing of how migrations are found or checked. Names
//! are unqualified on purpose: the schema is the search path of whoever runs the script.

use super::read::Migration;

/// Prisma's history table, byte for byte as its PostgreSQL connector writes it
/// (`create_migrations_table` in prisma-engines).
pub(super) const PRISMA_TABLE: &str = "\
CREATE TABLE _prisma_migrations (
    id                      VARCHAR(36) PRIMARY KEY NOT NULL,
    checksum                VARCHAR(64) NOT NULL,
    finished_at             TIMESTAMPTZ,
    migration_name          VARCHAR(255) NOT NULL,
    logs                    TEXT,
    rolled_back_at          TIMESTAMPTZ,
    started_at              TIMESTAMPTZ NOT NULL DEFAULT now(),
    applied_steps_count     INTEGER NOT NULL DEFAULT 0
);
";

/// The row that `prisma migrate deploy` leaves for a migration that went well.
///
/// Prisma orders its history by `started_at`, so each row is later than the one before even when
/// the clock stands still or steps back. Name and checksum need no escaping: reading admits only
/// letters, digits, `_`, `.` and `-` in a name, and a checksum is hex.
pub(super) fn prisma_row(migration: &Migration) -> String {
    format!(
        "INSERT INTO _prisma_migrations (id, checksum, finished_at, migration_name, logs, \
         rolled_back_at, started_at, applied_steps_count)\n\
         SELECT gen_random_uuid()::text, '{}', moment, '{}', NULL, NULL, moment, 1\n\
         FROM (SELECT greatest(clock_timestamp(), max(started_at) + interval '1 microsecond') \
         AS moment FROM _prisma_migrations) AS clock;\n",
        migration.checksum, migration.name
    )
}
