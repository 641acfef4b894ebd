//! Templates in a managed database: proving a script and publishing it for `make_schema`.

use std::time::{Duration, Instant};

use sqlx::{Executor, PgConnection};
use tenantry_domain::template::{Seed, Spares};
use uuid::Uuid;

use crate::database::ManagedDatabase;
use crate::ddl;
use crate::error::{PgError, Situation};
use crate::fence::Fence;
use crate::guard::brief;
use crate::sql::{Ident, script};

/// What a proof found.
#[derive(Clone, Debug)]
pub struct Proof {
    /// How many relations the script made (tables, indexes, sequences, views; TOAST not counted).
    pub relations: i32,
    /// How long the script ran.
    pub took: Duration,
    /// Whether schemas can be made ahead from it.
    pub spares: Spares,
    /// What keeps the schema's name as text, where something does.
    pub spares_reason: Option<String>,
}

impl ManagedDatabase {
    /// Runs a script in a scratch schema and rolls it back: nothing is left, whatever happens to us.
    /// It runs as `tenantry_prover`, which has rights on nothing else, and the catalogs are searched
    /// for anything that it made outside: both catch what a reader of the text cannot see (SQL that
    /// is put together at run time).
    ///
    /// # Errors
    /// What the script ran into, with the server's message; `Refused` when it reached outside.
    pub async fn prove_template(&self, text: &str, fence: Fence) -> Result<Proof, PgError> {
        self.prove_seeded(text, None, fence).await
    }

    /// As [`prove_template`](Self::prove_template), with a seed that is run after the script.
    ///
    /// # Errors
    /// The same; what the seed ran into comes with its line.
    pub async fn prove_seeded(
        &self,
        text: &str,
        seed: Option<&Seed>,
        fence: Fence,
    ) -> Result<Proof, PgError> {
        self.guarded(fence, self.prove(text, seed, fence)).await
    }

    async fn prove(&self, text: &str, seed: Option<&Seed>, fence: Fence) -> Result<Proof, PgError> {
        let scratch = Ident::new(format!("tenantry_scratch_{}", Uuid::new_v4().simple()))
            .expect("49 characters, no NUL");
        let mut tx = self.pool().begin().await?;
        sqlx::query(
            "select set_config('application_name', 'tenantry/' || $1::text || '/' || $2::text, true)",
        )
        .bind(fence.operation)
        .bind(fence.generation)
        .execute(&mut *tx)
        .await?;
        tx.execute("set local role tenantry_owner").await?;
        tx.execute(ddl!("create schema {} authorization tenantry_prover", scratch).into_sql())
            .await?;
        sqlx::query("select set_config('search_path', $1, true)")
            .bind(format!("{scratch}, pg_temp"))
            .execute(&mut *tx)
            .await?;
        tx.execute("set local role tenantry_prover").await?;
        let start = Instant::now();
        tx.execute(script(text)).await?;
        let took = start.elapsed();
        let relations = sqlx::query_scalar(
            "select count(*)::int4 from pg_class where relnamespace = $1::regnamespace",
        )
        .bind(scratch.to_string())
        .fetch_one(&mut *tx)
        .await?;
        // rows that a seed writes are written after a spare was claimed
        let (spares, spares_reason) = keeps_own_name(&mut tx, &scratch).await?;
        if let Some(seed) = seed {
            sow(&mut tx, seed).await?;
        }
        let outside: Option<String> =
            sqlx::query_scalar(OUTSIDE).bind(scratch.raw()).fetch_optional(&mut *tx).await?;
        if let Some(object) = outside {
            return Err(PgError::new(
                Situation::Refused,
                format!("the script made or changed {object}, which is outside its own schema"),
            ));
        }
        tx.rollback().await?;
        Ok(Proof { relations, took, spares, spares_reason })
    }

    /// Puts a proven script where `make_schema` finds it, with what the proof found about spares, and
    /// answers with its version. The text that is the newest version already stays that version.
    ///
    /// # Errors
    /// When the server cannot be asked.
    pub async fn publish_template(
        &self,
        name: &str,
        text: &str,
        checksum: &str,
        spares: (Spares, Option<&str>),
        operation: Uuid,
    ) -> Result<i32, PgError> {
        brief(
            sqlx::query_scalar("select tenantry.publish_template($1, $2, $3, $4, $5, $6)")
                .bind(name)
                .bind(text)
                .bind(checksum)
                .bind(spares.0.as_str())
                .bind(spares.1)
                .bind(operation)
                .fetch_one(self.pool()),
        )
        .await
    }

