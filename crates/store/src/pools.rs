//! Table `pool`: the settings of templates' spares that differ from the server's, and what is being
//! done about the spares.

use sqlx::FromRow;
use tenantry_domain::pool::PoolSettings;
use uuid::Uuid;

use crate::{PgError, Store, Tx};

/// What a template's pool has of its own; none is as the server's settings say.
#[derive(Clone, Copy, Debug, Default, PartialEq, FromRow)]
pub struct OwnSettings {
    /// With fewer ready spares than this it is filled up.
    pub floor: Option<i32>,
    /// So many it is filled up to.
    pub ceiling: Option<i32>,
    /// Spares made in a second, at most.
    pub rate: Option<f64>,
}

impl OwnSettings {
    /// Over the server's settings.
    pub fn over(self, defaults: PoolSettings) -> PoolSettings {
        PoolSettings {
            floor: self.floor.unwrap_or(defaults.floor),
            ceiling: self.ceiling.unwrap_or(defaults.ceiling),
            rate: self.rate.unwrap_or(defaults.rate),
        }
    }
}

/// The newest version of a template, with its pool's settings.
#[derive(Clone, Debug, FromRow)]
pub struct Head {
    /// The template.
    pub template: String,
    /// Its newest version.
    pub version: i32,
    /// Whether that version can have spares.
    pub can_have_spares: bool,
    /// What its pool has of its own.
    #[sqlx(flatten)]
    pub own: OwnSettings,
}

/// The newest version of every template.
///
/// # Errors
/// When the control database cannot be asked.
pub async fn heads(store: &Store) -> Result<Vec<Head>, PgError> {
    Ok(sqlx::query_as(
        "select t.name as template, t.version, t.spares <> 'none' as can_have_spares,
                p.floor, p.ceiling, p.rate
         from (select distinct on (name) name, version, spares from template
               order by name, version desc) t
         left join pool p on p.template = t.name
         order by t.name",
    )
    .fetch_all(store.pool())
    .await?)
}

/// What a template's pool has of its own.
///
/// # Errors
/// When the control database cannot be asked.
pub async fn own_settings(tx: &mut Tx, template: &str) -> Result<OwnSettings, PgError> {
    Ok(sqlx::query_as("select floor, ceiling, rate from pool where template = $1")
        .bind(template)
        .fetch_optional(tx.connection())
        .await?
        .unwrap_or_default())
}

/// Changes what a template's pool has of its own; what is none stays as it is.
///
/// # Errors
/// When the control database cannot be asked.
pub async fn set_own(tx: &mut Tx, template: &str, own: OwnSettings) -> Result<(), PgError> {
    sqlx::query(
        "insert into pool as p (template, floor, ceiling, rate) values ($1, $2, $3, $4)
         on conflict (template) do update
         set floor = coalesce(excluded.floor, p.floor), ceiling = coalesce(excluded.ceiling, p.ceiling),
             rate = coalesce(excluded.rate, p.rate), updated_at = clock_timestamp()",
    )
    .bind(template)
    .bind(own.floor)
    .bind(own.ceiling)
    .bind(own.rate)
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// Keeps others from deciding about a template's refill until this transaction ends.
///
/// # Errors
/// When the control database cannot be asked.
pub async fn lock(tx: &mut Tx, template: &str) -> Result<(), PgError> {
    sqlx::query("select pg_advisory_xact_lock(hashtext('tenantry pool'), hashtext($1))")
        .bind(template)
        .execute(tx.connection())
        .await?;
    Ok(())
}

/// A template's newest refill.
#[derive(Clone, Copy, Debug, FromRow)]
pub struct LastRefill {
    /// The operation.
    pub id: Uuid,
    /// Whether it is queued or under way.
    pub pending: bool,
    /// Whether it did not succeed, less than ten minutes ago: another one would hardly do better.
    pub failed_lately: bool,
}

/// A template's newest refill, if there ever was one.
///
/// # Errors
/// When the control database cannot be asked.
pub async fn last_refill(tx: &mut Tx, template: &str) -> Result<Option<LastRefill>, PgError> {
    Ok(sqlx::query_as(
        "select id, state in ('queued', 'running', 'waiting') as pending,
                state in ('failed', 'cancelled', 'stuck')
                  and finished_at > clock_timestamp() - interval '10 minutes' as failed_lately
         from operation where kind = 'refill_pool' and input ->> 'template' = $1
         order by id desc limit 1",
    )
    .bind(template)
    .fetch_optional(tx.connection())
    .await?)
}
