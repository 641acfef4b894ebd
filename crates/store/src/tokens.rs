//! Table `token`: who may call the API. Only hashes are kept.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use sqlx::postgres::PgRow;
use sqlx::{FromRow, Row};
use tenantry_domain::access::Role;
use tenantry_domain::clock;
use uuid::Uuid;

use crate::columns::{optional_time, time, word};
use crate::{PgError, Store, Tx};

/// What is known of a token.
#[derive(Clone, Debug)]
pub struct Token {
    /// Its id.
    pub id: Uuid,
    /// Its name, for people; the actor in lists and in the audit log.
    pub name: String,
    /// What it may do.
    pub role: Role,
    /// Its first characters.
    pub prefix: String,
    /// Who made it.
    pub created_by: String,
    /// When.
    pub created_at: Timestamp,
    /// When it ceases to be valid.
    pub expires_at: Timestamp,
    /// When it was revoked.
    pub revoked_at: Option<Timestamp>,
    /// When it was used last, to the minute.
    pub last_used_at: Option<Timestamp>,
}

impl FromRow<'_, PgRow> for Token {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            id: row.try_get("id")?,
            name: row.try_get("name")?,
            role: word(row, "role")?,
            prefix: row.try_get("prefix")?,
            created_by: row.try_get("created_by")?,
            created_at: time(row, "created_at")?,
            expires_at: time(row, "expires_at")?,
            revoked_at: optional_time(row, "revoked_at")?,
            last_used_at: optional_time(row, "last_used_at")?,
        })
    }
}

/// A token to be stored.
#[derive(Clone, Debug)]
pub struct NewToken<'a> {
    /// Its id.
    pub id: Uuid,
    /// Its name.
    pub name: &'a str,
    /// What it may do.
    pub role: Role,
    /// SHA-256 of it.
    pub hash: &'a [u8],
    /// Its first characters.
    pub prefix: &'a str,
    /// Who makes it.
    pub created_by: &'a str,
    /// How long it is valid.
    pub valid_for: Duration,
}

/// Stores a token.
///
/// # Errors
/// When the control database cannot be asked.
pub async fn insert(tx: &mut Tx, new: &NewToken<'_>) -> Result<Token, PgError> {
    Ok(sqlx::query_as(
        "insert into token (id, name, role, hash, prefix, created_by, expires_at)
         values ($1, $2, $3, $4, $5, $6, clock_timestamp() + make_interval(secs => $7))
         returning *",
    )
    .bind(new.id)
    .bind(new.name)
    .bind(new.role.as_str())
    .bind(new.hash)
    .bind(new.prefix)
    .bind(new.created_by)
    .bind(new.valid_for.as_secs_f64())
    .fetch_one(tx.connection())
    .await?)
}

/// How exactly the last use is known.
const NOTED_EVERY: SignedDuration = SignedDuration::from_mins(1);

/// The token with that hash, if it is valid now; notes its use, at most once a minute.
///
/// # Errors
/// When the control database cannot be asked.
pub async fn use_valid(store: &Store, hash: &[u8]) -> Result<Option<Token>, PgError> {
    let token: Option<Token> = sqlx::query_as(
        "select * from token
         where hash = $1 and revoked_at is null and expires_at > clock_timestamp()",
    )
    .bind(hash)
    .fetch_optional(store.pool())
    .await?;
    if let Some(token) = &token
        && token.last_used_at.is_none_or(|at| clock::now().duration_since(at) > NOTED_EVERY)
    {
        sqlx::query(
            "update token set last_used_at = clock_timestamp()
             where id = $1
               and coalesce(last_used_at, '-infinity') < clock_timestamp() - make_interval(secs => $2)",
        )
        .bind(token.id)
        .bind(NOTED_EVERY.as_secs_f64())
        .execute(store.pool())
        .await?;
    }
    Ok(token)
}

/// Whether the token is valid now, and with which role. For streams that stay open.
///
/// # Errors
/// When the control database cannot be asked.
pub async fn valid_role(store: &Store, id: Uuid) -> Result<Option<Role>, PgError> {
    let role: Option<String> = sqlx::query_scalar(
        "select role from token
         where id = $1 and revoked_at is null and expires_at > clock_timestamp()",
    )
    .bind(id)
    .fetch_optional(store.pool())
    .await?;
    Ok(role.and_then(|role| role.parse().ok()))
}

/// Every token, newest first.
///
/// # Errors
/// When the control database cannot be asked.
pub async fn list(store: &Store) -> Result<Vec<Token>, PgError> {
    Ok(sqlx::query_as("select * from token order by created_at desc, id limit 1000")
        .fetch_all(store.pool())
        .await?)
}

/// Revokes a token; a revoked one stays as it is. None when there is no such token.
///
/// # Errors
/// When the control database cannot be asked.
pub async fn revoke(tx: &mut Tx, id: Uuid) -> Result<Option<Token>, PgError> {
    Ok(sqlx::query_as(
        "update token set revoked_at = coalesce(revoked_at, clock_timestamp())
         where id = $1 returning *",
    )
    .bind(id)
    .fetch_optional(tx.connection())
    .await?)
}

/// Whether there is a valid token of the role `admin`.
///
/// # Errors
/// When the control database cannot be asked.
pub async fn has_admin(store: &Store) -> Result<bool, PgError> {
    Ok(sqlx::query_scalar(
        "select exists (select from token where role = 'admin' and revoked_at is null
                        and expires_at > clock_timestamp())",
    )
    .fetch_one(store.pool())
    .await?)
}