    /// As [`publish_template`](Self::publish_template), with the seed that belongs to the version.
    ///
    /// # Errors
    /// When the server cannot be asked.
    pub async fn publish_seeded(
        &self,
        name: &str,
        text: &str,
        checksum: &str,
        spares: (Spares, Option<&str>),
        operation: Uuid,
        seed: &Seed,
    ) -> Result<i32, PgError> {
        let (lines, statements): (Vec<i32>, Vec<&str>) =
            seed.statements.iter().map(|(line, text)| (*line, text.as_str())).unzip();
        let requires: Vec<&str> = seed.requires.keys().map(String::as_str).collect();
        let call = sqlx::query_scalar(
            "select tenantry.publish_template($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        )
        .bind(name)
        .bind(text)
        .bind(checksum)
        .bind(spares.0.as_str())
        .bind(spares.1)
        .bind(operation)
        .bind(statements)
        .bind(lines)
        .bind(requires);
        brief(call.fetch_one(self.pool())).await
    }

    /// Takes back what an operation published.
    ///
    /// # Errors
    /// When the server cannot be asked.
    pub async fn withdraw_template(&self, operation: Uuid) -> Result<(), PgError> {
        let call = sqlx::query("select tenantry.withdraw_template($1)")
            .bind(operation)
            .execute(self.pool());
        brief(call).await?;
        Ok(())
    }
}

/// Runs a seed with its examples, as `run_seed` will with what is given.
async fn sow(tx: &mut PgConnection, seed: &Seed) -> Result<(), PgError> {
    sqlx::query("select set_config('tenantry.parameters', $1, true)")
        .bind(serde_json::to_string(&seed.examples()).unwrap_or_default())
        .execute(&mut *tx)
        .await?;
    for (line, statement) in &seed.statements {
        tx.execute(script(statement.as_str()))
            .await
            .map_err(|error| PgError::from(error).at(&format!("line {line} of the seed")))?;
    }
    Ok(())
}

/// Where the schema that is the search path keeps its own name as text: in the catalogs, or in rows
/// that the script wrote. A spare is renamed, and such a text would not follow.
async fn keeps_own_name(
    tx: &mut PgConnection,
    scratch: &Ident,
) -> Result<(Spares, Option<String>), PgError> {
    let kept: Option<(String, bool)> = sqlx::query_as(include_str!("../sql/catalog/own_name.sql"))
        .bind(scratch.raw())
        .fetch_optional(&mut *tx)
        .await?;
    match kept {
        Some((object, false)) => return Ok((Spares::None, Some(object))),
        Some((object, true)) => {
            let rows = rows_with_name(tx, scratch).await?;
            return Ok(match rows {
                Some(table) => (Spares::None, Some(table)),
                None => (Spares::Rewritten, Some(object)),
            });
        }
        None => {}
    }
    Ok(match rows_with_name(tx, scratch).await? {
        Some(table) => (Spares::None, Some(table)),
        None => (Spares::Plain, None),
    })
}

async fn rows_with_name(tx: &mut PgConnection, scratch: &Ident) -> Result<Option<String>, PgError> {
    let tables: Vec<String> = sqlx::query_scalar(
        "select relname::text from pg_class
         where relnamespace = $1::regnamespace and relkind in ('r', 'm') and relispopulated",
    )
    .bind(scratch.to_string())
    .fetch_all(&mut *tx)
    .await?;
    for table in tables {
        let name = Ident::new(table.clone()).expect("it is the name of a table");
        // the alias is no column's name
        let look = ddl!(
            "select exists (select from {}.{} as \"a row\" where strpos(\"a row\"::text, $1) > 0)",
            scratch,
            name
        );
        if sqlx::query_scalar(look.into_sql()).bind(scratch.raw()).fetch_one(&mut *tx).await? {
            return Ok(Some(format!("rows of {table}")));
        }
    }
    Ok(None)
}

/// Rows that this transaction or one of its subtransactions wrote into the catalogs about something
/// outside the scratch schema. Such a row is seen although its writer is not in our snapshot, which
/// only our own are. TOAST relations live in `pg_toast`.
const OUTSIDE: &str = "
    with me as (select pg_current_xact_id()::text::numeric as xid,
                       (select oid from pg_namespace where nspname = $1) as scratch),
    ours as (
      select 'relation ' || c.oid::regclass::text as object, c.xmin from pg_class c, me
      where c.relnamespace not in (me.scratch, 'pg_toast'::regnamespace)
      union all
      select 'function ' || p.oid::regprocedure::text, p.xmin from pg_proc p, me
      where p.pronamespace <> me.scratch
      union all
      select 'type ' || t.oid::regtype::text, t.xmin from pg_type t, me
      where t.typnamespace not in (me.scratch, 'pg_toast'::regnamespace)
      union all
      select 'schema ' || quote_ident(n.nspname), n.xmin from pg_namespace n, me
      where n.oid <> me.scratch
      union all
      select 'extension ' || quote_ident(extname), e.xmin from pg_extension e
      union all
      select 'membership in ' || roleid::regrole::text, m.xmin from pg_auth_members m
      union all
      select 'event trigger ' || quote_ident(evtname), v.xmin from pg_event_trigger v
    )
    select object
    from (select object, xid,
                 -- xmin has 32 bits; what we wrote is of our own epoch
                 xid - xid % 4294967296 + xmin::text::numeric as writer
          from ours, me) written
    -- a frozen row keeps whatever number it had; the bound keeps those out, but for a few
    where writer >= xid and writer < xid + 1000000
      -- what is seen and not over yet is ours. A snapshot does not list subtransactions, so that it is not enough to
      -- ask what that says of one which began before the last transaction of somebody else ended
      and case when writer < pg_snapshot_xmax(pg_current_snapshot())::text::numeric
               then pg_xact_status(writer::text::xid8) = 'in progress' else true end
    union all
    select 'a function with SECURITY DEFINER: ' || p.oid::regprocedure::text
    from pg_proc p, me where p.pronamespace = me.scratch and p.prosecdef
    limit 1";
